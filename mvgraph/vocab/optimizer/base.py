"""What every optimizer word offers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.language.word import Word
from mvgraph.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer as TorchOptimizer


@dataclass(frozen=True, repr=False)
class Optimizer(Word):
    """An optimizer and its settings."""

    registry: ClassVar[Registry[Optimizer]] = Registry("optimizer", "mvgraph.vocab.optimizer")

    @abstractmethod
    def build(self, parameters: Iterable[Tensor]) -> TorchOptimizer:
        """The torch optimizer over `parameters`."""
