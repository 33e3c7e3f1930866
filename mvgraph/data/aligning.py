"""Rows of several sources made one set: by id where they have ids, by their place where nothing has, or on request."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from mvgraph.data.tables import Array, DataWarning, Flags, Tables
from mvgraph.deferring import defer
from mvgraph.errors import DataError, Problem, UsageError

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")

Align = Literal["id", "position"]
FEW = 1 / 3  # of the rows that could have met, where fewer do, it is said
MOST_EXAMPLES = 3
DEFAULT_INDEX = "the default index 0, 1, 2, ... of a data frame names no row: set the index to the ids"


@dataclass(frozen=True, eq=False)
class Sheet:
    """One view as a source holds it, with rows in the source's own order.

    Arguments:
        view: its name.
        values: `(row, *shape)`.
        source: a file; "" for data in Python.
        ids: a name for each row; None where the source has none.
        seen: which rows are there, bool `(row,)`; all of them where not given.
        columns: the names of the columns, of a table.
        numbered: the rows have a data frame's default index, which counts them.
    """

    view: str
    values: Array | Tensor
    source: str = ""
    ids: tuple[str, ...] | None = None
    seen: Flags | None = None
    columns: tuple[str, ...] = ()
    numbered: bool = False

    @property
    def label(self) -> str:
        """The view and where it is from, for messages."""
        return f"view '{self.view}'{f' of {self.source}' if self.source else ''}"


def align(sheets: Sequence[Sheet], how: Align = "id", names: Sequence[str] = ()) -> Tables:
    """Sheets as one set of rows.

    Where all have ids, a row is an id, in the order in which ids first occur; an id that a sheet lacks is a missing
    view. Where none has, a row is a place. Ids that hardly match, or that are almost alike, are warned of.

    Arguments:
        sheets: one a view.
        how: "id" is the rule above; "position" pairs rows by their place whatever ids they have.
        names: what the rows are called where no sheet has ids.

    Raises:
        DataError: some have ids and others have none, or the numbers of rows differ.
    """
    if how not in get_args(Align):
        raise UsageError(f"align is 'id' or 'position', not {how!r}")
    nameless = [s for s in sheets if s.ids is None]
    if how == "position" or len(nameless) == len(sheets):
        return _by_place(sheets, names)
    if nameless:
        raise DataError(_mixed(sheets, nameless))
    return _by_id(sheets)


def _mixed(sheets: Sequence[Sheet], nameless: Sequence[Sheet]) -> Problem:
    named = next(s for s in sheets if s.ids is not None)
    first = nameless[0]
    message = f"{first.label} has no ids to match its rows with those of {named.label}"
    remedy = DEFAULT_INDEX if first.numbered else "give ids to both"
    if len({len(s.values) for s in sheets}) == 1:
        remedy += "; or, if their rows stand in the same order, align='position' (mg.batch, mg.fit; --align position)"
    return Problem("MVG706", (first.source or "data",), message, remedy)


def _by_place(sheets: Sequence[Sheet], names: Sequence[str]) -> Tables:
    problems = same_rows({s.label: len(s.values) for s in sheets}, numbered=any(s.numbered for s in sheets))
    if problems:
        raise DataError(*problems)
    named = [s for s in sheets if s.ids is not None]
    for sheet in named[1:]:
        first = named[0].ids or ()
        differ = [pair for pair in zip(first, sheet.ids or (), strict=True) if pair[0] != pair[1]]
        if differ:
            example = f"'{differ[0][0]}' and '{differ[0][1]}'"
            warn(
                f"rows are paired by their place, as align='position' asks for: {len(differ)} of {len(first)} rows "
                f"have another id in {sheet.label} than in {named[0].label}, the first of them {example}"
            )
    ids = tuple(names) or next((s.ids or () for s in named), ())
    masks = {s.view: s.seen for s in sheets if s.seen is not None}
    return _tables(sheets, {s.view: s.values for s in sheets}, masks, ids)


def _by_id(sheets: Sequence[Sheet]) -> Tables:
    ids = tuple(dict.fromkeys(i for s in sheets for i in s.ids or ()))
    at = {name: row for row, name in enumerate(ids)}
    places = {s.view: np.array([at[i] for i in s.ids or ()], dtype=np.int64) for s in sheets}
    masks: dict[str, Flags] = {s.view: _scatter(_seen(s), places[s.view], len(ids)) for s in sheets}
    for sentence in _doubts(sheets):
        warn(sentence)
    return _tables(sheets, {s.view: _spread(s.values, places[s.view], len(ids)) for s in sheets}, masks, ids)


def warn(sentence: str) -> None:
    """Say something about data that can be used."""
    warnings.warn(sentence, DataWarning, stacklevel=3)


def _seen(sheet: Sheet) -> Flags:
    return np.ones(len(sheet.values), dtype=bool) if sheet.seen is None else sheet.seen


def _spread(values: Array | Tensor, places: Array, rows: int) -> Array | Tensor:
    """`values` put at the rows `places`, zeros elsewhere, `(row, *shape)`; themselves where nothing changes."""
    if np.array_equal(places, np.arange(rows)):
        return values
    if isinstance(values, np.ndarray):
        return _scatter(values, places, rows)
    index = torch.from_numpy(places).to(values.device)
    return values.new_zeros(rows, *values.shape[1:]).index_put((index,), values)


def _scatter(values: Array, places: Array, rows: int) -> Array:
    spread = np.zeros((rows, *values.shape[1:]), dtype=values.dtype)
    spread[places] = values
    return spread


def _tables(
    sheets: Sequence[Sheet], values: Mapping[str, Array | Tensor], masks: dict[str, Flags], ids: tuple[str, ...]
) -> Tables:
    sources = {s.view: s.source for s in sheets if s.source}
    return Tables(values, masks, ids, sources, {s.view: s.columns for s in sheets if s.columns})


def same_rows(counts: Mapping[str, int], *, numbered: bool = False) -> list[Problem]:
    """A problem where things that should have the same number of rows do not, or have none.

    Arguments:
        counts: rows by what has them.
        numbered: whether one of them is a data frame with the default index.
    """
    if not counts:
        return [Problem("MVG706", ("data",), "there are no views", "give arrays, tensors or data frames by view")]
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{what} has {rows}" for what, rows in counts.items())
        remedy = "give ids, or the same rows in the same order" + (f"; {DEFAULT_INDEX}" if numbered else "")
        return [Problem("MVG706", ("data",), f"numbers of rows differ: {listed}", remedy)]
    return [] if all(counts.values()) else [Problem("MVG707", ("data",), "there are no rows")]


def duplicates(ids: Sequence[str], source: str) -> list[Problem]:
    """A problem where ids occur more than once."""
    counts: dict[str, int] = {}
    for i in ids:
        counts[i] = counts.get(i, 0) + 1
    twice = [i for i, count in counts.items() if count > 1]
    if not twice:
        return []
    listed = ", ".join(f"'{i}'" for i in twice[:5]) + (f" and {len(twice) - 5} more" if len(twice) > 5 else "")
    return [Problem("MVG705", (source,), f"ids occur more than once: {listed}", "every row needs an id of its own")]


@dataclass(frozen=True)
class _Named:
    """Ids and the sheets that have them in common."""

    label: str
    ids: tuple[str, ...]


def _doubts(sheets: Sequence[Sheet]) -> Iterator[str]:
    """What lets one doubt that ids match as they were meant to."""
    by_ids: dict[tuple[str, ...], list[Sheet]] = {}
    for sheet in sheets:
        by_ids.setdefault(sheet.ids or (), []).append(sheet)
    groups = [_Named(", ".join(s.label for s in group), ids) for ids, group in by_ids.items()]
    almost = [sentence for a, b in combinations(groups, 2) if (sentence := _almost(a, b))]
    yield from almost
    counts: dict[str, int] = {}
    for i in (i for g in groups for i in g.ids):
        counts[i] = counts.get(i, 0) + 1
    if len(groups) > 1 and max(counts.values()) == 1:
        kind = "files" if all(s.source for s in sheets) else "views"
        examples = ", ".join(f"'{g.ids[0]}' in {g.label}" for g in groups[:MOST_EXAMPLES])
        yield f"no id occurs in two {kind}: no datum has more than one view; ids are {examples}"
    elif not almost:
        yield from _few(groups, counts)


def _few(groups: Sequence[_Named], counts: Mapping[str, int]) -> Iterator[str]:
    """Each group of which few ids occur in the others, where more could."""
    for number, group in enumerate(groups):
        shared = [i for i in group.ids if counts[i] > 1]
        others = len(counts) - len(group.ids) + len(shared)
        if len(shared) < FEW * min(len(group.ids), others) and not (len(groups) == 2 and number == 0):
            alone = [f"'{i}'" for i in group.ids if counts[i] == 1][:MOST_EXAMPLES]
            foreign = [f"'{i}'" for i in counts if i not in set(group.ids)][:MOST_EXAMPLES]
            beside = groups[0].label if len(groups) == 2 else "the other sources"
            yield (
                f"{len(shared)} of the {len(group.ids)} ids of {group.label} occur in {beside}; {', '.join(alone)} do "
                f"not; there, ids are such as {', '.join(foreign)}; rows that are the same need equal ids"
            )


WAYS: Mapping[str, Callable[[str], str]] = {  # how two ids can differ and yet be meant to be equal
    "blanks": lambda i: " ".join(i.split()),
    "case": str.casefold,
    "the way in which numbers are written": lambda i: re.sub(
        r"(?<![\d.])0+(?=\d)", "", re.sub(r"^([+-]?\d+)\.0*$", r"\1", i)
    ),
    "punctuation": lambda i: re.sub(r"[-_/:\s]+", "_", i),
}


def _plain(name: str) -> str:
    """An id without what two that are meant to be equal can differ in.

    >>> _plain("M-05 ") == _plain("m_5"), _plain("1.0") == _plain("01"), _plain("1.5") == _plain("15")
    (True, True, False)
    """
    for change in WAYS.values():
        name = change(name)
    return name


def _almost(a: _Named, b: _Named) -> str:
    """That ids of which the other side has none are almost alike; "" where there are no such."""
    ours, theirs = set(a.ids), set(b.ids)
    near = {_plain(i): i for i in a.ids if i not in theirs}
    pairs = [(near[key], i) for i in b.ids if i not in ours and (key := _plain(i)) in near]
    if not pairs:
        return ""
    ways = [way for way, change in WAYS.items() if all(change(i) == change(j) for i, j in pairs)]
    more = f" and {len(pairs) - MOST_EXAMPLES} more" if len(pairs) > MOST_EXAMPLES else ""
    listed = ", ".join(f"'{i}' and '{j}'" for i, j in pairs[:MOST_EXAMPLES])
    return (
        f"{len(ours & theirs)} of the {len(b.ids)} ids of {b.label} occur in {a.label}; {len(pairs)} differ only in "
        f"{ways[0] if ways else 'how they are written'}: {listed}{more}; only equal ids are joined: write them alike"
    )
