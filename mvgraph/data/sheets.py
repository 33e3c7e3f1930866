"""One file at a time: the views that a source holds, as they stand there."""

from __future__ import annotations

import csv
import re
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from mvgraph.data.aligning import Sheet, duplicates
from mvgraph.data.tables import Array, Flags
from mvgraph.errors import DataError, Problem
from mvgraph.registry import nearest

BROKEN = (
    *(OSError, ValueError, EOFError, KeyError, SyntaxError, MemoryError, RuntimeError, struct.error),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError),
)
ABSENT = frozenset({"", "na", "nan", "n/a", "null", "none"})
_NAMED = re.compile(r"(?P<view>[^\W\d][\w-]*)=(?P<file>.+)", re.DOTALL)
_KEYED = re.compile(r"(?P<file>.+\.npz):(?P<key>[^/\\]+)", re.DOTALL | re.IGNORECASE)
_MASK = "mask_"


def sheets(source: str, wanted: Sequence[str] = ()) -> list[Sheet]:
    """The views of one source: `FILE.npz`, `VIEW=FILE.csv|.tsv|.npy|.npz[:KEY]`, a folder, or a bundled set's name.

    Arguments:
        source: where the data are.
        wanted: the views to take from a file that names its own; all of them where empty.

    Raises:
        DataError: there is no such file, or it does not hold what it should.
    """
    if source in BUNDLED:
        return [s for s in BUNDLED[source]() if not wanted or s.view in wanted]
    found = _folder(Path(source), wanted) if Path(source).is_dir() else _file(source, wanted)
    problems = [p for s in found for p in duplicates(s.ids or (), s.source)][:1]
    if problems:
        raise DataError(*problems)
    return found


def _file(source: str, wanted: Sequence[str]) -> list[Sheet]:
    named = None if Path(source).exists() else _NAMED.fullmatch(source)
    view, rest = (named["view"], named["file"]) if named else ("", source)
    keyed = None if Path(rest).exists() else _KEYED.fullmatch(rest)
    file, key = (keyed["file"], keyed["key"]) if keyed else (rest, "")
    _refuse_unreadable(file, bool(named))
    return READERS[Path(file).suffix.lower()](file, view, key, wanted)


def _folder(folder: Path, wanted: Sequence[str]) -> list[Sheet]:
    """The files of a folder: `VIEW.csv|.tsv|.npy`, each a view by its name, and `.npz`, which name their own."""
    files = sorted(f for f in folder.iterdir() if f.suffix.lower() in READERS)
    if not files:
        kinds = ", ".join(sorted(READERS))
        remedy = f"put a file for each view in it, e.g. VIEW.csv; it may be {kinds}"
        raise refuse("MVG702", str(folder), "the folder holds no data file", remedy)
    own = {f: "" if f.suffix.lower() == ".npz" else f.stem for f in files}  # an archive names its views
    kept = [f for f, view in own.items() if not view or not wanted or view in wanted]
    return [s for f in kept for s in READERS[f.suffix.lower()](str(f), own[f], "", wanted)]


def refuse(code: str, source: str, message: str, remedy: str = "") -> DataError:
    """The error for a source that cannot be used."""
    return DataError(Problem(code, (source,), message, remedy))


def _refuse_unreadable(file: str, named: bool) -> None:
    path = Path(file)
    suffixes = ", ".join(sorted(READERS))
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "there is no such file"
        raise refuse("MVG702", file, what, f"give a file ({suffixes}) or a bundled set ({', '.join(sorted(BUNDLED))})")
    if path.suffix.lower() not in READERS:
        raise refuse("MVG702", file, f"cannot read files of the kind '{path.suffix}'", f"give one of {suffixes}")
    if not named and path.suffix.lower() != ".npz":
        raise refuse("MVG702", file, "it is not said which view this is", f"write VIEW={file}")


def _npz(file: str, view: str, key: str, wanted: Sequence[str]) -> list[Sheet]:
    arrays = _arrays(file, lambda held: _choose(file, held, view, key, wanted))
    ids = _ids(file, arrays.pop("ids")) if "ids" in arrays else None
    masks = {k.removeprefix(_MASK): arrays.pop(k) for k in list(arrays) if k.startswith(_MASK)}
    return [_sheet(file, view or name, value, ids, masks.get(name)) for name, value in arrays.items()]


def _choose(file: str, held: list[str], view: str, key: str, wanted: Sequence[str]) -> list[str]:
    """The arrays to read: the views that are meant, their masks, and the ids."""
    arrays = [h for h in held if h != "ids" and not h.startswith(_MASK)]
    if key and key not in held:
        raise refuse("MVG702", file, f"there is no array '{key}'", nearest(key, arrays))
    if view and not key and view not in arrays and len(arrays) != 1:
        remedy = f"write {view}={file}:KEY; its arrays: {', '.join(arrays) or 'none'}"
        raise refuse("MVG702", file, f"it is not said which array is view '{view}'", remedy)
    chosen = [key] if key else [view] if view in arrays else arrays
    chosen = [c for c in chosen if view or not wanted or c in wanted]
    return [*chosen, *(h for h in held if h == "ids" or (h.removeprefix(_MASK) in chosen and h not in chosen))]


def _arrays(file: str, choose: Callable[[list[str]], list[str]]) -> dict[str, Array]:
    try:
        with Path(file).open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return {name: _member(file, archive, name) for name in choose(list(archive.files))}
    except DataError:
        raise
    except (*BROKEN, AttributeError, TypeError) as error:
        raise refuse("MVG701", file, f"cannot be read as npz: {error}") from error


