"""Data from files: several sources, their rows aligned by id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mvgraph.data.aligning import Align, Sheet
from mvgraph.data.aligning import align as join
from mvgraph.data.sheets import sheets
from mvgraph.data.tables import Tables
from mvgraph.errors import DataError, Problem

if TYPE_CHECKING:
    from mvgraph.spec.model import Spec


def read(sources: Sequence[str], spec: Spec | None = None, align: Align = "id") -> Tables:
    """The views that files hold, with their rows aligned.

    A source is `FILE.npz` (one array a view, an optional `ids`, an optional `mask_VIEW`), `VIEW=FILE` with a file
    `.csv` or `.tsv` (a header, ids in the first column), `.npy`, `.npz` or `.npz:KEY`, a folder of such files, each
    named by its view, or `digits`, the set that comes with scikit-learn. Rows are matched by id where files have
    ids, by their order where none has. An id that one file lacks is a datum without that view; so is a row of empty
    cells.

    >>> tables = read(["digits"])
    >>> {name: values.shape for name, values in tables.views.items()}
    {'upper': (1797, 32), 'lower': (1797, 32), 'label': (1797,)}

    Arguments:
        sources: where the data are.
        spec: where its views are named, other arrays of an `.npz` are left out.
        align: "position" pairs rows by their order whatever ids they have; "id" is the rule above.

    Raises:
        DataError: a file is not there or is broken, a view is given twice, some files have ids and others have none;
            all problems of all files at once.
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
    return join(found, align)


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
