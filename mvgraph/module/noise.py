"""Randomness as an argument: the noise of every stream, and the random evidence sets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from mvgraph.objective.atoms import Stream
from mvgraph.objective.evidence import drop_rates
from mvgraph.planning import Plan
from mvgraph.planning.steps import is_joint
from mvgraph.spec.model import Spec
from mvgraph.vocab.family import Family


@dataclass(frozen=True, eq=False)
class Noise:
    """All the randomness of one step.

    Arguments:
        streams: base noise of each stream of draws, `(sample, row, dim)`.
        sets: uniform numbers that choose the random evidence sets, `(set, row, 1 + view)`.
    """

    streams: Mapping[Stream, Tensor]
    sets: Tensor

    def rows(self, index: Tensor) -> Noise:
        """The noise of some rows."""
        return Noise({s: n[:, index] for s, n in self.streams.items()}, self.sets[:, index])


def draw_noise(spec: Spec, plan: Plan, rows: int, like: Tensor, generator: torch.Generator | None = None) -> Noise:
    """Fresh noise for a step over `rows` data."""
    streams = {
        s: family_of_stream(spec, s).noise((s.samples, rows, spec.dim(s.ref.node, s.ref.view)), generator, like)
        for s in plan.streams
    }
    shape = (plan.random_sets, rows, 1 + len(spec.views))
    return Noise(streams, like.new_empty(shape).uniform_(generator=generator))


def family_of_stream(spec: Spec, stream: Stream) -> Family:
    """The family that a stream draws from."""
    rule = spec.posterior(stream.ref.node)
    if stream.source == "prior":
        return spec.latent(stream.ref.node).family
    if stream.source == "aux" and rule.auxiliary:
        return rule.auxiliary
    return rule.family(whole=is_joint(spec, stream))


def evidence_sets(spec: Spec, sets: Tensor, observed: Tensor) -> Tensor:
    """All the random evidence sets of a step, bool `(set, row, view)`: those of `random(k)`, then those of `drop`."""
    rates = drop_rates(spec)
    first = len(sets) - len(rates)
    dropped = [dropped_mask(u, observed, p) for u, p in zip(sets[first:], rates, strict=True)]
    scored = torch.tensor([v in spec.scored_views for v in spec.view_names], device=observed.device)
    return torch.cat([random_masks(sets[:first], observed & scored), *(d[None] for d in dropped)])


def dropped_mask(uniform: Tensor, observed: Tensor, p: float) -> Tensor:
    """What is left of the evidence where by chance p a datum loses 1 to n − 1 of its n views, each number alike.

    Arguments:
        uniform: uniform numbers `(row, 1 + view)`.
        observed: bool `(row, view)`.
        p: the probability of losing some.

    Returns:
        bool `(row, view)`; never empty for a row with a view.
    """
    count, first = observed.sum(-1), uniform[..., 0]
    kept = 1 + (first / max(p, torch.finfo(uniform.dtype).tiny) * (count - 1)).floor().long()
    kept = torch.where((first < p) & (count > 1), kept.clamp(max=count - 1), count)
    rank = uniform[..., 1:].masked_fill(~observed, math.inf).argsort(-1).argsort(-1)
    return (rank < kept[..., None]) & observed


def random_masks(sets: Tensor, observed: Tensor) -> Tensor:
    """The random evidence sets, uniform over the subsets S of the observed views with 2 <= |S| < their number.

    The size is drawn by its share of the subsets, then the views with the smallest numbers are taken.

    Arguments:
        sets: uniform numbers `(set, row, 1 + view)`.
        observed: bool `(row, view)`.

    Returns:
        bool `(set, row, view)`; empty for a row with fewer than three observed views.
    """
    views = observed.shape[-1]
    count = observed.sum(-1)
    table = torch.tensor(_size_shares(views), dtype=sets.dtype, device=sets.device)[count]  # (row, size)
    size = (sets[..., :1] >= table.cumsum(-1)).sum(-1)  # the number of sizes passed
    rank = sets[..., 1:].masked_fill(~observed, math.inf).argsort(-1).argsort(-1)
    return (rank < size[..., None]) & observed & (count >= 3)[:, None]


def _size_shares(views: int) -> list[list[float]]:
    """For each number of observed views, the share of each size among the allowed subsets."""
    table = []
    for n in range(views + 1):
        counts = [math.comb(n, s) if 2 <= s < n else 0 for s in range(views + 1)]
        total = sum(counts)
        table.append([c / total if total else 0.0 for c in counts])
    return table
