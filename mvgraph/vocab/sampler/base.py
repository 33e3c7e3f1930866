"""What every sampler offers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.language.word import Word
from mvgraph.registry import Registry

if TYPE_CHECKING:
    import torch
    from torch import Tensor

LogDensity = Callable[["Tensor"], "Tensor"]


@dataclass(frozen=True, eq=False)
class Samples:
    """Draws from an unnormalised density, and how well they were made.

    Arguments:
        draws: `(sample, row, dim)`.
        acceptance: the share of proposals that each row accepted, `(row,)`.
    """

    draws: Tensor
    acceptance: Tensor


@dataclass(frozen=True, repr=False)
class Sampler(Word):
    """Draws from a density π(z) ∝ exp(log_density(z)) for many rows at once, each row with a density of its own.

    Options:
        chains: how many starting points a row needs.
    """

    registry: ClassVar[Registry[Sampler]] = Registry("sampler", "mvgraph.vocab.sampler")

    chains: int = 1

    @abstractmethod
    def sample(self, log_density: LogDensity, start: Tensor, generator: torch.Generator | None = None) -> Samples:
        """Draws for each row.

        Arguments:
            log_density: log π up to a constant, `(chain, row, dim)` to `(chain, row)`, differentiable.
            start: where the chains start, `(chain, row, dim)`.
            generator: the randomness.
        """
