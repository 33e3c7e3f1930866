"""The network `conv`: strided convolutions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family import Shape
from mvgraph.vocab.network.base import Network, Trunk
from mvgraph.vocab.network.layers import (
    Activation,
    Norm,
    activate,
    check_dropout,
    check_followed,
    check_widths,
    dense,
    refuse,
)
from mvgraph.vocab.option import require

if TYPE_CHECKING:
    import torch
    from torch import nn
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Conv(Network):
    """Strided convolutions, then fully connected layers; the decoder mirrors it with transposed convolutions.

    Encoder: for every entry of `channels` Conv(kernel, stride, padding), norm, activation; Flatten; for every entry
    of `hidden` Linear, activation, dropout. Decoder: the same in reverse order with ConvT; its last ConvT is the
    head. A side of length s becomes ⌊(s + 2·padding − kernel)/stride⌋ + 1; what the division drops comes back as
    output padding, so that every size fits. Series, images and volumes take convolutions in 1, 2 and 3 dimensions.
    As the critic of a game, with `hidden` empty it gives each patch of the data a score of its own (PatchGAN).

    Source: Radford, Metz, Chintala, Unsupervised representation learning with deep convolutional generative
    adversarial networks (2016, arXiv 1511.06434).

    Arguments:
        channels: channels of the convolutions, from the data to the latent.
        kernel: side of every kernel.
        stride: step of every convolution.
        padding: zeros on each side of its input.
        hidden: widths of the fully connected layers, from the maps to the latent.
        activation: what follows every layer.
        norm: `batch` normalisation, or `layer` normalisation over channels and places, after every convolution.
        dropout: share of units dropped after every fully connected layer while training.
        bias: whether the convolutions have a bias; the head always has one.

    Raises:
        SpecError: data that are not `(channels, length)`, `(channels, height, width)` or `(channels, depth, height,
            width)`, or too small; an option outside its range.

    >>> Conv().encoder((3, 32, 32)).features
    (256,)
    >>> Conv().decoder(20, (3, 29, 41)).features
    (32, 14, 20)
    """

    word: ClassVar[str] = "conv"
    convolves: ClassVar[bool] = True

    channels: tuple[int, ...] = (32, 64, 128)
    kernel: int = 4
    stride: int = 2
    padding: int = 1
    hidden: tuple[int, ...] = (256,)
    activation: Activation = "relu"
    norm: Norm = "none"
    dropout: float = 0.0
    bias: bool = True

    def __post_init__(self) -> None:
        require(bool(self.channels), "channels", "no channels", "give one number for every convolution")
        check_widths("channels", self.channels)
        check_widths("hidden", self.hidden)
        check_dropout(self.dropout)
        check_followed(self.hidden, dropout=self.dropout)
        require(self.kernel > 0, "kernel", f"a kernel of side {self.kernel}", "kernel is 1 or more")
        require(self.stride > 0, "stride", f"a stride of {self.stride}", "stride is 1 or more")
        inside = 0 <= self.padding < self.kernel
        require(inside, "padding", f"a padding of {self.padding}", "padding is 0 or more and less than kernel")

    def require_shape(self, shape: Shape) -> None:
        """Refuse vectors, data with too many axes, and data of which the convolutions leave nothing."""
        self._sizes(shape)

    @property
    def batch_dependent(self) -> bool:
        """Whether `norm` is `batch`."""
        return self.norm == "batch"

    def encoder(self, inputs: Shape) -> Trunk:
        """`(n, *inputs) → (n, hidden[-1])`, or the flattened maps where `hidden` is empty."""
        sizes = (self.channels[-1] * prod(self._sizes(inputs)[-1]), *self.hidden)
        connected = dense(sizes, self.activation, dropout=self.dropout)
        return Trunk(torch.nn.Sequential(*self._convolutions(inputs), torch.nn.Flatten(), *connected), sizes[-1:])

    def critic(self, inputs: Shape) -> nn.Module:
        """`(n, *inputs) → (n, scores)`; where `hidden` is empty one score for each place of the last maps.

        Such a critic judges patches of the data, as large as what a place of the last maps can see.
        """
        if self.hidden:
            return super().critic(inputs)
        self.require_shape(inputs)
        score = kind("Conv", inputs)(self.channels[-1], 1, 1)
        return torch.nn.Sequential(*self._convolutions(inputs), score, torch.nn.Flatten())

    def decoder(self, latent: int, outputs: Shape) -> Trunk:
        """`(n, latent) → (n, channels[0], …)`, the maps before the last transposed convolution."""
        sizes, widths = self._sizes(outputs)[:0:-1], self.channels[::-1]
        start = (widths[0], *sizes[0])
        layers = dense((latent, *self.hidden[::-1]), self.activation, dropout=self.dropout)
        layers += dense(((latent, *self.hidden[::-1])[-1], prod(start)), self.activation)
        layers.append(torch.nn.Unflatten(1, start))
        for (fan_in, fan_out), (small, large) in zip(pairwise(widths), pairwise(sizes), strict=True):
            layers += [self._enlarge((fan_in, *small), (fan_out, *large), self.bias), *self._finish(fan_out, outputs)]
        return Trunk(torch.nn.Sequential(*layers), (widths[-1], *sizes[-1]))

    def head(self, features: Shape, outputs: Shape) -> nn.Module:
        """ConvT from the decoder's maps to data of the right size; a linear map otherwise."""
        is_maps = len(features) == len(outputs) > 1
        if is_maps and tuple(self._reduce(s) for s in outputs[1:]) == features[1:]:
            return self._enlarge(features, outputs, bias=True)
        return super().head(features, outputs)

    def _convolutions(self, inputs: Shape) -> list[nn.Module]:
        make = kind("Conv", inputs)
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise((inputs[0], *self.channels)):
            layers.append(make(fan_in, fan_out, self.kernel, self.stride, self.padding, bias=self.bias))
            layers += self._finish(fan_out, inputs)
        return layers

    def _enlarge(self, small: Shape, large: Shape, bias: bool) -> nn.Module:
        lost = tuple((s + 2 * self.padding - self.kernel) % self.stride for s in large[1:])
        make = kind("ConvTranspose", large)
        layer: nn.Module = make(small[0], large[0], self.kernel, self.stride, self.padding, lost, bias=bias)
        return layer

    def _finish(self, width: int, shape: Shape) -> list[nn.Module]:
        norms = {"none": [], "batch": [kind("BatchNorm", shape)(width)], "layer": [torch.nn.GroupNorm(1, width)]}
        return [*norms[self.norm], activate(self.activation)]

    def _reduce(self, side: int) -> int:
        return (side + 2 * self.padding - self.kernel) // self.stride + 1

    def _sizes(self, shape: Shape) -> list[Shape]:
        if len(shape) not in (2, 3, 4):
            refuse(self.word, shape, "conv needs views of shape [channels, height, width]; use mlp for vectors")
        sizes = [shape[1:]]
        for _ in self.channels:
            sizes.append(tuple(self._reduce(s) for s in sizes[-1]))
        if min(sizes[-1]) < 1:
            refuse(self.word, shape, f"nothing is left after {len(self.channels)} convolutions: use fewer")
        return sizes


def kind(layer: str, shape: Shape) -> Any:
    """The class of a layer for data of a shape, e.g. `Conv2d` for `(channels, height, width)`."""
    return getattr(torch.nn, f"{layer}{len(shape) - 1}d")
