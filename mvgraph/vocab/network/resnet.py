"""The network `resnet`: residual blocks, as in MMVAE+."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family import Shape
from mvgraph.vocab.network import blocks
from mvgraph.vocab.network.base import Network, Trunk
from mvgraph.vocab.network.layers import refuse
from mvgraph.vocab.option import require

if TYPE_CHECKING:
    import torch
    from torch import nn
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Resnet(Network):
    """Residual blocks between poolings; at 3×28×28 the published network of MMVAE+, CMVAE, MMVM-VAE and CRMVAE.

    Encoder at 28×28: Conv(C→64, k3, p1) → Res(64, 64) → AvgPool(3, s2, p1) → Res(64, 128) → AvgPool(3, s2, p1) →
    Res(128, 256) → Flatten(12544); every head is Linear(12544→d).
    Decoder: Linear(d→12544) → (256, 7, 7) → Res(256, 128) → Up×2 → Res(128, 64) → Up×2 → Res(64, 64) →
    LeakyReLU(0.2); every head is Conv(64→C, k3, p1).
    Blocks: see `Residual`. Other sizes are halved (rounded up) ⌊log₂(min(height, width)/smallest)⌋ times and
    doubled back to the sizes of the encoder, so that every height and width fits.

    Source: Palumbo, Daunhawer, Vogt, MMVAE+: enhancing the generative quality of multimodal VAEs without
    compromises (2023, ICLR); blocks of Mescheder, Geiger, Nowozin (2018, arXiv 1801.04406).

    Arguments:
        channels: channels at full size; they double at every halving.
        largest: most channels that any block has.
        smallest: height and width at which halving ends.

    Raises:
        SpecError: data that are not `(channels, height, width)`, or an option below 1.

    >>> Resnet().encoder((3, 28, 28)).features
    (12544,)
    >>> Resnet().decoder(32, (3, 28, 28)).features
    (64, 28, 28)
    """

    word: ClassVar[str] = "resnet"
    convolves: ClassVar[bool] = True

    channels: int = 64
    largest: int = 1024
    smallest: int = 7

    def __post_init__(self) -> None:
        for option in ("channels", "largest", "smallest"):
            value = getattr(self, option)
            require(value > 0, option, f"{option} {value}", f"{option} is 1 or more")

    def require_shape(self, shape: Shape) -> None:
        """Refuse what is no picture."""
        self._sizes(shape)

    def encoder(self, inputs: Shape) -> Trunk:
        """`(n, channels, height, width) → (n, features)`."""
        sizes, widths = self._sizes(inputs), self._widths(inputs)
        layers: list[nn.Module] = [torch.nn.Conv2d(inputs[0], widths[0], 3, padding=1)]
        layers.append(blocks.Residual(widths[0], widths[0]))
        for narrow, wide in pairwise(widths):
            layers += [torch.nn.AvgPool2d(3, stride=2, padding=1), blocks.Residual(narrow, wide)]
        return Trunk(torch.nn.Sequential(*layers, torch.nn.Flatten()), (widths[-1] * math.prod(sizes[-1]),))

    def decoder(self, latent: int, outputs: Shape) -> Trunk:
        """`(n, latent) → (n, self.channels, height, width)`."""
        sizes, widths = self._sizes(outputs)[::-1], self._widths(outputs)[::-1]
        start = (widths[0], *sizes[0])
        layers: list[nn.Module] = [torch.nn.Linear(latent, math.prod(start)), torch.nn.Unflatten(1, start)]
        for (wide, narrow), size in zip(pairwise(widths), sizes[1:], strict=True):
            layers += [blocks.Residual(wide, narrow), torch.nn.Upsample(size=size)]
        layers += [blocks.Residual(widths[-1], widths[-1]), torch.nn.LeakyReLU(0.2)]
        return Trunk(torch.nn.Sequential(*layers), (widths[-1], *sizes[-1]))

    def head(self, features: Shape, outputs: Shape) -> nn.Module:
        """Conv(k3, p1) from the decoder's maps to maps of the same size; a linear map otherwise."""
        if len(features) == len(outputs) == 3 and features[1:] == outputs[1:]:
            return torch.nn.Conv2d(features[0], outputs[0], 3, padding=1)
        return super().head(features, outputs)

    def _sizes(self, shape: Shape) -> list[tuple[int, int]]:
        if len(shape) != 3:
            refuse(self.word, shape, "resnet needs views of shape [channels, height, width]; use mlp for vectors")
        sizes = [(shape[1], shape[2])]
        for _ in range(int(math.log2(max(1, min(sizes[0]) // self.smallest)))):
            height, width = sizes[-1]
            sizes.append((-(-height // 2), -(-width // 2)))
        return sizes

    def _widths(self, shape: Shape) -> list[int]:
        return [min(self.channels * 2**i, self.largest) for i in range(len(self._sizes(shape)))]
