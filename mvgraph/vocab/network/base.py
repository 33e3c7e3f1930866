"""What every network word offers, and how a user's own module becomes one."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import lazy_loader as lazy

from mvgraph.language.word import Word
from mvgraph.registry import Registry
from mvgraph.vocab.family import Shape

if TYPE_CHECKING:
    import torch
    from torch import nn
else:
    torch = lazy.load("torch")


class Trunk(NamedTuple):
    """A module `(n, *inputs) -> (n, *features)` and the shape of its features."""

    module: nn.Module
    features: Shape


@dataclass(frozen=True, repr=False)
class Network(Word):
    """A network without its last layer: heads for a family's parameters are added by the compiler."""

    registry: ClassVar[Registry[Network]] = Registry("network", "mvgraph.vocab.network")

    @abstractmethod
    def encoder(self, inputs: Shape) -> Trunk:
        """The trunk from data of shape `inputs` to features.

        Raises:
            SpecError: the network cannot read data of this shape.
        """

    @abstractmethod
    def decoder(self, latent: int, outputs: Shape) -> Trunk:
        """The trunk from a latent vector to features for data of shape `outputs`."""

    def head(self, features: Shape, outputs: Shape) -> nn.Module:
        """The last layer for one parameter, `(n, *features) -> (n, *outputs)`; a linear map unless overridden.

        For an encoder `outputs` is `(dim,)`; a convolutional decoder overrides this for `(channels, height, width)`.
        """
        layers = torch.nn
        return layers.Sequential(
            layers.Flatten(), layers.Linear(math.prod(features), math.prod(outputs)), layers.Unflatten(1, outputs)
        )
