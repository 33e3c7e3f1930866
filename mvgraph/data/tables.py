"""Arrays of all views with their rows aligned, before a spec has judged them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mvgraph.errors import DataError, Problem, harmless

if TYPE_CHECKING:
    from torch import Tensor

Array = NDArray[Any]
Flags = NDArray[np.bool_]


class DataWarning(UserWarning):
    """Data that can be used, but perhaps not in the way that was meant."""

    def __str__(self) -> str:
        return harmless(super().__str__())


@dataclass(frozen=True, eq=False)
class Tables:
    """Rows of all views, aligned.

    Arguments:
        views: each view's values as they were found, `(row, *shape)`, tensors as tensors; rows that are missing hold
            zeros.
        mask: which rows of a view were found, bool `(row,)`; all rows of a view that is not named.
        ids: a name for each row; row numbers, counted from zero, where empty.
        sources: the file that each view came from.
        columns: the names of the columns, of views from tables.
    """

    views: Mapping[str, Array | Tensor]
    mask: Mapping[str, Flags] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The views by name."""
        return tuple(self.views)

    def __len__(self) -> int:
        return len(next(iter(self.views.values())))

    def seen(self, view: str) -> Flags:
        """Which rows of a view were found, bool `(row,)`."""
        return self.mask.get(view, np.ones(len(self), dtype=bool))

    def source(self, view: str) -> str:
        """Where a view came from, for messages."""
        return self.sources.get(view, "data")

    def row(self, number: int) -> str:
        """A row's name, for messages."""
        return f"row '{self.ids[number]}'" if self.ids else f"row {number} (counted from 0)"


def refuse(code: str, source: str, message: str, remedy: str = "") -> DataError:
    """The error for a source that cannot be used."""
    return DataError(Problem(code, (source,), message, remedy))
