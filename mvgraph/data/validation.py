"""Data against a spec: from arrays to a batch, or every problem at once in the user's words."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mvgraph.data.aligning import Align, duplicates, warn
from mvgraph.data.batch import Batch
from mvgraph.data.columns import ColumnNames, in_order
from mvgraph.data.doubts import DIVIDE, are_bytes, other_layout, unscaled
from mvgraph.data.objects import tabulate
from mvgraph.data.tables import Array, DataWarning, Tables
from mvgraph.deferring import defer
from mvgraph.errors import DataError, Problem, UsageError
from mvgraph.registry import nearest
from mvgraph.spec.model import Spec, View
from mvgraph.tracing import known, recording, tracing

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")

MOST_ROWS = 3  # problems of one kind that are spelt out for a view
Empty = Literal["refuse", "skip"]


def batch(
    spec: Spec,
    views: Tables | Any,
    mask: Any = None,
    ids: Iterable[Any] | None = None,
    on_empty: Empty = "refuse",
    *,
    align: Align = "id",
    partial: bool = False,
    columns: ColumnNames | None = None,
    like: Tensor | None = None,
    validate: bool = True,
) -> Batch:
    """A batch of prepared tensors, in the order of the spec's views and in the default dtype.

    A row of a view that is NaN as a whole is a missing view. What has ids (the index of a data frame, `obs_names`) is
    joined by id, and an id that one view lacks is a missing view; see `mvgraph.data.aligning.align`. Tensors stay
    tensors: gradients flow back into them, they stay on their device, and one that is as the model wants it is not
    copied. While PyTorch makes a program of it (`torch.compile`, `torch.export`, `torch.jit.trace`), nothing that
    depends on values is refused.

    Arguments:
        spec: the model, with its views.
        views: tables, or arrays, tensors, data frames, sparse matrices, ... by view: `(row, *shape)`, or class numbers
            `(row,)`; or a data set of these, see `mvgraph.data.collecting.by_view`.
        mask: which views were observed: bool `(row, view)` in the order of the spec's views, or `(row,)` by view.
        ids: a name for each row of what has no ids itself.
        on_empty: what becomes of a row without any view: refused by name, or skipped with one warning.
        align: "position" pairs rows by their order, whatever ids they have.
        partial: views that the data leave out are missing in every row, and not refused.
        columns: the names of the columns that a model was trained on, by view; tables are put in their order.
        like: a tensor whose dtype and device the batch takes.
        validate: False takes the values on trust: no search for what is not finite, outside the support, or empty.

    Raises:
        DataError: views are unknown or absent, lack columns, have the wrong shape, differing numbers of rows or none,
            hold rows that are NaN in part, or values outside the support of their likelihood; ids occur twice; rows
            have no view. All problems at once.
    """
    if isinstance(views, Tables) and not (mask is None and ids is None):
        raise UsageError("tables have ids and a mask of their own; give arrays by view to say others")
    tables = views if isinstance(views, Tables) else _tables(spec, views, mask, ids, align)
    tables = in_order(tables, columns)
    tables = _completed(spec, tables, like) if partial else tables
    problems = [*_names(spec, tables), *duplicates(tables.ids, "data")]
    if problems:
        raise DataError(*problems)
    judge = validate and not tracing()
    checked = [_check(spec.view(name), tables, like, judge) for name in spec.view_names]
    problems = [p for c in checked for p in c.problems]
    if problems:
        raise DataError(*problems, *_empty(tables, checked, on_empty))
    seen = torch.stack([c.seen.to(checked[0].seen.device) for c in checked], 1)  # (row, view)
    whole = Batch({c.name: c.values for c in checked}, seen, tables.ids, columns=tables.columns)
    if judge and not bool(seen.any(1).all()):
        if on_empty == "skip":
            return drop_empty(whole)
        raise DataError(*_empty(tables, checked, on_empty))
    return whole


def _tables(spec: Spec, views: Any, mask: Any, ids: Iterable[Any] | None, align: Align) -> Tables:
    """The views as tables; taken as they are in a program, where even the number of rows is not known."""
    return Tables(views) if tracing() else tabulate(views, mask, ids, spec.view_names, align)


def _completed(spec: Spec, tables: Tables, like: Tensor | None) -> Tables:
    """The tables with the views that they lack, NaN in every row."""
    rows, like = next(iter(tables.views.values())).shape[0], torch.zeros(()) if like is None else like
    absent = [n for n in spec.view_names if n not in tables.views]
    missing = {n: like.new_full((rows, *(spec.view(n).shape or (1,))), torch.nan) for n in absent}
    return replace(tables, views={**tables.views, **missing})


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


def _empty(tables: Tables, checked: Sequence[_Checked], on_empty: Empty) -> list[Problem]:
    """The rows without any view, where they are refused."""
    rows = (~torch.stack([c.seen.cpu() for c in checked], 1).any(1)).nonzero().flatten().tolist()
    if not rows or on_empty == "skip":
        return []
    listed = ", ".join(tables.row(r) for r in rows[:MOST_ROWS]) + _more(len(rows), MOST_ROWS)
    remedy = "leave these rows out, or skip them: on_empty='skip' (--skip-empty)"
    return [Problem("MVG715", ("data",), f"no view at all: {listed}", remedy)]


@dataclass(frozen=True, eq=False)
class _Checked:
    """One view, judged: prepared values `(row, *shape)`, which rows are there `(row,)`, and what is wrong."""

    name: str
    values: Tensor
    seen: Tensor
    problems: tuple[Problem, ...] = ()


def _check(view: View, tables: Tables, like: Tensor | None, judge: bool) -> _Checked:
    found = tables.views[view.name]
    refusal = _unusable(found)
    if refusal:
        return _refused(view, tables, _seen(tables, view, torch.empty(len(found))), *refusal)
    raw = _tensor(found)
    values = raw if like is None else raw.to(like.device)
    seen = _seen(tables, view, values)
    dtype = torch.get_default_dtype() if like is None else like.dtype
    if values.is_floating_point():
        narrow = values.to(dtype)
        seen, problems = _finite(view, tables, values, narrow, seen, judge)
        if problems:
            return _Checked(view.name, narrow, seen, tuple(problems))
        values = narrow
    values, problems = _prepare(view, tables, _filled(values, seen))
    if problems:
        return _Checked(view.name, values, seen, tuple(problems))
    if view.shape is not None and not recording() and tuple(values.shape[1:]) != view.shape:
        has = f"has rows of shape {list(found.shape[1:])}, the spec says {list(view.shape)}"
        remedy = other_layout(tuple(int(n) for n in found.shape[1:]), view.shape)
        return _refused(view, tables, seen, "MVG711", has, remedy)
    if judge:
        for sentence in unscaled(view, values):
            warn(sentence)
    values = values.to(dtype)
    return _Checked(view.name, values, seen, tuple(_outside(view, tables, values, seen) if judge else ()))


def _unusable(values: Array | Tensor) -> tuple[str, ...]:
    """Code, message and remedy where values are no numbers, or not laid out as an array; nothing where they are."""
    if isinstance(values, np.ndarray):
        text = "Python objects or text" if values.dtype.kind in "OUS" else str(values.dtype)
        remedy = (
            "give categories as class numbers 0, 1, ..., e.g. pandas.factorize(values)[0], and leave other text out"
        )
        return () if values.dtype.kind in "biuf" else ("MVG703", f"holds {text}, not numbers", remedy)
    if values.layout != torch.strided or values.is_nested:
        layout = "nested" if values.is_nested else str(values.layout).removeprefix("torch.").replace("_", " ")
        return ("MVG520", f"is a {layout} tensor", "give it dense: tensor.to_dense(), or to_padded_tensor with a mask")
    dtype = str(values.dtype).removeprefix("torch.")
    return ("MVG703", f"holds {dtype}, not numbers") if values.is_complex() or values.is_quantized else ()


def _refused(view: View, tables: Tables, seen: Tensor, code: str, message: str, remedy: str = "") -> _Checked:
    problem = Problem(code, (tables.source(view.name),), f"view '{view.name}' {message}", remedy)
    return _Checked(view.name, torch.zeros(0), seen, (problem,))


def _tensor(values: Array | Tensor) -> Tensor:
    """Numbers as a tensor of a dtype that torch reckons with; one that has it already is the same tensor."""
    if isinstance(values, np.ndarray):
        kept = values.dtype.kind == "f" and values.dtype.itemsize <= 8
        small = values.dtype.kind == "b" or (values.dtype.kind in "iu" and values.dtype.itemsize == 1)
        wide = np.dtype(np.float64 if values.dtype.kind == "f" else np.int64)
        dtype = values.dtype.newbyteorder("=") if kept or small else wide
        return torch.from_numpy(np.require(values, dtype, ["C", "W"]))
    if values.is_floating_point() or values.dtype in (torch.bool, torch.uint8, torch.int8):
        return values
    return values.long()


def _seen(tables: Tables, view: View, like: Tensor) -> Tensor:
    """Which rows of a view were found, bool `(row,)`."""
    if view.name not in tables.mask:
        return torch.ones(like.shape[0], dtype=torch.bool, device=like.device)
    return torch.from_numpy(np.require(tables.mask[view.name], bool, ["C", "W"])).to(like.device)


def _finite(
    view: View, tables: Tables, found: Tensor, values: Tensor, seen: Tensor, judge: bool
) -> tuple[Tensor, list[Problem]]:
    """Which rows are there, without those that are NaN as a whole; what is not finite in the others is a problem.

    Arguments:
        view: the view.
        tables: how its rows and columns are called.
        found: its values as they were given, `(row, *shape)`.
        values: the same in the dtype of the model, which may hold less.
        seen: which rows the data say are there, bool `(row,)`.
        judge: whether to look for problems.
    """
    if known(values.detach().sum().isfinite(), unknown=False):  # then all are; one pass, and no memory
        return seen, []
    finite = values.isfinite()
    seen = seen & ~found.isnan().reshape(found.shape[0], -1).all(1)
    bad = ~finite & _wide(seen, values.dim())
    if not judge or not bool(bad.any()):
        return seen, []
    broken = bad & ~found.isfinite()
    remedy = "fill these values in, or make all values of the row NaN: a missing view"
    problems = list(_report(view, tables, broken, found, "MVG712", "is not a number", remedy))
    dtype = str(values.dtype).removeprefix("torch.")
    says, remedy = f"is more than {dtype} can hold", "give the view in another unit, or standardise its columns"
    return seen, [*problems, *_report(view, tables, bad & found.isfinite(), found, "MVG712", says, remedy)]


def _filled(values: Tensor, seen: Tensor) -> Tensor:
    """The values with zeros in the rows that are missing; the same tensor where none is."""
    if known(seen.all(), unknown=False):
        return values
    return torch.where(_wide(seen, values.dim()), values, torch.zeros((), dtype=values.dtype, device=values.device))


def _prepare(view: View, tables: Tables, values: Tensor) -> tuple[Tensor, list[Problem]]:
    """The values as the likelihood wants them."""
    values = _as_classes(view, values)
    if view.likelihood is not None and view.shape is not None:
        try:
            values = view.likelihood.prepare(values, view.shape)
        except DataError as error:
            return values, list(_unprepared(view, tables, values, error))
    if values.dim() == 1 and view.shape in (None, (1,)):
        values = values[:, None]
    return values, []


def _wide(seen: Tensor, dims: int) -> Tensor:
    """Which rows are there, as a tensor that broadcasts against their values."""
    return seen.reshape(-1, *[1] * (dims - 1))


def _as_classes(view: View, values: Tensor) -> Tensor:
    """Class numbers as whole numbers `(row,)`, where they came as floating point, true or false, or in one column."""
    if view.likelihood is None or not view.likelihood.discrete or view.shape == (1,):
        return values
    if values.dim() == 2 and values.shape[1] == 1 and view.shape is not None and len(view.shape) == 1:
        values = values[:, 0]
    if values.dim() != 1 or not (values.is_floating_point() or values.dtype == torch.bool):
        return values
    whole = values.dtype == torch.bool or known((values == values.round()).all(), unknown=True)
    return values.long() if whole else values


def _unprepared(view: View, tables: Tables, values: Tensor, error: DataError) -> Iterator[Problem]:
    """The rows that the likelihood refuses, each with its reason."""
    assert view.likelihood is not None
    assert view.shape is not None
    reasons = {}
    for row in range(len(values)):
        try:
            view.likelihood.prepare(values[row : row + 1], view.shape)
        except DataError as refusal:
            reasons[row] = str(refusal).removeprefix("row 0 (counted from 0): ")
    source = (tables.source(view.name),)
    if len(reasons) in (0, len(values)):
        yield Problem("MVG711", source, f"view '{view.name}': {error}")
        return
    remedy = "classes are counted from 0; one that is missing is NaN, an empty cell, or masked"
    for row in list(reasons)[:MOST_ROWS]:
        yield Problem("MVG714", source, f"view '{view.name}', {tables.row(row)}: {reasons[row]}", remedy)
    if len(reasons) > MOST_ROWS:
        yield Problem("MVG714", source, f"view '{view.name}':{_more(len(reasons), MOST_ROWS)} rows")


def _outside(view: View, tables: Tables, values: Tensor, seen: Tensor) -> Iterator[Problem]:
    """Values outside the support of the view's likelihood."""
    judged = view.likelihood.invalid(values.detach()) if view.likelihood is not None else None
    if judged is None or view.likelihood is None:
        return
    bad, support = judged
    wrong = bad & _wide(seen, values.dim())
    says = f"is outside the support of '{view.likelihood.word}': {support}"
    remedy = f"these are whole numbers from 0 to 255, as pictures have: {DIVIDE}" if are_bytes(values) else ""
    yield from _report(view, tables, wrong, values, "MVG713", says, remedy)


def _report(
    view: View, tables: Tables, bad: Tensor, values: Tensor, code: str, says: str, remedy: str = ""
) -> Iterator[Problem]:
    """The first bad values by row and column, and a count of the others; `bad` and `values` are `(row, *shape)`."""
    places = bad.nonzero().tolist() if bool(bad.any()) else []
    source = (tables.source(view.name),)
    for row, *rest in places[:MOST_ROWS]:
        where = f"view '{view.name}', {tables.row(row)}{_column(view, tables, tuple(rest))}"
        yield Problem(code, source, f"{where}: {values[(row, *rest)].item():.6g} {says}", remedy)
    if len(places) > MOST_ROWS:
        yield Problem(code, source, f"view '{view.name}':{_more(len(places), MOST_ROWS)} such values")


def _column(view: View, tables: Tables, place: tuple[int, ...]) -> str:
    names = tables.columns.get(view.name, ())
    if len(place) == 1 and len(names) > place[0]:
        return f", column '{names[place[0]]}'"
    return f", column {', '.join(map(str, place))}" if place else ""


def _more(count: int, shown: int) -> str:
    return f" and {count - shown} more" if count > shown else ""
