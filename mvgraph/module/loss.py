"""A loss, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss to be minimised, and what it is made of.

    Arguments:
        total: −objective, the mean over rows, a scalar.
        terms: the signed contribution of each printed term to the objective: −total is their sum.
        rows: the objective of each row, `(row,)`.
        players: the loss that each player of a game minimises, `critic of C` and `generator of C`. A critic's is no
            part of the total, and reaches the critic's parameters only; the total does not reach those.
    """

    total: Tensor
    terms: Mapping[str, Tensor]
    rows: Tensor
    players: Mapping[str, Tensor] = field(default_factory=dict)
