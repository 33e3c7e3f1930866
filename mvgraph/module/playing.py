"""The losses of a game's players, under a mask: fakes that do not exist are left out, row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from mvgraph.module.critics import Scorer, scorer
from mvgraph.module.running import Run
from mvgraph.objective.games import Critic, Generator, Latent, Match, Observation, Reconstruction, Sample


def generator(run: Run, index: int, atom: Generator) -> Tensor:
    """The mean over the fakes that exist of the generator's loss, `(row,)`, by a critic that is held still."""
    match, weights = atom.match, run.part_weights(index)
    values = [value(run, f.sample) for f in match.fakes]
    judge = scorer(run.networks.critics, match)
    scores = _scores(judge, judge.still, values, list(weights > 0))
    losses = _rows(match.play.generator(scores), values)
    return _mean(losses, weights)


def critic(run: Run, index: int, atom: Critic) -> Tensor:
    """The critic's loss at what is real and at the fakes that exist, `(row,)`; all of them are held still."""
    match, weights = atom.match, run.part_weights(index)
    real, fakes = value(run, match.real), [value(run, f.sample) for f in match.fakes]
    judge = scorer(run.networks.critics, match)
    played = run.shares[index] > 0
    scores = _scores(judge, judge, [v.detach() for v in (real, *fakes)], [played, *(weights > 0)])
    at_real, at_fakes = scores.split([len(real), len(scores) - len(real)])
    (own,) = _rows(match.play.real(at_real), [real])
    losses = _rows(match.play.fake(at_fakes), fakes)
    share = _share(match, weights)
    loss: Tensor = share * own + (1 - share) * _mean(losses, weights)
    return loss


def value(run: Run, sample: Sample) -> Tensor:
    """What is drawn, observed or reconstructed, `(sample, row, *shape)`."""
    return VALUES[type(sample)](run, sample)


def _latent(run: Run, sample: Latent) -> Tensor:
    return run.draws[sample.draw.stream]


def _observation(run: Run, sample: Observation) -> Tensor:
    return run.views[str(sample.ref.view)][None]


def _reconstruction(run: Run, sample: Reconstruction) -> Tensor:
    family, _ = run.networks.scored(str(sample.ref.view))
    return family.mean(run.reconstructed(sample.ref, tuple(d.stream for d in sample.draws)))


VALUES: dict[type, Callable[[Run, Any], Tensor]] = {
    Latent: _latent,
    Observation: _observation,
    Reconstruction: _reconstruction,
}


def _scores(
    judge: Scorer, read: Callable[..., Mapping[str, Tensor]], values: list[Tensor], there: list[Tensor]
) -> Tensor:
    """The scores of all values, `(all samples, row, score)`: in one call, or one a value where the batch counts.

    Arguments:
        judge: the critic.
        read: how it is asked.
        values: `(sample, row, *shape)` each.
        there: the rows in which each value exists, bool `(row,)`.
    """
    if not judge.batch_dependent:
        return read(torch.cat(values))["scores"]
    return torch.cat([read(v, rows)["scores"] for v, rows in zip(values, there, strict=True)])


def _rows(losses: Tensor, values: list[Tensor]) -> Tensor:
    """The mean loss of each value, over its draws and its scores: `(sample, row, score)` to `(value, row)`."""
    parts = losses.mean(-1).split([len(v) for v in values])
    return torch.stack([part.mean(0) for part in parts])


def _mean(losses: Tensor, weights: Tensor) -> Tensor:
    """The mean over the fakes that exist, `(row,)`; zero where there is none."""
    return torch.where(weights > 0, weights * losses, 0.0).sum(0)


def _share(match: Match, weights: Tensor) -> Tensor:
    """How much the real counts in each row beside the fakes that exist, `(row,)`."""
    count = (weights > 0).sum(0).to(weights.dtype)
    return 1 / (1 + count) if match.balance == "pooled" else torch.full_like(weights[0], 0.5)