def _member(file: str, archive: Mapping[str, Array], name: str) -> Array:
    try:
        return archive[name]
    except BROKEN as error:
        remedy = "arrays of Python objects are never read, for they can run code; save plain numbers"
        raise refuse("MVG703", file, f"the array '{name}' cannot be read: {error}", remedy) from error


def _npy(file: str, view: str, _key: str, _wanted: Sequence[str]) -> list[Sheet]:
    try:
        with Path(file).open("rb") as stream:
            value = np.lib.format.read_array(stream, allow_pickle=False)
    except BROKEN as error:
        remedy = "arrays of Python objects are never read, for they can run code; save plain numbers"
        raise refuse("MVG701", file, f"cannot be read as npy: {error}", remedy) from error
    return [_sheet(file, view, value, None, None)]


def _sheet(file: str, view: str, value: Array, ids: tuple[str, ...] | None, mask: Array | None) -> Sheet:
    if value.dtype.kind not in "biuf":
        remedy = f"a view is made of numbers; choose others with VIEW={file}:KEY"
        raise refuse("MVG703", file, f"the array '{view}' holds {value.dtype}, not numbers", remedy)
    if not value.ndim or not len(value):
        raise refuse("MVG707", file, f"the array '{view}' has no rows")
    for what, other in (("ids", ids), (f"{_MASK}{view}", mask)):
        if other is not None and len(other) != len(value):
            raise refuse("MVG706", file, f"view '{view}' has {len(value)} rows, '{what}' has {len(other)}")
    return Sheet(view, value, file, ids, None if mask is None else _flags(file, view, mask))


def _flags(file: str, view: str, mask: Array) -> Flags:
    if mask.ndim != 1 or mask.dtype.kind not in "biu":
        raise refuse("MVG713", file, f"'{_MASK}{view}' is not one true or false a row")
    return mask.astype(bool)


def _ids(file: str, value: Array) -> tuple[str, ...]:
    if value.ndim != 1 or value.dtype.kind not in "iuUS":
        raise refuse("MVG705", file, "'ids' is not one text or whole number a row")
    return tuple(i.decode(errors="replace") if isinstance(i, bytes) else str(i) for i in value.tolist())


def _table(delimiter: str) -> Callable[[str, str, str, Sequence[str]], list[Sheet]]:
    def read(file: str, view: str, _key: str, _wanted: Sequence[str]) -> list[Sheet]:
        header, lines = _lines(file, delimiter)
        ids = tuple(line[0].strip() for line in lines)
        nameless = [n for n, i in enumerate(ids, 2) if not i]
        if nameless:
            raise refuse("MVG705", file, f"line {nameless[0]} has no id in the first column")
        cells = [[cell.strip() for cell in line[1:]] for line in lines]
        values = _numbers(file, header[1:], ids, cells)
        seen: Flags = np.logical_not(np.all(np.isnan(values), axis=1))
        return [Sheet(view, _classes(values, cells, seen), file, ids, seen, tuple(header[1:]))]

    return read


def _lines(file: str, delimiter: str) -> tuple[list[str], list[list[str]]]:
    try:
        with Path(file).open(newline="", encoding="utf-8-sig") as stream:
            lines = [line for line in csv.reader(stream, delimiter=delimiter) if line]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise refuse("MVG701", file, f"cannot be read as a table: {error}") from error
    if len(lines) < 2:
        raise refuse("MVG707", file, "there are no rows below the header")
    width = len(lines[0])
    if width < 2:
        raise refuse("MVG702", file, "there is no column beside the ids", "ids come first, values after")
    ragged = [n for n, line in enumerate(lines, 1) if len(line) != width]
    if ragged:
        raise refuse("MVG701", file, f"line {ragged[0]} has {len(lines[ragged[0] - 1])} cells, the header has {width}")
    return lines[0], lines[1:]


def _numbers(file: str, header: Sequence[str], ids: Sequence[str], cells: list[list[str]]) -> Array:
    values = np.full((len(cells), len(header)), np.nan)
    text: dict[str, str] = {}
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            number = _number(cell)
            if number is None:
                text.setdefault(header[column], f"'{cell}' in row '{ids[row]}'")
            else:
                values[row, column] = number
    if text:
        remedy = "a view is made of numbers: leave the column out, or give its values as class numbers 0, 1, ..."
        raise DataError(*(Problem("MVG704", (file,), f"column '{c}' holds text: {t}", remedy) for c, t in text.items()))
    return values


def _number(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return np.nan if cell.lower() in ABSENT else None


def _classes(values: Array, cells: list[list[str]], seen: Flags) -> Array:
    """A single column of whole numbers as a vector of class numbers `(row,)`; other values unchanged."""
    whole = len(cells[0]) == 1 and all(c[0].isdecimal() for c, s in zip(cells, seen, strict=True) if s)
    return np.where(seen, values[:, 0], 0).astype(np.int64) if whole and seen.any() else values


def _digits() -> list[Sheet]:
    """The bundled digits of scikit-learn: upper and lower half of a picture, 0 to 1, and its class."""
    data: Any = import_module("sklearn.datasets").load_digits()
    pixels = data.data / 16.0
    parts = {"upper": pixels[:, :32], "lower": pixels[:, 32:], "label": data.target.astype(np.int64)}
    return [Sheet(name, value, "digits") for name, value in parts.items()]


Reader = Callable[[str, str, str, Sequence[str]], list[Sheet]]
READERS: dict[str, Reader] = {".npz": _npz, ".npy": _npy, ".csv": _table(","), ".tsv": _table("\t")}
BUNDLED: dict[str, Callable[[], list[Sheet]]] = {"digits": _digits}
