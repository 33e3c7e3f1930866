"""The point mass as a torch distribution; apart from the families, which must be read without loading torch."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints

from mvgraph.errors import UsageError


class Point(Distribution):
    """The point mass δ(x − μ): every draw is μ.

    Arguments:
        loc: μ, `(*batch, *event)`.
        event_dims: how many of its last axes are the event.

    >>> Point(torch.tensor([1.0, 2.0]), 1).sample((3,)).shape
    torch.Size([3, 2])
    """

    arg_constraints = {"loc": constraints.real}  # noqa: RUF012 - torch declares it on the instance
    support = constraints.real
    has_rsample = True

    def __init__(self, loc: Tensor, event_dims: int = 1, validate_args: bool | None = None) -> None:
        self.loc = loc
        cut = loc.dim() - event_dims
        super().__init__(loc.shape[:cut], loc.shape[cut:], validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """μ."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """μ."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """Zero."""
        return torch.zeros_like(self.loc)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Point:
        """The same point mass with a larger batch."""
        loc = self.loc.expand(torch.Size(batch_shape) + self.event_shape)
        return Point(loc, len(self.event_shape), validate_args=False)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """μ, repeated."""
        return self.loc.expand(self._extended_shape(torch.Size(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:  # noqa: ARG002 - a point mass has none anywhere
        """Undefined.

        Raises:
            UsageError: always.
        """
        raise UsageError("a point mass has no density")
