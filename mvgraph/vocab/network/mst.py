"""The network `mst`: the networks of MNIST-SVHN-Text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family import Shape
from mvgraph.vocab.network.base import Network, Trunk
from mvgraph.vocab.network.layers import dense, refuse

if TYPE_CHECKING:
    import torch
    from torch import nn
else:
    torch = defer("torch")

MNIST = ((784,), (28, 28), (1, 28, 28))
SVHN = (3, 32, 32)


@dataclass(frozen=True, repr=False)
class Mst(Network):
    """The networks of mmJSD and MoPoE-VAE on MNIST-SVHN-Text; the shape of the view tells which.

    MNIST: Linear(784→400) ReLU, heads Linear(400→d); back Linear(d→400) ReLU, heads Linear(400→784).
    SVHN: Conv 3→32→64→64 (k4, s2, p1) → 128 (k4, s2, p0), each ReLU, heads Linear(128→d); back Linear(d→128) ReLU,
    ConvT 128→64 (k4, s1, p0) → 64 → 32 (k4, s2, p1), each ReLU, heads ConvT(32→3, k4, s2, p1).
    Heads give what the likelihood asks for; the published sigmoid is part of a Bernoulli likelihood.

    Source: Sutter, Daunhawer, Vogt, Multimodal generative learning utilizing Jensen-Shannon divergence (2020,
    arXiv 2006.08242); Shi, Siddharth, Paige, Torr, MMVAE (2019, arXiv 1911.03393).

    Raises:
        SpecError: data of another shape than MNIST `(784,)`, `(28, 28)`, `(1, 28, 28)` or SVHN `(3, 32, 32)`.

    >>> Mst().encoder((784,)).features, Mst().encoder((3, 32, 32)).features
    ((400,), (128,))
    >>> Mst().decoder(20, (784,)).features, Mst().decoder(20, (3, 32, 32)).features
    ((400,), (32, 16, 16))
    """

    word: ClassVar[str] = "mst"

    def require_shape(self, shape: Shape) -> None:
        """Refuse what is neither MNIST nor SVHN."""
        self._is_svhn(shape)

    def encoder(self, inputs: Shape) -> Trunk:
        """`(n, *inputs) → (n, 400)` for MNIST, `(n, 128)` for SVHN."""
        nn = torch.nn
        if not self._is_svhn(inputs):
            return Trunk(nn.Sequential(nn.Flatten(), *dense((prod(inputs), 400), "relu")), (400,))
        halving = [nn.Conv2d(a, b, 4, 2, 1) for a, b in pairwise((3, 32, 64, 64))]
        layers = [layer for conv in (*halving, nn.Conv2d(64, 128, 4, 2, 0)) for layer in (conv, nn.ReLU())]
        return Trunk(nn.Sequential(*layers, nn.Flatten()), (128,))

    def decoder(self, latent: int, outputs: Shape) -> Trunk:
        """`(n, latent) → (n, 400)` for MNIST, `(n, 32, 16, 16)` for SVHN."""
        nn = torch.nn
        if not self._is_svhn(outputs):
            return Trunk(nn.Sequential(*dense((latent, 400), "relu")), (400,))
        doubling = [nn.ConvTranspose2d(a, b, 4, 2, 1) for a, b in pairwise((64, 64, 32))]
        layers = [layer for conv in (nn.ConvTranspose2d(128, 64, 4, 1, 0), *doubling) for layer in (conv, nn.ReLU())]
        start = (*dense((latent, 128), "relu"), nn.Unflatten(1, (128, 1, 1)))
        return Trunk(nn.Sequential(*start, *layers), (32, 16, 16))

    def head(self, features: Shape, outputs: Shape) -> nn.Module:
        """ConvT(k4, s2, p1) from SVHN's maps to an image of twice the size; a linear map otherwise."""
        if len(features) == len(outputs) == 3 and outputs[1:] == (2 * features[1], 2 * features[2]):
            return torch.nn.ConvTranspose2d(features[0], outputs[0], 4, 2, 1)
        return super().head(features, outputs)

    def _is_svhn(self, shape: Shape) -> bool:
        if shape != SVHN and shape not in MNIST:
            needs = "mst needs views of shape [784] or [1, 28, 28] (MNIST) or [3, 32, 32] (SVHN); use conv or mlp"
            refuse(self.word, shape, needs)
        return shape == SVHN
