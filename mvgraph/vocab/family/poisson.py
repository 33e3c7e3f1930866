"""The Poisson distribution."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Params, Role, Shape, event_of, event_sum
from mvgraph.vocab.family.counts import Counts

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributions import Distribution
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Poisson(Counts):
    """The Poisson distribution Po(x; λ) with independent entries and `log_rate` log λ.

    log p(x) = Σ [ x log λ − λ − log x! ] (Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, chapter 4).

    Options:
        rate: `exp` (λ = exp r) or `softplus` (λ = log(1 + exp r)) of the raw output r.

    >>> import torch
    >>> family = Poisson.read("poisson")
    >>> family.log_prob(family.constrain({"raw_rate": torch.zeros(1, 2)}, (2,), "likelihood"), torch.ones(1, 2))
    tensor([-2.])
    """

    word: ClassVar[str] = "poisson"

    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """`raw_rate`."""
        return {"raw_rate": shape}

    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """`log_rate`."""
        return {"log_rate": self.log_rate(raw["raw_rate"])}

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log Po(x; λ), summed over the last `dims` axes."""
        log_rate = params["log_rate"]
        fit = value * log_rate - log_rate.exp()  # (*batch, *event)
        event = event_of(fit, dims)
        return event_sum(fit, event) - event_sum(torch.lgamma(value + 1.0), event)

    def cdf(self, params: Params, value: Tensor) -> Tensor:
        """The regularised incomplete gamma function Q(⌊x⌋ + 1, λ)."""
        below = torch.special.gammaincc(value.floor().clamp_min(0.0) + 1.0, self.mean(params))
        return torch.where(value < 0, 0.0, below)

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """`torch.distributions.Poisson` with the event `shape`."""
        each = torch.distributions.Poisson(self.mean(params))
        return torch.distributions.Independent(each, len(shape))
