"""What families share whose only parameter is a tensor of logits."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Family, Params, Role, Shape

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Logits(Family):
    """Base of families whose logits are what the network gives."""

    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """`logits`."""
        return {"logits": shape}

    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """`logits`, as the network gives them."""
        return {"logits": raw["logits"]}


def binary_cdf(share: Tensor, value: Tensor) -> Tensor:
    """P(X ≤ x) of an entry that is 1 with a probability and 0 else."""
    return torch.where(value < 0, 0.0, torch.where(value < 1, 1.0 - share, 1.0))


def outside_unit(value: Tensor) -> tuple[Tensor, str]:
    """Which values lie outside [0, 1]; what is not a number does."""
    return ~((value >= 0) & (value <= 1)), "numbers from 0 to 1"
