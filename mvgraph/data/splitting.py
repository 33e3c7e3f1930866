"""Rows to train on, and rows to judge by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from mvgraph.data.arrays import Indexed
from mvgraph.data.batch import Batch
from mvgraph.data.objects import counts, index
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
        rows: the validation rows instead of a fraction: by id, by their place in the user's data (`Batch.places`), or
            by one true or false for each of them.

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


def _numbers(data: Batch, rows: Rows | Any) -> list[int]:
    """Which rows of a batch are meant by ids, by places in the user's data, or by a true or false for each of them."""
    places = list(range(len(data))) if data.places is None else data.places.tolist()
    wanted = _scalars(rows)
    if wanted and all(isinstance(r, bool) for r in wanted):
        wanted = _flagged(wanted, places, cut=data.places is not None)
    names = RowNames({str(name): number for number, name in enumerate(data.ids)}, {p: n for n, p in enumerate(places)})
    problems = [p for r in wanted for p in names.problems(r)]
    if problems:
        raise DataError(*problems[:5])
    return [names.row(r) for r in wanted]


def _scalars(rows: Any) -> list[Any]:
    """What was given as numbers, texts, or true and false; a series of the latter with ids as the ids that are true."""
    if isinstance(rows, Indexed) and not counts(rows) and np.asarray(rows.to_numpy()).dtype == bool:
        return list(compress(index(rows, "valid") or (), rows.to_numpy().tolist()))
    if isinstance(rows, str) or not isinstance(rows, Iterable):
        remedy = (
            "give data, or ids or numbers of rows as a list, e.g. valid=['r3']; a share of the rows is fraction=0.1"
        )
        raise DataError(Problem("MVG718", ("valid",), f"{rows!r} are no validation rows", remedy))
    values = rows.reshape(-1).tolist() if isinstance(rows, np.ndarray | torch.Tensor) else list(rows)
    return [v.item() if isinstance(v, np.generic | torch.Tensor) else v for v in values]


def _flagged(flags: list[Any], places: Sequence[int], *, cut: bool) -> list[Any]:
    """The places that are flagged; rows that were cut away since leave a flag without a row.

    Raises:
        DataError: there is not one flag for each row.
    """
    if len(flags) <= max(places) or not (cut or len(flags) == len(places)):
        message = f"{len(flags)} times true or false, for {max(places) + 1} rows"
        raise DataError(Problem("MVG718", ("valid",), message, "give one true or false a row, or ids, or row numbers"))
    return [place for place in places if flags[place]]


@dataclass(frozen=True)
class RowNames:
    """The rows of a batch, by id and by place."""

    ids: Mapping[str, int]
    places: Mapping[int, int]

    def row(self, name: int | str) -> int:
        """Where a row stands in the batch."""
        return self.ids[name] if isinstance(name, str) else self.places[name]

    def problems(self, name: Any) -> Iterator[Problem]:
        """What is wrong with an id or a place."""
        if isinstance(name, bool) or not isinstance(name, int | str):
            remedy = "give ids, row numbers from 0, or one true or false a row"
            yield Problem("MVG718", ("valid",), f"{name!r} names no row", remedy)
        elif name not in (self.ids if isinstance(name, str) else self.places):
            nearby = nearest(name, list(self.ids)) if isinstance(name, str) else ""
            remedy = nearby or f"rows run from 0 to {max(self.places)}"
            yield Problem("MVG718", ("valid",), f"there is no row '{name}'", remedy if len(remedy) < 500 else "")
        elif isinstance(name, int) and self.ids.get(str(name), self.places[name]) != self.places[name]:
            message = f"{name} is the place of one row and the id of another"
            yield Problem("MVG718", ("valid",), message, f"for the id write '{name}', as text")
