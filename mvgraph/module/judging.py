"""The losses of a game's players for rows that share one pattern of observed views: the slow, obvious values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mvgraph.module.critics import scorer
from mvgraph.module.pattern import Pattern, named
from mvgraph.objective.games import Critic, Generator, Latent, Match, Observation, Reconstruction, Sample


def generator(pattern: Pattern, atom: Generator) -> Tensor:
    """The mean over the fakes of the generator's loss, `(row,)`; no gradient of it is the critic's."""
    play, match = atom.match.play, atom.match
    each = [play.generator(scores(pattern, match, f.sample, still=True)).mean((0, -1)) for f in match.fakes]
    return torch.stack(each).mean(0)


def critic(pattern: Pattern, atom: Critic) -> Tensor:
    """The critic's loss at the real and at the fakes, `(row,)`; all its gradient is the critic's."""
    play, match = atom.match.play, atom.match
    real = play.real(scores(pattern, match, match.real, still=False)).mean((0, -1))
    fakes = [play.fake(scores(pattern, match, f.sample, still=False)).mean((0, -1)) for f in match.fakes]
    if match.balance == "pooled":
        return torch.stack([real, *fakes]).mean(0)
    return (real + torch.stack(fakes).mean(0)) / 2


def scores(pattern: Pattern, match: Match, sample: Sample, *, still: bool) -> Tensor:
    """What the critic says of a sample, `(sample, row, score)`; the critic held still, or the sample."""
    judge, name = scorer(pattern.networks.critics, match), named(match, sample)

    def inputs(asked: Pattern) -> Tensor | None:
        judged = sample if asked is pattern else asked.judged.get(name)
        if judged is None:
            return None
        return value(asked, judged) if still else value(asked, judged).detach()

    return pattern.ask(judge, (still, *name), inputs, judge.still if still else None)["scores"]


def value(pattern: Pattern, sample: Sample) -> Tensor:
    """What is drawn, observed or reconstructed, `(sample, row, *shape)`."""
    return VALUES[type(sample)](pattern, sample)


def _latent(pattern: Pattern, sample: Latent) -> Tensor:
    return pattern.sample(sample.draw)


def _observation(pattern: Pattern, sample: Observation) -> Tensor:
    return pattern.views[str(sample.ref.view)][None]


def _reconstruction(pattern: Pattern, sample: Reconstruction) -> Tensor:
    family, _ = pattern.networks.scored(str(sample.ref.view))
    return family.mean(pattern.decoded(sample.ref, sample.draws))


VALUES: dict[type, Callable[[Pattern, Any], Tensor]] = {
    Latent: _latent,
    Observation: _observation,
    Reconstruction: _reconstruction,
}
