"""The losses of a game's players for rows that share one pattern of observed views: the slow, obvious values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mvgraph.module.critics import scorer
from mvgraph.module.pattern import Pattern
from mvgraph.objective.games import Critic, Generator, Latent, Observation, Reconstruction, Sample


def generator(pattern: Pattern, atom: Generator) -> Tensor:
    """The mean over the fakes of the generator's loss, `(row,)`; no gradient of it is the critic's."""
    play, judge = atom.match.play, scorer(pattern.networks.critics, atom.match)
    each = [play.generator(judge.still(value(pattern, f.sample))).mean((0, -1)) for f in atom.match.fakes]
    return torch.stack(each).mean(0)


def critic(pattern: Pattern, atom: Critic) -> Tensor:
    """The critic's loss at the real and at the fakes, `(row,)`; all its gradient is the critic's."""
    play, judge = atom.match.play, scorer(pattern.networks.critics, atom.match)
    real = play.real(judge(value(pattern, atom.match.real).detach())).mean((0, -1))
    fakes = [play.fake(judge(value(pattern, f.sample).detach())).mean((0, -1)) for f in atom.match.fakes]
    if atom.match.balance == "pooled":
        return torch.stack([real, *fakes]).mean(0)
    return (real + torch.stack(fakes).mean(0)) / 2


def value(pattern: Pattern, sample: Sample) -> Tensor:
    """What is drawn, observed or reconstructed, `(sample, row, *shape)`."""
    return VALUES[type(sample)](pattern, sample)


def _latent(pattern: Pattern, sample: Latent) -> Tensor:
    return pattern.sample(sample.draw)


def _observation(pattern: Pattern, sample: Observation) -> Tensor:
    return pattern.views[str(sample.ref.view)][None]


def _reconstruction(pattern: Pattern, sample: Reconstruction) -> Tensor:
    view = str(sample.ref.view)
    family = pattern.spec.view(view).likelihood
    assert family is not None
    at = pattern.conditions | {d.ref: pattern.sample(d) for d in sample.draws}
    return family.mean(pattern.networks.decode(view, pattern.networks.inputs(view, at)))


VALUES: dict[type, Callable[[Pattern, Any], Tensor]] = {
    Latent: _latent,
    Observation: _observation,
    Reconstruction: _reconstruction,
}
