"""What families share whose only parameter is a tensor of logits."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvgraph.vocab.family.base import Family, Params, Role, Shape

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, repr=False)
class Logits(Family):
    """Base of families whose logits are what the network gives."""

    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """`logits`."""
        return {"logits": shape}

    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """`logits`, as the network gives them."""
        return {"logits": raw["logits"]}


def outside_unit(value: Tensor) -> tuple[Tensor, str]:
    """Which values lie outside [0, 1]; what is not a number does."""
    return ~((value >= 0) & (value <= 1)), "numbers from 0 to 1"
