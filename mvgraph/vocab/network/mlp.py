"""The network `mlp`: fully connected layers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family import Shape
from mvgraph.vocab.network.base import Network, Trunk
from mvgraph.vocab.network.layers import Activation, Norm, check_dropout, check_followed, check_widths, dense

if TYPE_CHECKING:
    import torch
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Mlp(Network):
    """Fully connected layers on flattened data; the decoder has the same layers in reverse order.

    Encoder: flatten, then for every width of `hidden` Linear, norm, activation, dropout. With `hidden` empty
    this is the network `linear`.

    Arguments:
        hidden: widths of the hidden layers, from the data to the latent.
        activation: what follows every hidden layer.
        dropout: share of units dropped after every hidden layer while training.
        norm: `batch` or `layer` normalisation before every activation.

    Raises:
        SpecError: a width below 1 or a dropout outside [0, 1).

    >>> Mlp(hidden=(512, 64)).encoder((1, 28, 28)).features
    (64,)
    >>> Mlp(hidden=(512, 64)).decoder(20, (1, 28, 28)).features
    (512,)
    """

    word: ClassVar[str] = "mlp"

    hidden: tuple[int, ...] = (256, 256)
    activation: Activation = "relu"
    dropout: float = 0.0
    norm: Norm = "none"

    def __post_init__(self) -> None:
        check_widths("hidden", self.hidden)
        check_dropout(self.dropout)
        check_followed(self.hidden, self.activation, self.norm, self.dropout)

    @property
    def batch_dependent(self) -> bool:
        """Whether `norm` is `batch`, and there is a layer that it follows."""
        return self.norm == "batch" and bool(self.hidden)

    def encoder(self, inputs: Shape) -> Trunk:
        """`(n, *inputs) → (n, hidden[-1])`."""
        return self._trunk((math.prod(inputs), *self.hidden))

    def decoder(self, latent: int, outputs: Shape) -> Trunk:  # noqa: ARG002 - the head makes the shape
        """`(n, latent) → (n, hidden[0])`."""
        return self._trunk((latent, *reversed(self.hidden)))

    def _trunk(self, sizes: tuple[int, ...]) -> Trunk:
        layers = dense(sizes, self.activation, self.norm, self.dropout)
        return Trunk(torch.nn.Sequential(torch.nn.Flatten(), *layers), sizes[-1:])
