"""Rows to train on, and rows to judge by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mvgraph.data.batch import Batch
from mvgraph.data.seeding import Purpose, permutation
from mvgraph.deferring import defer
from mvgraph.errors import DataError, Problem, UsageError
from mvgraph.registry import nearest

if TYPE_CHECKING:
    import torch
else:
    torch = defer("torch")

Rows = Sequence[int] | Sequence[str]


def split(data: Batch, fraction: float = 0.1, seed: int = 0, rows: Rows | None = None) -> tuple[Batch, Batch | None]:
    """Training and validation rows.

    Arguments:
        data: all rows.
        fraction: how many of the rows are for validation, 0 to 1; at least one row, and none where it is 0.
        seed: which ones they are.
        rows: the validation rows by number or by id, instead of a fraction.

    Raises:
        DataError: there is only one row, or no row is left to train on, or a row is not there.
        UsageError: the fraction is not from 0 to 1.
    """
    if not 0 <= fraction < 1:
        raise UsageError(f"the validation fraction is a number from 0 up to 1, not {fraction}")
    if rows is not None:
        return _parts(data, _numbers(data, rows))
    if fraction == 0:
        return data, None
    if len(data) < 2:
        remedy = "give validation data of their own, or a validation fraction of 0"
        raise DataError(Problem("MVG717", ("data",), "one row cannot be split into two parts", remedy))
    count = min(max(1, round(fraction * len(data))), len(data) - 1)
    order = permutation(len(data), seed, Purpose.SPLIT)
    return _parts(data, order[:count].tolist())


def _parts(data: Batch, numbers: Sequence[int]) -> tuple[Batch, Batch]:
    held = torch.zeros(len(data), dtype=torch.bool)
    held[torch.as_tensor(numbers, dtype=torch.long)] = True
    if held.all() or not held.any():
        message = f"{int(held.sum())} of {len(data)} rows are for validation"
        raise DataError(Problem("MVG717", ("data",), message, "leave a row for each part"))
    return data.rows(~held), data.rows(held)


def _numbers(data: Batch, rows: Rows) -> list[int]:
    at = {name: number for number, name in enumerate(data.ids)}
    problems = [p for r in rows for p in _unknown(data, at, r)]
    if problems:
        raise DataError(*problems[:5])
    return [at[r] if isinstance(r, str) else int(r) for r in rows]


def _unknown(data: Batch, at: dict[str, int], row: int | str) -> list[Problem]:
    if row in at if isinstance(row, str) else 0 <= row < len(data):
        return []
    known = nearest(row, list(at)) if isinstance(row, str) else f"rows run from 0 to {len(data) - 1}"
    return [Problem("MVG718", ("data",), f"there is no row '{row}'", known if len(known) < 500 else "")]
