"""Distributions over rows that torch does not have: mixtures of unlike parts, and draws without a density."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution

from mvgraph.errors import UsageError
from mvgraph.vocab.sampler import Samples


class MixtureOfUnlike(Distribution):
    """Σ_k w_k q_k(x) of distributions of any kinds; `torch.distributions.MixtureSameFamily` needs one kind.

    Arguments:
        log_weights: log w_k, `(*batch, part)`, minus infinity where a part plays no role.
        parts: the distributions, each `(*batch,)` over the same event.
    """

    arg_constraints = {}  # noqa: RUF012 - torch declares it on the instance

    def __init__(self, log_weights: Tensor, parts: Sequence[Distribution]) -> None:
        self.mixture_distribution = Categorical(logits=log_weights)
        self.parts = tuple(parts)
        super().__init__(log_weights.shape[:-1], parts[0].event_shape, validate_args=False)

    @property
    def mean(self) -> Tensor:
        """Σ_k w_k E_k[x]."""
        return self._average([p.mean for p in self.parts])

    @property
    def variance(self) -> Tensor:
        """Σ_k w_k (Var_k[x] + E_k[x]²) − E[x]²."""
        return self._average([p.variance + p.mean.square() for p in self.parts]) - self.mean.square()

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """A part, then a draw from it."""
        size = torch.Size(sample_shape)
        draws = torch.stack([p.sample(size) for p in self.parts])  # (part, *sample, *batch, *event)
        part = self.mixture_distribution.sample(size)
        index = part.reshape(1, *part.shape, *[1] * len(self.event_shape)).expand(1, *draws.shape[1:])
        return draws.gather(0, index)[0]

    def log_prob(self, value: Tensor) -> Tensor:
        """log Σ_k w_k q_k(x)."""
        weights = self.mixture_distribution.logits.movedim(-1, 0)
        each = [torch.where(w > -torch.inf, w + p.log_prob(value), w) for w, p in zip(weights, self.parts, strict=True)]
        return torch.stack(each).logsumexp(0)

    def _average(self, values: Sequence[Tensor]) -> Tensor:
        weights = self.mixture_distribution.probs.movedim(-1, 0)
        shape = (*weights.shape, *[1] * len(self.event_shape))
        return (weights.reshape(shape) * torch.stack(list(values))).sum(0)


class Sampled(Distribution):
    """The distribution of a sampler's draws: each is as likely as the others. It has no density.

    Arguments:
        samples: draws `(sample, row, dim)`, and the acceptance rate of each row.
    """

    arg_constraints = {}  # noqa: RUF012 - torch declares it on the instance

    def __init__(self, samples: Samples) -> None:
        self.draws, self.acceptance = samples.draws, samples.acceptance
        super().__init__(self.draws.shape[1:-1], self.draws.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The mean of the draws."""
        return self.draws.mean(0)

    @property
    def variance(self) -> Tensor:
        """The variance of the draws."""
        return self.draws.var(0, correction=0)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, taken at random with replacement, for each row apart."""
        size = torch.Size(sample_shape)
        index = torch.randint(len(self.draws), (*size, *self.batch_shape, 1), device=self.draws.device)
        flat = index.reshape(-1, *self.batch_shape, 1).expand(-1, *self.draws.shape[1:])
        return self.draws.gather(0, flat).reshape(*size, *self.draws.shape[1:])

    def log_prob(self, value: Tensor) -> Tensor:  # noqa: ARG002 - there is none anywhere
        """Undefined.

        Raises:
            UsageError: always.
        """
        raise UsageError("a posterior that is sampled has draws and no density; give all views, or one")


def acceptance(distribution: Distribution) -> Tensor | None:
    """The acceptance rate of each row's sampler, `(row,)`, NaN where a row was not sampled; None where none was."""
    parts = distribution.parts if isinstance(distribution, MixtureOfUnlike) else (distribution,)
    return next((p.acceptance for p in parts if isinstance(p, Sampled)), None)
