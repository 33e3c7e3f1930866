"""Data from files: several sources, their rows aligned by id."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mvgraph.data.sheets import Sheet, refuse, sheets
from mvgraph.data.tables import Array, DataWarning, Flags, Tables, same_rows
from mvgraph.errors import DataError, Problem

if TYPE_CHECKING:
    from mvgraph.spec.model import Spec


def read(sources: Sequence[str], spec: Spec | None = None) -> Tables:
    """The views that files hold, with their rows aligned.

    A source is `FILE.npz` (one array a view, an optional `ids`, an optional `mask_VIEW`), `VIEW=FILE` with a file
    `.csv` or `.tsv` (a header, ids in the first column), `.npy`, `.npz` or `.npz:KEY`, a folder of such files, each
    named by its view, or `digits`, the set that comes with scikit-learn. Rows are matched by id where files have
    ids, else by their order. An id that one file lacks is a datum without that view; so is a row of empty cells.

    >>> tables = read(["digits"])
    >>> {name: values.shape for name, values in tables.views.items()}
    {'upper': (1797, 32), 'lower': (1797, 32), 'label': (1797,)}

    Arguments:
        sources: where the data are.
        spec: where its views are named, other arrays of an `.npz` are left out.

    Raises:
        DataError: a file is not there or is broken, a view is given twice, rows cannot be matched; all such
            problems of all files at once.
    """
    wanted = spec.view_names if spec is not None and spec.open_views is None else ()
    found: list[Sheet] = []
    problems: list[Problem] = []
    for source in sources:
        try:
            found += sheets(source, wanted)
        except DataError as error:
            problems += error.problems
    problems += _twice(found) + ([] if found or problems else [_nothing(sources, wanted)])
    if problems:
        raise DataError(*problems)
    return align(found)


def _nothing(sources: Sequence[str], wanted: Sequence[str]) -> Problem:
    if not sources:
        return Problem("MVG702", ("data",), "no data are given", "give FILE.npz, VIEW=FILE.csv, a folder, or digits")
    message = f"none of the views {', '.join(wanted)} is there" if wanted else "there are no views"
    return Problem("MVG710", (", ".join(sources),), message)


def _twice(found: Sequence[Sheet]) -> list[Problem]:
    first: dict[str, str] = {}
    problems = []
    for sheet in found:
        if sheet.view in first:
            problems.append(Problem("MVG710", (sheet.source,), f"view '{sheet.view}' is also in {first[sheet.view]}"))
        first.setdefault(sheet.view, sheet.source)
    return problems


def align(found: Sequence[Sheet]) -> Tables:
    """Sheets as one set of rows.

    Raises:
        DataError: rows cannot be matched.
    """
    orders = {s.ids for s in found if s.ids is not None}
    if len(orders) > 1:
        return _by_id(found)
    problems = same_rows({f"view '{s.view}' of {s.source}": len(s.values) for s in found})
    if problems:
        raise DataError(*problems)
    return _tables(found, {s.view: s.values for s in found}, {s.view: _seen(s) for s in found}, next(iter(orders), ()))


def _by_id(found: Sequence[Sheet]) -> Tables:
    nameless = [s for s in found if s.ids is None]
    if nameless:
        raise refuse("MVG706", nameless[0].source, "has no ids to match its rows with those of the other files")
    ids = tuple(dict.fromkeys(i for s in found for i in s.ids or ()))
    at = {name: row for row, name in enumerate(ids)}
    places = {s.view: np.array([at[i] for i in s.ids or ()]) for s in found}
    masks = {s.view: _scatter(_seen(s), places[s.view], len(ids)) for s in found}
    if np.sum(list(masks.values()), axis=0).max() == 1:
        warnings.warn("no id occurs in two files: no datum has more than one view", DataWarning, stacklevel=4)
    return _tables(found, {s.view: _scatter(s.values, places[s.view], len(ids)) for s in found}, masks, ids)


def _seen(sheet: Sheet) -> Flags:
    return np.ones(len(sheet.values), dtype=bool) if sheet.seen is None else sheet.seen


def _scatter(values: Array, places: Array, rows: int) -> Array:
    """`values` put at the rows `places`, zeros elsewhere: `(row, *shape)`."""
    whole = np.zeros((rows, *values.shape[1:]), dtype=values.dtype)
    whole[places] = values
    return whole


def _tables(found: Sequence[Sheet], values: dict[str, Array], masks: dict[str, Flags], ids: tuple[str, ...]) -> Tables:
    sources = {s.view: s.source for s in found}
    return Tables(values, masks, ids, sources, {s.view: s.columns for s in found if s.columns})
