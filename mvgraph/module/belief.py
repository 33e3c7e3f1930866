"""What is known of one latent of each row, given its evidence: a density, a sampler's draws, or one of them by row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution, MixtureSameFamily

from mvgraph.module.distributions import MixtureOfUnlike, Sampled
from mvgraph.tracing import known
from mvgraph.vocab.family import Family, Params
from mvgraph.vocab.family.normal import Normal
from mvgraph.vocab.sampler import Samples

WIDER = 1.25  # a proposal's scale over that of what it stands for, so that weights stay bounded
SMALLEST = 1e-6  # where all draws are one, as in rows that were not sampled


class Belief(ABC):
    """A distribution of one latent, for each row."""

    @abstractmethod
    def draws(self, samples: int | None, generator: torch.Generator | None) -> Tensor:
        """Draws, `(sample, row, dim)`; the mean as the only one where `samples` is None."""

    @abstractmethod
    def log_prob(self, value: Tensor) -> Tensor:
        """log q(z), `(*sample, row, dim)` to `(*sample, row)`."""

    @abstractmethod
    def distribution(self) -> Distribution:
        """As a torch distribution over rows."""

    def proposal(self) -> Belief:
        """What importance sampling draws from in its stead: itself, where it has a density."""
        return self


@dataclass(frozen=True, eq=False)
class Known(Belief):
    """A family with parameters.

    Arguments:
        family: of the distribution.
        params: its parameters, which broadcast against `shape`.
        shape: of a value for each row, `(row, dim)`; `(sample, row, dim)` where each draw has parameters of its own.
    """

    family: Family
    params: Params
    shape: tuple[int, ...]

    def draws(self, samples: int | None, generator: torch.Generator | None) -> Tensor:
        mean = self.family.mean(self.params).expand(self.shape)
        if samples is None:
            return mean if mean.dim() == 3 else mean[None]
        shape = self.shape if len(self.shape) == 3 else (samples, *self.shape)
        return self.family.rsample(self.params, self.family.noise(shape, generator, mean)).expand(shape)

    def log_prob(self, value: Tensor) -> Tensor:
        return self.family.log_prob(self.params, value)

    def distribution(self) -> Distribution:
        return self.family.distribution(self.wide(), self.shape[-1:])

    def wide(self) -> Params:
        """The parameters, one for each row."""
        return {n: p.expand(self.shape) for n, p in self.params.items()} if self.family.stackable else self.params

    def like(self, other: Belief) -> bool:
        """Whether both are of one family whose parameters can be stacked, and of one shape."""
        same = isinstance(other, Known) and type(other.family) is type(self.family) and other.shape == self.shape
        return same and self.family.stackable


@dataclass(frozen=True, eq=False)
class Sampling(Belief):
    """Draws of a sampler.

    Arguments:
        samples: draws `(sample, row, dim)` with their acceptance rates.
    """

    samples: Samples

    def draws(self, samples: int | None, generator: torch.Generator | None) -> Tensor:
        found = self.samples.draws
        if samples is None:
            return found.mean(0, keepdim=True)
        device = found.device if generator is None else generator.device
        order = torch.randperm(len(found), generator=generator, device=device).to(found.device)
        return found[order.repeat(-(-samples // len(found)))[:samples]]

    def log_prob(self, value: Tensor) -> Tensor:
        return self.distribution().log_prob(value)

    def distribution(self) -> Distribution:
        return Sampled(self.samples)

    def proposal(self) -> Belief:
        """The normal with the mean of the draws and a wider scale."""
        loc, scale = self.samples.draws.mean(0), self.samples.draws.std(0, correction=0)
        return Known(Normal(), {"loc": loc, "scale": (WIDER * scale).clamp_min(SMALLEST)}, tuple(loc.shape))


@dataclass(frozen=True, eq=False)
class ByRow(Belief):
    """One belief or another, by row.

    Arguments:
        rows: which rows each is for, bool `(part, row)`, one for each row.
        parts: the beliefs, over all rows.
    """

    rows: Tensor
    parts: tuple[Belief, ...]

    def draws(self, samples: int | None, generator: torch.Generator | None) -> Tensor:
        return self._pick([p.draws(samples, generator) for p in self.parts], self.rows[..., None])

    def log_prob(self, value: Tensor) -> Tensor:
        return self._pick([p.log_prob(value) for p in self.parts], self.rows)

    def distribution(self) -> Distribution:
        weights = torch.where(self.rows, 0.0, -torch.inf).T
        return MixtureOfUnlike(weights, [p.distribution() for p in self.parts])

    def proposal(self) -> Belief:
        return ByRow(self.rows, tuple(p.proposal() for p in self.parts))

    def _pick(self, values: Sequence[Tensor], rows: Tensor) -> Tensor:
        found = values[0]
        for here, value in zip(rows[1:], values[1:], strict=True):
            found = torch.where(here, value, found)
        return found


def choose(parts: Sequence[tuple[Tensor, Belief]]) -> Belief:
    """Each row's belief, from beliefs with the rows that each is for, bool `(row,)`; those without rows are dropped."""
    kept = [(rows, belief) for rows, belief in parts if known(rows.any(), unknown=True)] or list(parts[:1])
    rows, beliefs = torch.stack([r for r, _ in kept]), tuple(b for _, b in kept)
    first = beliefs[0]
    if len(beliefs) == 1:
        return first
    if not isinstance(first, Known) or not all(first.like(b) for b in beliefs):
        return ByRow(rows, beliefs)
    found = first.params
    for here, belief in zip(rows[1:], beliefs[1:], strict=True):
        assert isinstance(belief, Known)
        found = {n: torch.where(here[:, None], belief.params[n], p) for n, p in found.items()}
    return Known(first.family, found, first.shape)


def mixture(beliefs: Sequence[Belief], log_weights: Tensor) -> Distribution:
    """Σ_S w_S q_S over rows, from the beliefs of the components and `log_weights` `(component, row)`."""
    first = beliefs[0]
    if len(beliefs) == 1:
        return first.distribution()
    if not isinstance(first, Known) or not all(first.like(b) for b in beliefs):
        return MixtureOfUnlike(log_weights.T, [b.distribution() for b in beliefs])
    wide = [b.wide() for b in beliefs if isinstance(b, Known)]
    stacked = {n: torch.stack([p[n] for p in wide], 1) for n in wide[0]}  # (row, component, dim)
    return MixtureSameFamily(Categorical(logits=log_weights.T), first.family.distribution(stacked, first.shape[-1:]))
