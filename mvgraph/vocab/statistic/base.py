"""What every statistic of a batch offers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.language.word import Word
from mvgraph.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, repr=False)
class Statistic(Word):
    """A function of all the rows of a batch at once: no mean over rows, so the batch size is part of the objective."""

    registry: ClassVar[Registry[Statistic]] = Registry("statistic", "mvgraph.vocab.statistic")

    least: ClassVar[int] = 2  # how many codes it compares at least

    @abstractmethod
    def value(self, codes: Sequence[Tensor]) -> Tensor:
        """The statistic of a batch.

        Arguments:
            codes: one tensor of draws for each latent, `(row, dim)`; dims may differ.

        Returns:
            A scalar, differentiable in the codes.
        """

    def entries(self, dims: Sequence[int]) -> int:
        """How many directions it looks at, for codes of these sizes; a batch must have more rows than that."""
        return max(dims, default=0)
