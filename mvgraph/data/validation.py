"""Data against a spec: from arrays to a batch, or every problem at once in the user's words."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mvgraph.data.batch import Batch
from mvgraph.data.tables import Array, DataWarning, Flags, Tables, duplicates, tabulate
from mvgraph.deferring import defer
from mvgraph.errors import DataError, Problem
from mvgraph.registry import nearest
from mvgraph.spec.model import Spec, View

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")

MOST_ROWS = 3  # problems of one kind that are spelt out for a view
Empty = Literal["refuse", "skip"]


def batch(
    spec: Spec,
    views: Tables | Mapping[str, Any],
    mask: Any = None,
    ids: Sequence[Any] | None = None,
    on_empty: Empty = "refuse",
) -> Batch:
    """A batch of prepared tensors, in the order of the spec's views and in the default dtype.

    A row of a view that is NaN as a whole is a missing view.

    Arguments:
        spec: the model, with its views.
        views: tables, or arrays, tensors or data frames by view: `(row, *shape)`, or class numbers `(row,)`.
        mask: which views were observed: bool `(row, view)` in the order of the spec's views, or `(row,)` by view.
        ids: a name for each row, for messages.
        on_empty: what becomes of a row without any view: refused by name, or skipped with one warning.

    Raises:
        DataError: views are unknown or absent, have the wrong shape, differing numbers of rows or none, hold rows
            that are NaN in part, or values outside the support of their likelihood; ids occur twice; rows have no
            view. All problems at once.
    """
    tables = views if isinstance(views, Tables) else tabulate(views, mask, ids, spec.view_names)
    problems = [*_names(spec, tables), *duplicates(tables.ids, "data")]
    if problems:
        raise DataError(*problems)
    checked = [_check(spec.view(name), tables) for name in spec.view_names]
    seen = np.stack([c.seen for c in checked], axis=1)  # (row, view)
    empty = np.flatnonzero(~seen.any(axis=1))
    problems = [p for c in checked for p in c.problems]
    problems += _empty(tables, empty) if on_empty == "refuse" else []
    if problems:
        raise DataError(*problems)
    whole = Batch({c.name: c.values for c in checked}, torch.from_numpy(seen), tables.ids)
    return drop_empty(whole) if len(empty) else whole


def drop_empty(data: Batch) -> Batch:
    """The rows that have a view, with one warning that counts the others.

    Raises:
        DataError: no row has a view.
    """
    seen = data.mask.any(dim=1)
    missing = len(data) - int(seen.sum())
    if not missing:
        return data
    if missing == len(data):
        raise DataError(Problem("MVG715", ("data",), "no row has a view"))
    warnings.warn(f"{missing} of {len(data)} rows have no view and are skipped", DataWarning, stacklevel=3)
    return data.rows(seen)


def _names(spec: Spec, tables: Tables) -> Iterator[Problem]:
    for name in tables.names:
        if name not in spec.view_names:
            remedy = nearest(name, list(spec.view_names))
            yield Problem("MVG710", (tables.source(name),), f"the spec has no view '{name}'", remedy)
    absent = [f"'{n}'" for n in spec.view_names if n not in tables.views]
    if absent:
        what = f"view {absent[0]} is" if len(absent) == 1 else f"views {', '.join(absent)} are"
        remedy = "a row may lack a view, the data as a whole may not"
        yield Problem("MVG710", ("data",), f"{what} not in the data, which have {', '.join(tables.names)}", remedy)


def _empty(tables: Tables, rows: Array) -> list[Problem]:
    if not len(rows):
        return []
    listed = ", ".join(tables.row(int(r)) for r in rows[:MOST_ROWS]) + _more(len(rows), MOST_ROWS)
    remedy = "leave these rows out, or skip them: on_empty='skip'"
    return [Problem("MVG715", ("data",), f"no view at all: {listed}", remedy)]


@dataclass(frozen=True, eq=False)
class _Checked:
    """One view, judged: prepared values `(row, *shape)`, which rows are there, and what is wrong."""

    name: str
    values: Tensor
    seen: Flags
    problems: tuple[Problem, ...] = ()


def _check(view: View, tables: Tables) -> _Checked:
    found, seen = tables.views[view.name], tables.seen(view.name)
    if found.dtype.kind not in "biuf":
        return _refused(view, tables, "MVG703", f"holds {_kind(found)}, not numbers")
    values, seen, problems = _fill(view, tables, found, seen)
    if problems:
        return _Checked(view.name, torch.zeros(0), seen, tuple(problems))
    prepared, problems = _prepare(view, tables, values, seen)
    if problems:
        return _Checked(view.name, torch.zeros(0), seen, tuple(problems))
    if view.shape is not None and tuple(prepared.shape[1:]) != view.shape:
        has = f"has rows of shape {list(found.shape[1:])}, the spec says {list(view.shape)}"
        return _refused(view, tables, "MVG711", has)
    return _Checked(view.name, prepared, seen, tuple(_outside(view, tables, prepared, seen)))


def _kind(values: Array) -> str:
    return "Python objects or text" if values.dtype.kind in "OUS" else str(values.dtype)


def _refused(view: View, tables: Tables, code: str, message: str) -> _Checked:
    problem = Problem(code, (tables.source(view.name),), f"view '{view.name}' {message}")
    return _Checked(view.name, torch.zeros(0), tables.seen(view.name), (problem,))


def _fill(view: View, tables: Tables, found: Array, seen: Flags) -> tuple[Array, Flags, list[Problem]]:
    """Missing rows as zeros; rows that are NaN or infinite in part are problems."""
    if found.dtype.kind != "f":
        return found, seen, []
    flat = found.reshape(len(found), -1)
    holes = np.isnan(flat)
    seen = seen & ~holes.all(axis=1)
    bad = ~np.isfinite(flat) & seen[:, None]
    if bad.any():
        remedy = "fill these values in, or make all values of the row NaN: a missing view"
        bad = bad.reshape(found.shape)
        return found, seen, list(_report(view, tables, bad, found, "MVG712", "is not a number", remedy))
    if seen.all():
        return found, seen, []
    return np.where(_wide(seen, found.ndim), found, np.zeros_like(found)), seen, []


def _prepare(view: View, tables: Tables, values: Array, seen: Flags) -> tuple[Tensor, list[Problem]]:
    """The values as the likelihood wants them, in the default dtype."""
    values = _as_classes(view, values)
    tensor = _tensor(values if seen.all() else np.where(_wide(seen, values.ndim), values, np.zeros_like(values)))
    if view.likelihood is not None and view.shape is not None:
        try:
            tensor = view.likelihood.prepare(tensor, view.shape)
        except DataError as error:
            return tensor, list(_unprepared(view, tables, tensor, error))
    if tensor.ndim == 1 and view.shape in (None, (1,)):
        tensor = tensor[:, None]
    return tensor.to(torch.get_default_dtype()), []


def _tensor(values: Array) -> Tensor:
    """Floating-point numbers in the default dtype, whole numbers in one that torch has."""
    double = torch.get_default_dtype() == torch.float64
    whole = values.dtype if values.dtype.itemsize == 1 else np.dtype(np.int64)
    dtype = whole if values.dtype.kind in "biu" else np.dtype(np.float64 if double else np.float32)
    return torch.from_numpy(np.require(values, dtype, ["C", "W"]))


def _wide(seen: Flags, dims: int) -> Flags:
    """Which rows are there, as an array that broadcasts against their values."""
    return seen.reshape(-1, *[1] * (dims - 1))


def _as_classes(view: View, values: Array) -> Array:
    """A vector of whole numbers as such, where it holds classes and came as floating point."""
    discrete = view.likelihood is not None and view.likelihood.discrete and view.shape != (1,)
    whole = discrete and values.ndim == 1 and values.dtype.kind == "f" and bool((values == np.round(values)).all())
    return values.astype(np.int64) if whole else values


def _unprepared(view: View, tables: Tables, values: Tensor, error: DataError) -> Iterator[Problem]:
    """The rows that the likelihood refuses, each with its reason."""
    assert view.likelihood is not None
    assert view.shape is not None
    reasons = {}
    for row in range(len(values)):
        try:
            view.likelihood.prepare(values[row : row + 1], view.shape)
        except DataError as one:
            reasons[row] = str(one).removeprefix("row 0 (counted from 0): ")
    source = (tables.source(view.name),)
    if len(reasons) in (0, len(values)):
        yield Problem("MVG711", source, f"view '{view.name}': {error}")
        return
    for row in list(reasons)[:MOST_ROWS]:
        yield Problem("MVG714", source, f"view '{view.name}', {tables.row(row)}: {reasons[row]}")
    if len(reasons) > MOST_ROWS:
        yield Problem("MVG714", source, f"view '{view.name}':{_more(len(reasons), MOST_ROWS)} rows")


def _outside(view: View, tables: Tables, values: Tensor, seen: Flags) -> Iterator[Problem]:
    """Values outside the support of the view's likelihood."""
    judged = view.likelihood.invalid(values) if view.likelihood is not None else None
    if judged is None or view.likelihood is None:
        return
    bad, support = judged
    wrong = bad.numpy() & _wide(seen, values.ndim)
    says = f"is outside the support of '{view.likelihood.word}': {support}"
    yield from _report(view, tables, wrong, values.numpy(), "MVG713", says)


def _report(
    view: View, tables: Tables, bad: Array, values: Array, code: str, says: str, remedy: str = ""
) -> Iterator[Problem]:
    """The first bad values by row and column, and a count of the others; `bad` and `values` are `(row, *shape)`."""
    places = np.argwhere(bad)
    source = (tables.source(view.name),)
    for place in places[:MOST_ROWS]:
        row, rest = int(place[0]), tuple(int(i) for i in place[1:])
        where = f"view '{view.name}', {tables.row(row)}{_column(view, tables, rest)}"
        yield Problem(code, source, f"{where}: {values[(row, *rest)]:.6g} {says}", remedy)
    if len(places) > MOST_ROWS:
        yield Problem(code, source, f"view '{view.name}':{_more(len(places), MOST_ROWS)} such values")


def _column(view: View, tables: Tables, place: tuple[int, ...]) -> str:
    names = tables.columns.get(view.name, ())
    if len(place) == 1 and len(names) > place[0]:
        return f", column '{names[place[0]]}'"
    return f", column {', '.join(map(str, place))}" if place else ""


def _more(count: int, shown: int) -> str:
    return f" and {count - shown} more" if count > shown else ""
