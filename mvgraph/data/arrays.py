"""One view's values as a numpy array, from whatever Python object holds them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from mvgraph.data.tables import Array
from mvgraph.deferring import defer
from mvgraph.errors import DataError, Problem

if TYPE_CHECKING:
    import torch
else:
    torch = defer("torch")

MOST_BYTES = 4 * 2**30  # of what is made dense, or read into memory


@runtime_checkable
class Frame(Protocol):
    """A table of pandas, polars, and the like."""

    columns: Iterable[Any]

    def to_numpy(self) -> Array:
        """The values, `(row, column)`."""


@runtime_checkable
class Indexed(Protocol):
    """A data frame or series of pandas, whose rows have an index."""

    index: Any

    def to_numpy(self) -> Array:
        """The values, `(row, column)` or `(row,)`."""


@runtime_checkable
class SparseMatrix(Protocol):
    """A sparse matrix or array of scipy."""

    shape: tuple[int, ...]
    nnz: int

    def toarray(self) -> Array:
        """The values with their zeros, `(row, column)`."""


@runtime_checkable
class Annotated(Protocol):
    """Annotated data of one modality: `anndata.AnnData`."""

    X: Any
    obs_names: Iterable[Any]
    var_names: Iterable[Any]


def array(value: Any, what: str) -> Array:
    """A numpy array `(row, *shape)` from an array, a tensor, a data frame, a sparse matrix, or nested lists.

    Arguments:
        value: what holds the numbers.
        what: what it is called in messages.

    Raises:
        DataError: it holds no rows, or would take too much memory.
    """
    if isinstance(value, np.ma.MaskedArray):
        return _unmasked(value)
    if isinstance(value, np.ndarray):
        return _numbers(value)
    if isinstance(value, torch.Tensor):
        return _from_tensor(value, what)
    if isinstance(value, Annotated):
        return array(value.X, what)
    if isinstance(value, SparseMatrix):
        require_memory(value.shape, what)
        return np.asarray(value.toarray())
    if isinstance(value, Frame | Indexed):
        return _numbers(np.asarray(value.to_numpy()))
    return _from_objects(value, what)


def require_memory(shape: Sequence[int], what: str) -> None:
    """Refuse what would take too much memory as an array of single precision.

    Raises:
        DataError: names the memory and a remedy.
    """
    size = 4 * math.prod(shape)
    if size > MOST_BYTES:
        message = f"{what} would take {size / 2**30:.1f} GiB as a dense array of shape {list(shape)}"
        remedy = f"up to {MOST_BYTES / 2**30:.0f} GiB are made dense; keep fewer columns, or give a dense array"
        raise DataError(Problem("MVG728", ("data",), message, remedy))


def _unmasked(value: np.ma.MaskedArray[Any, Any]) -> Array:
    """The values as floating point, NaN where they are masked; whole numbers stay so where whole rows are masked."""
    hidden = np.ma.getmaskarray(value)
    rows = hidden.reshape(len(hidden), -1) if hidden.ndim else hidden
    if value.dtype.kind == "f" or (hidden.ndim and (rows.any(1) & ~rows.all(1)).any()):
        return np.where(hidden, np.nan, value.data.astype(np.result_type(value.dtype, np.float32)))
    return np.asarray(value.filled(0))


def _from_tensor(value: torch.Tensor, what: str) -> Array:
    tensor = value.detach()
    if tensor.layout != torch.strided:
        require_memory(tensor.shape, what)
        tensor = tensor.to_dense()
    tensor = tensor.cpu()
    return np.asarray((tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy())


def _from_objects(value: Any, what: str) -> Array:
    try:
        values = np.asarray(value)
    except ValueError as error:
        message = f"{what} is a list with rows of different lengths: {error}"
        raise DataError(Problem("MVG711", ("data",), message)) from error
    except (TypeError, RuntimeError) as error:
        raise DataError(Problem("MVG711", ("data",), f"{what} cannot be read: {error}")) from error
    if not values.ndim and values.dtype.kind not in "biufc":
        kind = "None" if value is None else f"of the type {type(value).__name__}"
        message = f"{what} is {kind}; it needs one row a datum"
        remedy = "give an array, a tensor, a data frame or a sparse matrix; a view without any data is left out"
        raise DataError(Problem("MVG711", ("data",), message, remedy))
    return _numbers(values)


def _numbers(values: Array) -> Array:
    """Python's own numbers and what stands for none (None, pandas' NA) as floating point; other values as they are."""
    if values.dtype.kind != "O":
        return values
    try:
        numbers = [np.nan if v is None or type(v).__name__ in ("NAType", "NaTType") else v for v in values.flat]
        if any(isinstance(v, str | bytes) for v in numbers):
            return values
        return np.array(numbers, dtype=np.float64).reshape(values.shape)
    except (TypeError, ValueError):
        return values
