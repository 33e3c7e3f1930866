"""The point mass."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.errors import UsageError
from mvgraph.vocab.family.base import Params, Role, Shape
from mvgraph.vocab.family.point_mass import PointMass

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, repr=False)
class Delta(PointMass):
    """The point mass δ(x − μ): a deterministic code, as in an autoencoder.

    Every draw is μ, and so is the mean. It has no density, hence no KL divergence.

    >>> import torch
    >>> family = Delta.read("delta")
    >>> family.rsample({"loc": torch.tensor([[1.0, 2.0]])}, torch.zeros(3, 1, 2)).shape  # (sample, batch, latent)
    torch.Size([3, 1, 2])
    """

    word: ClassVar[str] = "delta"
    roles: ClassVar[frozenset[Role]] = frozenset({"expert"})
    reparameterised: ClassVar[bool] = True

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """Undefined.

        Raises:
            UsageError: always.
        """
        raise UsageError("a delta has no density: no log-probability and no KL divergence; use it with beta 0")

    def noise(self, shape: Shape, generator: torch.Generator | None, like: Tensor) -> Tensor:
        """Zeros: no random number is drawn."""
        return like.new_zeros(shape)

    def rsample(self, params: Params, noise: Tensor) -> Tensor:
        """x = μ, with the shape that the noise asks for."""
        return params["loc"].expand_as(noise)
