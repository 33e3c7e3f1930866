"""Arrays of all views with their rows aligned, before a spec has judged them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mvgraph.deferring import defer
from mvgraph.errors import DataError, Problem

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")

Array = NDArray[Any]
Flags = NDArray[np.bool_]


class DataWarning(UserWarning):
    """Data that can be used, but perhaps not in the way that was meant."""


@runtime_checkable
class Frame(Protocol):
    """A table of pandas, polars, and the like."""

    columns: Iterable[Any]

    def to_numpy(self) -> Array:
        """The values, `(row, column)`."""


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


def tabulate(
    views: Mapping[str, Any],
    mask: Mapping[str, Any] | Any = None,
    ids: Sequence[Any] | None = None,
    order: Sequence[str] = (),
) -> Tables:
    """Tables from arrays, tensors or data frames in memory.

    >>> tabulate({"a": [[1.0], [2.0]]}, ids=["u", "v"]).row(1)
    "row 'v'"

    Arguments:
        views: values by the name of their view, `(row, *shape)`.
        mask: which rows were observed: bool `(row,)` by view, or bool `(row, view)` with columns in `order`.
        ids: a name for each row.
        order: the views that the columns of a mask stand for; as in `views` where not given.

    Raises:
        DataError: views differ in their number of rows, have none, or the mask or ids do not fit; all problems at once.
    """
    arrays = {str(n): v if isinstance(v, torch.Tensor) else array(v) for n, v in views.items()}
    masks, problems = _masks(mask, order or list(arrays))
    names = tuple(str(i) for i in ids) if ids is not None else ()
    counts = {f"view '{n}'": a.shape[0] for n, a in arrays.items() if a.ndim}
    counts |= {f"the mask of view '{n}'": len(m) for n, m in masks.items()}
    counts |= {"ids": len(names)} if ids is not None else {}
    problems += [*_scalars(arrays), *same_rows(counts), *duplicates(names, "data")]
    if problems:
        raise DataError(*problems)
    columns = {n: tuple(map(str, v.columns)) for n, v in views.items() if isinstance(v, Frame)}
    return Tables(arrays, masks, names, columns=columns)


def array(value: Any) -> Array:
    """A numpy array from an array, a tensor, a data frame or nested lists."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, Frame):
        return np.asarray(value.to_numpy())
    if isinstance(value, torch.Tensor):
        tensor = value.detach().cpu()
        return np.asarray((tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy())
    try:
        return np.asarray(value)
    except ValueError as error:
        raise DataError(Problem("MVG711", ("data",), f"a list with rows of different lengths: {error}")) from error


def same_rows(counts: Mapping[str, int]) -> list[Problem]:
    """A problem where things that should have the same number of rows do not, or have none."""
    if not counts:
        return [Problem("MVG706", ("data",), "there are no views")]
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{what} has {rows}" for what, rows in counts.items())
        remedy = "give ids, or the same rows in the same order"
        return [Problem("MVG706", ("data",), f"numbers of rows differ: {listed}", remedy)]
    return [] if all(counts.values()) else [Problem("MVG707", ("data",), "there are no rows")]


def duplicates(ids: Sequence[str], source: str) -> list[Problem]:
    """A problem where ids occur more than once."""
    seen: dict[str, int] = {}
    for i in ids:
        seen[i] = seen.get(i, 0) + 1
    twice = [i for i, count in seen.items() if count > 1]
    if not twice:
        return []
    listed = ", ".join(f"'{i}'" for i in twice[:5]) + (f" and {len(twice) - 5} more" if len(twice) > 5 else "")
    return [Problem("MVG705", (source,), f"ids occur more than once: {listed}", "every row needs an id of its own")]


def _scalars(arrays: Mapping[str, Array | Tensor]) -> list[Problem]:
    message = "view '{}' is a single number; it needs one row a datum"
    return [Problem("MVG711", ("data",), message.format(n)) for n, a in arrays.items() if not a.ndim]


def _masks(mask: Mapping[str, Any] | Any, order: Sequence[str]) -> tuple[dict[str, Flags], list[Problem]]:
    if mask is None:
        return {}, []
    if isinstance(mask, Mapping):
        found = {str(n): array(m) for n, m in mask.items()}
        wrong = [f"of view '{n}' has shape {m.shape}, not (row,)" for n, m in found.items() if m.ndim != 1]
        wrong += [f"names '{n}', which is not a view" for n in found if n not in order]
    else:
        table = array(mask)
        fits = table.ndim == 2 and table.shape[1] == len(order)
        wrong = [] if fits else [f"has shape {table.shape}, not (row, {len(order)}) for {', '.join(order)}"]
        found = {n: table[:, i] for i, n in enumerate(order)} if fits else {}
    problems = [Problem("MVG713", ("data",), f"the mask {w}") for w in wrong]
    return ({} if problems else {n: m.astype(bool) for n, m in found.items()}), problems
