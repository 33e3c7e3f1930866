"""The network `linear`: no hidden layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family import Shape
from mvgraph.vocab.network.base import Network, Trunk

if TYPE_CHECKING:
    import torch
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Linear(Network):
    """A linear map: the trunk only flattens, so that the head is the whole network.

    For every parameter θ: `θ = W vec(x) + b`; a decoder likewise, `θ = W z + b`. With normal families this is
    probabilistic PCA or factor analysis, and for several views inter-battery factor analysis.

    Source: Tipping, Bishop, Probabilistic principal component analysis (1999, doi 10.1111/1467-9868.00196).

    >>> Linear().encoder((2, 3)).features
    (6,)
    >>> Linear().decoder(4, (2, 3)).features
    (4,)
    """

    word: ClassVar[str] = "linear"

    def encoder(self, inputs: Shape) -> Trunk:
        """Flatten `(n, *inputs)` to `(n, D)`."""
        return Trunk(torch.nn.Flatten(), (math.prod(inputs),))

    def decoder(self, latent: int, outputs: Shape) -> Trunk:  # noqa: ARG002 - the head makes the shape
        """Leave `(n, latent)` as it is."""
        return Trunk(torch.nn.Identity(), (latent,))
