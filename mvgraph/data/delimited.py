"""Tables of text, with a header and ids in the first column: .csv and .tsv, packed by gzip or not."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mvgraph.data.aligning import Sheet, duplicates, warn
from mvgraph.data.tables import Array, Flags, refuse
from mvgraph.errors import DataError, Problem

ABSENT = frozenset({"", "na", "nan", "n/a", "null", "none"})
NAMES = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)


def table(file: str, view: str, delimiter: str) -> Sheet:
    """A table of numbers as a view: a header, then one row a line, its id in the first cell; empty cells are missing.

    Another delimiter than the file's name tells, and decimal commas, are seen and said. Lines that start with # and do
    not have the columns of the others are comments; lines and columns without anything are left out. A first line of
    numbers, and a first column of them, are told.

    Arguments:
        file: its path.
        view: the name of the view.
        delimiter: what separates the cells, by the name of the file.

    Raises:
        DataError: it cannot be read as a table of numbers.
    """
    text = _text(file)
    used = _delimiter(text, delimiter, file)
    header, lines = _lines(file, text, used)
    ids = tuple(line[0].strip() for line in lines)
    _judge_ids(file, header[0], ids)
    cells = [[cell.strip() for cell in line[1:]] for line in lines]
    commas = used != "," and _has_decimal_commas(cells)
    if commas:
        cells = [[c.replace(",", ".") if _DECIMAL_COMMA.fullmatch(c) else c for c in line] for line in cells]
    if used != delimiter or commas:
        parts = f"{' and decimal commas' if commas else ''}"
        warn(f"{file} is read with {NAMES[used]} between its cells{parts}")
    values = _numbers(file, header[1:], ids, cells)
    _judge_header(file, header, values)
    seen: Flags = np.logical_not(np.all(np.isnan(values), axis=1))
    return Sheet(view, _classes(values, cells, seen), file, ids, seen, tuple(h.strip() for h in header[1:]))


def _text(file: str) -> list[str]:
    """The lines of a file, unpacked."""
    try:
        packed = Path(file).suffix.lower() == ".gz"
        data = gzip.decompress(Path(file).read_bytes()) if packed else Path(file).read_bytes()
        return list(io.StringIO(data.decode("utf-8-sig"), newline=""))
    except (OSError, EOFError, zlib.error) as error:
        raise refuse("MVG701", file, f"cannot be read as a table: {error}") from error
    except UnicodeDecodeError as error:
        raise refuse("MVG701", file, f"cannot be read as a table: {error}", "save it as UTF-8") from error


def _split(file: str, text: Sequence[str], delimiter: str) -> list[list[str]]:
    """The lines with something in them as cells; comments are left out."""
    try:
        lines = [line for line in csv.reader(text, delimiter=delimiter) if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise refuse("MVG701", file, f"cannot be read as a table: {error}") from error
    plain = [line for line in lines if not line[0].startswith("#")]
    width = len(plain[0]) if plain else 0
    return [line for line in lines if len(line) == width or not line[0].startswith("#")]


def _delimiter(text: Sequence[str], told: str, file: str) -> str:
    """What separates the cells: as the file's name tells, unless that gives no table and another delimiter does.

    Raises:
        DataError: two delimiters give a table of as many columns.
    """
    header = next((line for line in text if line.strip() and not line.startswith("#")), "")
    widths = {d: {len(line) for line in _split(file, text, d)} for d in NAMES if d in header}
    columns = {d: next(iter(w)) for d, w in widths.items() if len(w) == 1 and max(w) > 1}
    most = [d for d, count in columns.items() if count == max(columns.values())]
    if len(most) > 1:
        listed = " and ".join(NAMES[d] for d in most)
        message = f"{listed} both separate its cells: it cannot be seen which of them are meant"
        raise refuse("MVG723", file, message, "quote the cells that hold the other one")
    return most[0] if most else told


def _lines(file: str, text: Sequence[str], delimiter: str) -> tuple[list[str], list[list[str]]]:
    lines = _split(file, text, delimiter)
    if len(lines) < 2:
        raise refuse("MVG707", file, "there are no rows below the header")
    width = len(lines[0])
    if width < 2:
        remedy = f"ids come first, values after, with {', '.join(NAMES.values())} between them"
        raise refuse("MVG702", file, "there is no column beside the ids", remedy)
    ragged = [n for n, line in enumerate(lines, 1) if len(line) != width]
    if ragged:
        raise refuse("MVG701", file, f"line {ragged[0]} has {len(lines[ragged[0] - 1])} cells, the header has {width}")
    named = [n for n, name in enumerate(lines[0]) if n == 0 or any(line[n].strip() for line in lines)]
    return [lines[0][n] for n in named], [[line[n] for n in named] for line in lines[1:]]


def _judge_ids(file: str, name: str, ids: Sequence[str]) -> None:
    """Refuse a first column that cannot be ids, and say where it looks like data."""
    nameless = [n for n, i in enumerate(ids, 2) if not i]
    if nameless:
        raise refuse("MVG705", file, f"line {nameless[0]} has no id in the first column")
    numbers = [_number(i) for i in ids]
    data_like = all(n is not None for n in numbers) and any(n is not None and n % 1 for n in numbers)
    said = f"the first column, '{name}', is taken for ids"
    if duplicates(ids, file):
        remedy = "every row needs an id of its own; the first column is taken for the ids"
        raise DataError(*(_with_remedy(p, remedy) for p in duplicates(ids, file)))
    if data_like and not bool(np.all(np.diff(np.array(numbers, dtype=float)) > 0)):
        warn(f"{file}: {said}, and holds numbers such as '{ids[0]}'; if they are data, put a column of ids first")


def _with_remedy(problem: Problem, remedy: str) -> Problem:
    return Problem(problem.code, problem.path, problem.message, remedy)


def _has_decimal_commas(cells: Sequence[Sequence[str]]) -> bool:
    flat = [c for line in cells for c in line]
    return any(_DECIMAL_COMMA.fullmatch(c) for c in flat) and not any("." in c and _number(c) is not None for c in flat)


def _judge_header(file: str, header: Sequence[str], values: Array) -> None:
    """Say where the first line looks like a row of the table."""
    names = [_number(cell.strip()) for cell in header[1:]]
    if any(n is None or np.isnan(n) for n in names) or not _looks_like_a_row(np.array(names, dtype=float), values):
        return
    first = ", ".join(f"'{cell.strip()}'" for cell in header[:4])
    more = ", ..." if len(header) > 4 else ""
    warn(
        f"{file}: the first line is taken for the header, and looks like a row: {first}{more}; if the file has no "
        "header, put a line of names first (id, and one for each column)"
    )


def _looks_like_a_row(numbers: Array, values: Array) -> bool:
    """Whether numbers `(column,)` are a row of `values` rather than the names of its columns.

    Names count (1, 2, 3; 2019, 2020, 2021), or grow (wavelengths), or are whole numbers (those of genes); a row has
    numbers of the size of its columns.
    """
    steps = np.diff(numbers)
    if numbers.tolist() in ([0.0], [1.0], [0.0, 1.0], [1.0, 2.0]):
        return False
    if len(steps) > 1 and steps[0] != 0 and np.allclose(steps, steps[0]):
        return False
    grows = len(steps) > 1 and bool((steps > 0).all() or (steps < 0).all())
    if bool((numbers % 1 != 0).any()) and not grows:
        return True
    filled = ~np.all(np.isnan(values), axis=0)
    if not filled.any():
        return False
    low, high = np.nanmin(values[:, filled], axis=0), np.nanmax(values[:, filled], axis=0)
    reach = 3 * (high - low)
    return bool(np.mean((numbers[filled] >= low - reach) & (numbers[filled] <= high + reach)) > 0.5)


def _numbers(file: str, header: Sequence[str], ids: Sequence[str], cells: list[list[str]]) -> Array:
    values = np.full((len(cells), len(header)), np.nan)
    text: dict[int, _Text] = {}
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            number = _number(cell)
            if number is None:
                text.setdefault(column, _Text(header[column], cell, ids[row]))
            else:
                values[row, column] = number
    if text:
        filled = ~np.all(np.isnan(values), axis=0)
        raise DataError(*(t.problem(file, numbers=bool(filled[column])) for column, t in text.items()))
    return values


@dataclass(frozen=True)
class _Text:
    """A cell that is no number, the first one of its column."""

    column: str
    cell: str
    row: str

    def problem(self, file: str, *, numbers: bool) -> Problem:
        """What is wrong; `numbers` says whether the other cells of the column are numbers."""
        message = f"column '{self.column}' holds text: '{self.cell}' in row '{self.row}'"
        remedy = "a view is made of numbers: leave the column out, or give its values as class numbers 0, 1, ..."
        if numbers:
            remedy = "an empty cell is a missing value; " + remedy
        if _DECIMAL_COMMA.fullmatch(self.cell):
            remedy = "write decimal points, not commas, in all columns"
        return Problem("MVG704", (file,), message, remedy)


def _number(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return np.nan if cell.lower() in ABSENT else None


def _classes(values: Array, cells: list[list[str]], seen: Flags) -> Array:
    """A single column of whole numbers as a vector of class numbers `(row,)`; other values unchanged."""
    whole = len(cells[0]) == 1 and all(c[0].isdecimal() for c, s in zip(cells, seen, strict=True) if s)
    return np.where(seen, values[:, 0], 0).astype(np.int64) if whole and seen.any() else values
