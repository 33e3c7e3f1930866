"""Data in Python: arrays, tensors, data frames and the like by view, their rows made one set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mvgraph.data.aligning import Align, Sheet, align, duplicates
from mvgraph.data.arrays import Annotated, Frame, Indexed, array
from mvgraph.data.batch import Batch
from mvgraph.data.collecting import by_view
from mvgraph.data.tables import Array, Flags, Tables
from mvgraph.deferring import defer
from mvgraph.errors import DataError, Problem, UsageError

if TYPE_CHECKING:
    import torch
else:
    torch = defer("torch")


def tabulate(
    views: Any,
    mask: Mapping[str, Any] | Any = None,
    ids: Iterable[Any] | None = None,
    order: Sequence[str] | None = None,
    how: Align = "id",
) -> Tables:
    """Arrays, tensors, data frames, or nested lists by view, as tables.

    The index of a data frame or series, and the `obs_names` of annotated data, are ids; the index 0, 1, 2, ... that a
    frame has by default is none, unless another frame has a part of it. See `mvgraph.data.aligning.align`.

    >>> tabulate({"a": [[1.0], [2.0]]}, ids=["u", "v"]).row(1)
    "row 'v'"

    Arguments:
        views: values by the name of their view, `(row, *shape)`; or a data set of such.
        mask: which rows were observed: bool `(row,)` by view, or bool `(row, view)` with columns in `order`; a frame's
            rows are matched by its index.
        ids: a name for each row of what has no ids itself.
        order: the views that the columns of a mask stand for; as in `views` where not given.
        how: whether rows are joined by id, or paired by position.

    Raises:
        DataError: views differ in their number of rows, have none, or the mask or ids do not fit; all problems at once.
    """
    values = by_view(views, order or ())
    problems: list[Problem] = []
    sheets: list[Sheet] = []
    for name, value in values.items():
        try:
            sheets.append(_sheet(name, value))
        except DataError as error:
            problems += error.problems
    names, sheets = _named(_numbered(sheets), ids, how, problems)
    sheets = _masked(sheets, mask, order or list(values), problems)
    problems += {s.ids: p for s in sheets if s.ids for p in duplicates(s.ids, "data")}.values()
    if problems:
        raise DataError(*problems)
    return align(sheets, how, names)


def as_tables(data: Any, ids: Iterable[Any] | None = None, how: Align = "id") -> Tables:
    """Data of every kind as tables: tables as they are, a batch, or what `tabulate` takes.

    Raises:
        DataError: see `tabulate`. UsageError: ids for what has ids of its own.
    """
    if not isinstance(data, Tables | Batch):
        return tabulate(data, ids=ids, how=how)
    if ids is not None:
        raise UsageError("tables and batches have ids of their own; give arrays by view to say others")
    if isinstance(data, Tables):
        return data
    masks = dict(zip(data.names, data.mask.cpu().numpy().T, strict=True))
    return Tables(data.views, masks, tuple(map(str, data.ids)), columns=data.columns)


def _sheet(view: str, value: Any) -> Sheet:
    """One view; a masked array's wholly masked rows are not there.

    Raises:
        DataError: it has no rows, or a row of it has no id.
    """
    what = f"view '{view}'"
    if isinstance(value, torch.Tensor) and value.ndim:
        return Sheet(view, value)
    values = array(value, what)
    if not values.ndim:
        raise DataError(Problem("MVG711", ("data",), f"{what} is a single number; it needs one row a datum"))
    ids = index(value, what)
    seen: Flags | None = None
    if isinstance(value, np.ma.MaskedArray):
        seen = np.logical_not(np.ma.getmaskarray(value).reshape(len(value), -1).all(axis=1))
    if isinstance(value, Frame) and _is_class_column(values):
        values = values[:, 0]
    return Sheet(view, values, "", ids, seen, _columns(value), ids is not None and counts(value))


def _is_class_column(values: Array) -> bool:
    """Whether a frame holds class numbers: a single column of whole numbers, as in a file."""
    return values.ndim == 2 and values.shape[1] == 1 and values.dtype.kind in "iu"


def _columns(value: Any) -> tuple[str, ...]:
    names = value.var_names if isinstance(value, Annotated) else value.columns if isinstance(value, Frame) else ()
    return tuple(map(str, names))


def index(value: Any, what: str = "data") -> tuple[str, ...] | None:
    """The ids that an object has of its own: the index of a frame or series, the `obs_names` of annotated data.

    Raises:
        DataError: a row has none.
    """
    if isinstance(value, Annotated):
        return texts(value.obs_names, what)
    return texts(value.index, what) if isinstance(value, Indexed) else None


def texts(ids: Iterable[Any], what: str) -> tuple[str, ...]:
    """Ids as texts.

    Raises:
        DataError: they are no list, or one is absent.
    """
    if isinstance(ids, str | bytes) or not isinstance(ids, Iterable):
        raise DataError(Problem("MVG705", ("ids",), f"ids are a list of texts or numbers, not {ids!r}"))
    values = ids.tolist() if isinstance(ids, np.ndarray) else list(ids)
    absent = [row for row, i in enumerate(values) if i is None or (isinstance(i, float) and np.isnan(i))]
    if absent:
        message = f"row {absent[0]} (counted from 0) of {what} has no id"
        raise DataError(Problem("MVG705", ("ids",), message, "every row needs an id of its own"))
    return tuple(i.decode(errors="replace") if isinstance(i, bytes) else str(i) for i in values)


def counts(value: Any) -> bool:
    """Whether an index is 0, 1, 2, ... as it is by default."""
    if not isinstance(value, Indexed):
        return False
    numbers = np.asarray(value.index)
    return numbers.dtype.kind in "iu" and np.array_equal(numbers, np.arange(len(numbers)))


def _numbered(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Sheets whose index only counts their rows have no ids, unless another one has been cut out of the same index."""
    plain = {i for s in sheets if s.numbered for i in s.ids or ()}
    cut = any(s.ids and not s.numbered and plain.issuperset(s.ids) for s in sheets)
    return [replace(s, ids=None) if s.numbered and not cut else s for s in sheets]


