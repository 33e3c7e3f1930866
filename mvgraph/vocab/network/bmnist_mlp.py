"""The network `bmnist_mlp`: the networks of MVAE on MNIST images and labels."""

from __future__ import annotations

from dataclasses import dataclass
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

IMAGES = ((784,), (28, 28), (1, 28, 28))


@dataclass(frozen=True, repr=False)
class BmnistMlp(Network):
    """The networks of MVAE on binary MNIST images and their labels; the shape of the view tells which.

    Image of 784 pixels: Linear(784→512) Swish → Linear(512→512) Swish. Label, one-hot of length K:
    Embedding(K, 512) Swish → Linear(512→512) Swish, where the embedding of a one-hot vector is a linear map without
    bias, started from N(0, 1) as torch's `Embedding` is. Heads are Linear(512→d).
    Decoders: Linear(d→512) → 512 → 512, each Swish, heads Linear(512→784) or Linear(512→K): logits.

    Source: Wu, Goodman, Multimodal generative models for scalable weakly-supervised learning (2018,
    arXiv 1802.05335), and its released code.

    Raises:
        SpecError: data that are neither an image of 784 pixels nor a vector.

    >>> BmnistMlp().encoder((784,)).features, BmnistMlp().decoder(64, (10,)).features
    ((512,), (512,))
    """

    word: ClassVar[str] = "bmnist_mlp"

    def require_shape(self, shape: Shape) -> None:
        """Refuse what is neither an image of 784 pixels nor a vector."""
        self._image(shape)

    def encoder(self, inputs: Shape) -> Trunk:
        """`(n, *inputs) → (n, 512)`."""
        first = [torch.nn.Flatten(), *dense((prod(inputs), 512), "silu")] if self._image(inputs) else embed(*inputs)
        return Trunk(torch.nn.Sequential(*first, *dense((512, 512), "silu")), (512,))

    def decoder(self, latent: int, outputs: Shape) -> Trunk:
        """`(n, latent) → (n, 512)`."""
        self._image(outputs)
        return Trunk(torch.nn.Sequential(*dense((latent, 512, 512, 512), "silu")), (512,))

    def _image(self, shape: Shape) -> bool:
        if len(shape) != 1 and shape not in IMAGES:
            refuse(self.word, shape, "bmnist_mlp needs views of shape [784] or [1, 28, 28] (image) or [K] (label)")
        return shape in IMAGES


def embed(classes: int) -> list[nn.Module]:
    """Embedding(K, 512) of one-hot vectors `(n, K)`, then Swish."""
    embedding = torch.nn.Linear(classes, 512, bias=False)
    torch.nn.init.normal_(embedding.weight)
    return [embedding, torch.nn.SiLU()]
