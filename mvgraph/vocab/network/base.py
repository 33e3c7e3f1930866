"""What every network word offers."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from mvgraph.deferring import defer
from mvgraph.errors import Problem, SpecError
from mvgraph.language.word import Word
from mvgraph.registry import Registry
from mvgraph.vocab.family import Shape

if TYPE_CHECKING:
    import torch
    from torch import nn
else:
    torch = defer("torch")


class Trunk(NamedTuple):
    """A module `(n, *inputs) -> (n, *features)` and the shape of its features."""

    module: nn.Module
    features: Shape


class Networks(Registry["Network"]):
    """The networks by word; a user's module class stands for the word that was made from it."""

    def __init__(self) -> None:
        super().__init__("network", "mvgraph.vocab.network")
        self._made: dict[type[Any], type[Network]] = {}

    def add(self, word: str, cls: type[Any]) -> None:
        """Register a network, or a module class decorated with `network`, under a word.

        Raises:
            SpecError: the word is taken, or `cls` is neither of the two.
        """
        made = self._made.get(cls, cls)
        if not (isinstance(made, type) and issubclass(made, Network)):
            text = f"the network '{word}' is {made!r}, which is neither a network word nor a decorated module"
            raise SpecError(Problem("MVG411", (), text, f'write @mvgraph.network("{word}") above the module class'))
        super().add(word, made)

    def adopt(self, module: type[Any], made: type[Network]) -> None:
        """Register `made`, the word of a user's module class; a class that is defined again replaces its old self."""
        for old, word in list(self._made.items()):
            if word.word == made.word and (old.__module__, old.__qualname__) == (
                module.__module__,
                module.__qualname__,
            ):
                del self._made[old]
                self._words.pop(made.word, None)
        self.add(made.word, made)
        self._made[module] = made


@dataclass(frozen=True, repr=False)
class Network(Word):
    """A network without its last layer: heads for a family's parameters are added by the compiler."""

    registry: ClassVar[Networks] = Networks()
    of_encoders: ClassVar[frozenset[str]] = frozenset()  # options that a decoder does not read

    convolves: ClassVar[bool] = False  # it slides over all axes of data but the first, which holds channels

    def require_shape(self, shape: Shape) -> None:
        """Refuse data that the network can neither read nor make, by arithmetic on its options alone.

        Raises:
            SpecError: it cannot be used for data of this shape.
        """

    @property
    def batch_dependent(self) -> bool:
        """Whether its options make it normalise by statistics of the batch."""
        return False

    @abstractmethod
    def encoder(self, inputs: Shape) -> Trunk:
        """The trunk from data of shape `inputs` to features.

        Raises:
            SpecError: the network cannot read data of this shape.
        """

    @abstractmethod
    def decoder(self, latent: int, outputs: Shape) -> Trunk:
        """The trunk from a latent vector to features for data of shape `outputs`."""

    def critic(self, inputs: Shape) -> nn.Module:
        """The critic of a game over data of shape `inputs`, `(n, *inputs) -> (n, scores)`; one score unless overridden.

        Raises:
            SpecError: the network cannot read data of this shape.
        """
        trunk, features = self.encoder(inputs)
        return torch.nn.Sequential(trunk, self.head(features, (1,)))

    def heads(self, features: Shape, parameters: Mapping[str, Shape], *, makes_data: bool) -> dict[str, nn.Module]:  # noqa: ARG002
        """The last layers by the names of a family's parameters, each from the same features.

        Arguments:
            features: what the trunk gives.
            parameters: the shape of each parameter.
            makes_data: whether they are those of a likelihood, behind a decoder.
        """
        return {name: self.head(features, shape) for name, shape in parameters.items()}

    def head(self, features: Shape, outputs: Shape) -> nn.Module:
        """The last layer for one parameter, `(n, *features) -> (n, *outputs)`; a linear map unless overridden.

        For an encoder `outputs` is `(dim,)`; a convolutional decoder overrides this for `(channels, height, width)`.
        """
        layers = torch.nn
        return layers.Sequential(
            layers.Flatten(), layers.Linear(math.prod(features), math.prod(outputs)), layers.Unflatten(1, outputs)
        )
