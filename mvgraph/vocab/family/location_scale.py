"""What families with a location and a scale share: where the two come from in each role."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import NETWORKED, Family, Params, Role, Shape, softplus
from mvgraph.vocab.option import refuse_idle, require

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")

Transform = Literal["exp", "softplus", "softmax"]

HIGHEST = 1e6  # floor of a scale
RAW = {"loc": "loc", "scale": "raw_scale"}  # parameter -> its raw name


@dataclass(frozen=True, repr=False)
class LocationScale(Family):
    """Base of families x = loc + scale · ε.

    Options:
        scale: a number fixes the scale; `exp`, `softplus` and `softmax` (softmax over the last axis, times its
            size) make it from a raw tensor; None is `exp` where a network or learning makes it, else 1.
        learnt: parameters that are learnt, one for each entry of the event, and depend on no data.
        init: the raw scale that learning starts from.
        floor: added to the scale.

    Where the network of the role makes a parameter, it is a head; a prior has no network, so its location is 0
    and its scale 1 unless fixed or learnt. A prior whose node has latent parents takes the role `expert`.

    Raises:
        SpecError: a scale that is not positive, a negative floor, or a fixed scale that is to be learnt.
    """

    scale: float | Literal["exp", "softplus", "softmax"] | None = None
    learnt: tuple[Literal["loc", "scale"], ...] = ()
    init: float = 0.0
    floor: float = 0.0

    exponent: ClassVar[float] = 1.0  # `exp` is exp(exponent · raw)

    def __post_init__(self) -> None:
        fixed = isinstance(self.scale, int | float)
        above = not isinstance(self.scale, int | float) or self.scale > 0
        require(above, "scale", f"a scale of {self.scale}", "a scale is above 0")
        require(0 <= self.floor <= HIGHEST, "floor", f"a floor of {self.floor}", f"from 0 to {HIGHEST:g}")
        both = fixed and "scale" in self.learnt
        require(not both, "learnt", f"the scale is fixed at {self.scale} and learnt at once", "drop one of the two")
        idle = self.init != 0 and "scale" not in self.learnt
        refuse_idle(idle, "init", self.init, "it starts a scale that is learnt", "add learnt: [scale], or drop it")

    def transform(self, role: Role) -> float | Transform:
        """How the scale is made in a role: a number, or the name of a transform.

        Raises:
            SpecError: a transform in a role that has no network, of a scale that is not learnt.
        """
        learnt = "scale" in self.learnt
        if self.scale is None:
            return "exp" if learnt or role == "expert" else 1.0
        made = learnt or role in NETWORKED or not isinstance(self.scale, str)
        require(made, "scale", f"no network makes the scale '{self.scale}' of this {role}", "add `learnt: [scale]`")
        return self.scale

    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """`loc` and `raw_scale`, where a network makes them."""
        made = ["loc", "scale"] if isinstance(self.transform(role), str) else ["loc"]
        return {RAW[name]: shape for name in made if role in NETWORKED and name not in self.learnt}

    def free(self, shape: Shape, role: Role) -> dict[str, Tensor]:
        """`loc` from 0 and `raw_scale` from `init`, where they are learnt."""
        start = {"loc": 0.0, "scale": self.init}
        return {RAW[name]: torch.full(shape, start[name]) for name in start if name in self.learnt}

    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """`loc` and `scale`, what is missing filled in with the shape of the event."""
        like = next(iter(raw.values()), None)
        loc = raw["loc"] if "loc" in raw else _filled(0.0, shape, like)
        rule = self.transform(role)
        if isinstance(rule, str):
            return {"loc": loc, "scale": self._positive(raw["raw_scale"], rule)}
        return {"loc": loc, "scale": _filled(rule + self.floor, shape, like)}

    def _positive(self, raw: Tensor, rule: Transform) -> Tensor:
        if rule == "exp":
            scale = torch.exp(raw if self.exponent == 1.0 else raw * self.exponent)
        elif rule == "softplus":
            scale = softplus(raw)
        else:
            scale = torch.softmax(raw, -1) * raw.shape[-1]
        return scale + self.floor if self.floor else scale

    def mean(self, params: Params) -> Tensor:
        """E[x] = loc (the median, where a heavy tail leaves no mean)."""
        return params["loc"]


def _filled(number: float, shape: Shape, like: Tensor | None) -> Tensor:
    return torch.full(shape, number) if like is None else like.new_full(shape, number)