def _named(
    sheets: list[Sheet], ids: Iterable[Any] | None, how: Align, problems: list[Problem]
) -> tuple[tuple[str, ...], list[Sheet]]:
    """The ids that were given, and the sheets, those without ids of their own with these."""
    if ids is None:
        return (), sheets
    try:
        names = texts(ids, "ids")
    except DataError as error:
        problems += error.problems
        return (), sheets
    bare = [s for s in sheets if s.ids is None] if how == "id" else sheets
    if sheets and not bare and any(set(names) != set(s.ids or ()) for s in sheets):
        message = "ids are given, and every view has other ids of its own"
        remedy = "leave ids out, or pair the rows by their place: align='position'"
        problems.append(Problem("MVG706", ("ids",), message, remedy))
    for sheet in bare:
        if len(sheet.values) != len(names):
            message = f"numbers of rows differ: there are {len(names)} ids, and {sheet.label} has {len(sheet.values)}"
            problems.append(Problem("MVG706", ("ids",), message, "give an id for each row"))
    return names, [replace(s, ids=names) if s in bare else s for s in sheets]


@dataclass(frozen=True)
class _Flagged:
    """One view's column of a mask: flags `(row,)`, and the ids of their rows where they have some."""

    flags: Array
    ids: tuple[str, ...] | None = None


def _masked(sheets: list[Sheet], mask: Any, order: Sequence[str], problems: list[Problem]) -> list[Sheet]:
    """The sheets without the rows that a mask leaves out."""
    try:
        columns = _mask_columns(mask, order, sheets)
    except DataError as error:
        problems += error.problems
        return sheets
    masked = []
    for sheet in sheets:
        try:
            seen = _fitted(columns[sheet.view], sheet) if sheet.view in columns else None
        except DataError as error:
            problems += error.problems
            continue
        both = seen if sheet.seen is None or seen is None else seen & sheet.seen
        masked.append(sheet if both is None else replace(sheet, seen=both))
    return masked


def _mask_columns(mask: Any, order: Sequence[str], sheets: Sequence[Sheet]) -> dict[str, _Flagged]:
    if mask is None:
        return {}
    if isinstance(mask, Mapping):
        columns = {str(n): _Flagged(array(m, f"the mask of view '{n}'"), index(m)) for n, m in mask.items()}
    else:
        table = array(mask, "the mask")
        names = tuple(map(str, mask.columns)) if isinstance(mask, Frame) else tuple(order)
        if table.ndim != 2 or table.shape[1] != len(names):
            raise DataError(_unfit(f"has shape {table.shape}, not (row, {len(names)}) for {', '.join(names)}"))
        ids = index(mask)
        if ids is None and len({s.ids for s in sheets}) > 1:
            raise DataError(_unfit("is one table, and the views have their rows in different orders", BY_VIEW))
        columns = {n: _Flagged(table[:, i], ids) for i, n in enumerate(names)}
    unknown = [n for n in columns if n not in order]
    if unknown:
        raise DataError(*(_unfit(f"names '{n}', which is not a view") for n in unknown))
    return columns


def _fitted(column: _Flagged, sheet: Sheet) -> Flags:
    """The flags of a view's rows, in the order of its rows."""
    flags = column.flags
    if flags.ndim != 1:
        raise DataError(_unfit(f"of view '{sheet.view}' has shape {flags.shape}, not (row,)"))
    if flags.dtype.kind not in "biuf" or not np.isin(flags, (0, 1)).all():
        raise DataError(_unfit(f"of view '{sheet.view}' is not one true or false a row"))
    if sheet.ids is not None and column.ids is not None:
        at = {name: row for row, name in enumerate(column.ids)}
        absent = [i for i in sheet.ids if i not in at]
        if absent:
            raise DataError(_unfit(f"of view '{sheet.view}' has no row '{absent[0]}'"))
        flags = flags[[at[i] for i in sheet.ids]]
    if len(flags) != len(sheet.values):
        raise DataError(_unfit(f"of view '{sheet.view}' has {len(flags)} rows, the view {len(sheet.values)}"))
    return flags.astype(bool)


BY_VIEW = "give it by view, {view: one true or false a row}, or as a data frame with ids and the names of views"


def _unfit(message: str, remedy: str = "") -> Problem:
    return Problem("MVG713", ("mask",), f"the mask {message}", remedy)
