"""A whole data set as one value by view: mappings, data sets and loaders of torch, and data of several modalities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from mvgraph.data.arrays import MOST_BYTES, Annotated, Frame, array
from mvgraph.data.batch import Batch
from mvgraph.data.tables import Array, Tables
from mvgraph.deferring import defer
from mvgraph.errors import DataError, Problem

if TYPE_CHECKING:
    from torch.utils import data as loading
else:
    loading = defer("torch.utils.data")


@runtime_checkable
class Modalities(Protocol):
    """Annotated data of several modalities: `mudata.MuData`."""

    mod: Mapping[str, Any]
    obs_names: Iterable[Any]


@runtime_checkable
class DataModule(Protocol):
    """Loaders in Lightning's way."""

    def train_dataloader(self) -> Any:
        """Batches to train on."""

    def val_dataloader(self) -> Any:
        """Batches to judge by."""


HOLDERS = (Batch, Tables, Mapping, Modalities, DataModule, Annotated)


def holds_views(data: Any) -> bool:
    """Whether an object is a data set, of whatever kind, and no list of rows."""
    return isinstance(data, (*HOLDERS, loading.DataLoader, loading.Dataset))


def by_view(data: Any, views: Sequence[str]) -> dict[str, Any]:
    """The values of each view, `{view: (row, *shape)}`.

    A `DataLoader` or `Dataset` of torch gives mappings `{view: values}`: batches or single data. They are read into
    memory once, in the order in which they come; a datum that lacks a view's key, or has None, has a missing view.

    Arguments:
        data: a mapping, a data set or loader of torch, or data of several modalities (`mudata.MuData`).
        views: the names of the model's views, for remedies.

    Raises:
        DataError: it is something else, or too large.
    """
    if isinstance(data, Mapping) and not _has_ids(data):
        return {str(name): value for name, value in data.items()}
    if isinstance(data, Modalities):
        return {str(name): value for name, value in data.mod.items()}
    if isinstance(data, loading.DataLoader):
        return _collected(data, _length(data.dataset), views, batched=True)
    if isinstance(data, loading.Dataset):
        rows = _length(data)
        items: Iterable[Any] = iter(data) if rows is None else (data[i] for i in range(rows))
        return _collected(items, rows, views, batched=False)
    raise DataError(_refusal(data, views))


def _has_ids(data: Any) -> bool:
    """Whether an open `.npz` holds more than views: ids, or masks."""
    return isinstance(data, np.lib.npyio.NpzFile) and any(n == "ids" or n.startswith("mask_") for n in data.files)


def _length(data: Any) -> int | None:
    try:
        return len(data)
    except TypeError:
        return None


def _refusal(data: Any, views: Sequence[str]) -> Problem:
    names = list(views)[:3] or ["a", "b"]
    wanted = f"{{{', '.join(f'{n!r}: ...' for n in names)}{', ...' if len(views) > 3 else ''}}}"
    if isinstance(data, DataModule):
        remedy = "call its setup('fit'), then give data=module.train_dataloader(), valid=module.val_dataloader()"
    elif isinstance(data, Annotated | Frame):
        remedy = f"name the view that it is: {{'{names[0]}': data, ...}}; its ids are used"
    elif isinstance(data, str | Path | np.lib.npyio.NpzFile):
        name = str(data.fid.name) if isinstance(data, np.lib.npyio.NpzFile) and data.fid else str(data)
        remedy = f"read files first: mg.read([{name!r}])"
    elif isinstance(data, list | tuple) and len(data) == len(views):
        remedy = f"name the views: dict(zip({names if len(views) <= 3 else 'model.spec.view_names'}, data))"
    else:
        remedy = f"give arrays, tensors or data frames by view: {wanted}; or a DataLoader of such mappings"
    message = f"data of the type {type(data).__name__} do not say which view is which"
    return Problem("MVG727", ("data",), message, remedy)


def _collected(items: Iterable[Any], rows: int | None, views: Sequence[str], *, batched: bool) -> dict[str, Any]:
    """Mappings of values, one after another, as one mapping."""
    pieces = list(_within((_piece(item, views, batched) for item in items), rows))
    names = dict.fromkeys(name for piece in pieces for name in piece)
    if not names:
        raise DataError(Problem("MVG707", ("data",), "the data set has no rows"))
    return {name: _joined(name, pieces) for name in names}


Piece = dict[str, Array]  # some rows, `(row, *shape)` by view


def _piece(item: Any, views: Sequence[str], batched: bool) -> Piece:
    if not isinstance(item, Mapping):
        wanted = ", ".join(f"'{v}': ..." for v in list(views)[:3] or ["a", "b"])
        message = f"{'batches of the loader' if batched else 'items of the data set'} are {type(item).__name__}s"
        raise DataError(Problem("MVG727", ("data",), message, f"let them be mappings by view: {{{wanted}}}"))
    values = {str(n): array(v, f"view '{n}'") for n, v in item.items() if v is not None}
    return {n: np.atleast_1d(v) if batched else v[None] for n, v in values.items()}


def _count(piece: Piece) -> int:
    return max(map(len, piece.values()), default=1)


def _within(pieces: Iterable[Piece], rows: int | None) -> Iterator[Piece]:
    """The same, as long as they fit into memory."""
    size = 0
    for number, piece in enumerate(pieces):
        size += sum(v.nbytes for v in piece.values())
        expected = size / _count(piece) * (rows or 0) if number == 0 else 0
        if max(size, expected) > MOST_BYTES:
            message = f"the data set does not fit into {MOST_BYTES / 2**30:.0f} GiB, into which it would be read"
            remedy = 'give arrays by view, {"view": array}, of fewer rows or smaller numbers'
            raise DataError(Problem("MVG728", ("data",), message, remedy))
        yield piece


def _joined(name: str, pieces: Sequence[Piece]) -> Array:
    """The values of a view one after another; NaN where it is missing."""
    shape = next(p[name] for p in pieces if name in p).shape[1:]
    try:
        return np.concatenate([p[name] if name in p else np.full((_count(p), *shape), np.nan) for p in pieces])
    except ValueError as error:
        shapes = dict.fromkeys(str(list(p[name].shape[1:])) for p in pieces if name in p)
        message = f"view '{name}' has items of different shapes: {', '.join(list(shapes)[:3])}"
        raise DataError(Problem("MVG711", ("data",), message, "bring them to one shape")) from error
