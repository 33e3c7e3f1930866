"""What families without a density share: a location, and a distribution that always gives it."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Family, Params, Role, Shape

if TYPE_CHECKING:
    from torch import Tensor
    from torch.distributions import Distribution

    from mvgraph.vocab import point
else:
    point = defer("mvgraph.vocab.point")


@dataclass(frozen=True, repr=False)
class PointMass(Family):
    """Base of families that a network's location says everything about."""

    is_density: ClassVar[bool] = False
    has_cdf: ClassVar[bool] = True

    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """`loc`."""
        return {"loc": shape}

    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """`loc`, as the network gives it."""
        return {"loc": raw["loc"]}

    def mean(self, params: Params) -> Tensor:
        """The location."""
        return params["loc"]

    def cdf(self, params: Params, value: Tensor) -> Tensor:
        """1 from the location on, 0 below."""
        return (value >= params["loc"]).to(params["loc"].dtype)

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """The point mass at the location, with the event `shape`."""
        return point.Point(params["loc"], len(shape))
