"""What families of counts share: a positive mean, kept as its logarithm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Family, Params, Role, softplus

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")

LOW = -15.0  # below it, log softplus(r) = r − eʳ/2 to 2e-14


def log_softplus(raw: Tensor) -> Tensor:
    """log log(1 + eʳ), finite however small r is."""
    near = raw.clamp(max=LOW)
    return torch.where(raw < LOW, near - 0.5 * near.exp(), softplus(raw.clamp(min=LOW)).log())


@dataclass(frozen=True, repr=False)
class Counts(Family):
    """Base of families over 0, 1, 2, …

    Options:
        rate: how the mean is made from the raw output: `exp` or `softplus`.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({"likelihood"})
    discrete: ClassVar[bool] = True
    has_cdf: ClassVar[bool] = True
    integral: ClassVar[bool] = True

    rate: Literal["exp", "softplus"] = "exp"

    def log_rate(self, raw: Tensor) -> Tensor:
        """The logarithm of the mean."""
        return raw if self.rate == "exp" else log_softplus(raw)

    def mean(self, params: Params) -> Tensor:
        """E[x], the rate."""
        return params["log_rate"].exp()

    def invalid(self, value: Tensor) -> tuple[Tensor, str] | None:
        """Negative and broken numbers."""
        return ~((value >= 0) & (value == value.floor()) & (value < float("inf"))), "whole numbers from 0"
