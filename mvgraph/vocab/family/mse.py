"""The squared error as a pseudo-likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.vocab.family.base import Params, Role, event_of, event_sum
from mvgraph.vocab.family.point_mass import PointMass

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, repr=False)
class Mse(PointMass):
    """The squared error −‖x − x̂‖², no ½ and no constant.

    No density: a score to be maximised, which does not count in log p(X). Its distribution is the point x̂.

    >>> import torch
    >>> Mse.read("mse").log_prob({"loc": torch.zeros(2)}, torch.tensor([[3.0, 4.0]]))
    tensor([-25.])
    """

    word: ClassVar[str] = "mse"
    roles: ClassVar[frozenset[Role]] = frozenset({"likelihood"})

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """−‖x − x̂‖² over the last `dims` axes."""
        error = value - params["loc"]
        return -event_sum(error.square(), event_of(error, dims))
