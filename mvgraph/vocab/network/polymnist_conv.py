"""The network `polymnist_conv`: the convolutional network of MoPoE and MVTCAE on PolyMNIST."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family import Shape
from mvgraph.vocab.network.base import Network, Trunk
from mvgraph.vocab.network.layers import refuse
from mvgraph.vocab.option import require

if TYPE_CHECKING:
    import torch
    from torch import nn
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class PolymnistConv(Network):
    """The convolutional network of MoPoE-VAE, MVTCAE and MultiVae on PolyMNIST, for images of 28×28.

    Encoder: Conv(C→32, k3, s2, p1) ReLU → Conv(32→64) ReLU → Conv(64→128) ReLU → Flatten(2048) →
    Linear(2048→hidden) ReLU; every head is Linear(hidden→d).
    Decoder: Linear(d→2048) ReLU → (128, 4, 4) → ConvT(128→64, k3, s2, p1) ReLU → ConvT(64→32, k3, s2, p1, op1) ReLU;
    every head is ConvT(32→C, k3, s2, p1, op1), without a sigmoid.

    Source: Sutter, Daunhawer, Vogt, Generalized multimodal ELBO (2021, arXiv 2105.02470), and its released code.

    Arguments:
        hidden: width of the last hidden layer; as published, the dimension d of the latent.

    Raises:
        SpecError: data that are not `(channels, 28, 28)`, or `hidden` below 1.

    >>> PolymnistConv().encoder((3, 28, 28)).features
    (512,)
    >>> PolymnistConv().decoder(512, (3, 28, 28)).features
    (32, 14, 14)
    """

    word: ClassVar[str] = "polymnist_conv"
    of_encoders: ClassVar[frozenset[str]] = frozenset({"hidden"})

    hidden: int = 512

    def __post_init__(self) -> None:
        require(self.hidden > 0, "hidden", f"hidden {self.hidden}", "hidden is 1 or more")

    def encoder(self, inputs: Shape) -> Trunk:
        """`(n, channels, 28, 28) → (n, hidden)`."""
        self.require_shape(inputs)
        nn = torch.nn
        convolutions = (nn.Conv2d(inputs[0], 32, 3, 2, 1), nn.Conv2d(32, 64, 3, 2, 1), nn.Conv2d(64, 128, 3, 2, 1))
        layers = [layer for conv in convolutions for layer in (conv, nn.ReLU())]
        return Trunk(nn.Sequential(*layers, nn.Flatten(), nn.Linear(2048, self.hidden), nn.ReLU()), (self.hidden,))

    def decoder(self, latent: int, outputs: Shape) -> Trunk:
        """`(n, latent) → (n, 32, 14, 14)`."""
        self.require_shape(outputs)
        nn = torch.nn
        layers = (
            *(nn.Linear(latent, 2048), nn.ReLU(), nn.Unflatten(1, (128, 4, 4))),
            *(nn.ConvTranspose2d(128, 64, 3, 2, 1), nn.ReLU()),
            *(nn.ConvTranspose2d(64, 32, 3, 2, 1, output_padding=1), nn.ReLU()),
        )
        return Trunk(nn.Sequential(*layers), (32, 14, 14))

    def head(self, features: Shape, outputs: Shape) -> nn.Module:
        """ConvT(k3, s2, p1, op1) from the decoder's maps to an image of twice the size; a linear map otherwise."""
        if len(features) == len(outputs) == 3 and outputs[1:] == (2 * features[1], 2 * features[2]):
            return torch.nn.ConvTranspose2d(features[0], outputs[0], 3, 2, 1, output_padding=1)
        return super().head(features, outputs)

    def require_shape(self, shape: Shape) -> None:
        """Refuse what is no picture of 28×28."""
        if len(shape) != 3 or shape[1:] != (28, 28):
            refuse(self.word, shape, "polymnist_conv needs views of shape [channels, 28, 28]; use conv for other sizes")
