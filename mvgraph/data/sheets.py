"""One file at a time: the views that a source holds, as they stand there."""

from __future__ import annotations

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

from mvgraph.data.aligning import Sheet, duplicates, warn
from mvgraph.data.delimited import table
from mvgraph.data.tables import Array, Flags, refuse
from mvgraph.errors import DataError
from mvgraph.registry import nearest

BROKEN = (
    *(OSError, ValueError, EOFError, KeyError, SyntaxError, MemoryError, RuntimeError, struct.error),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError),
)
_NAMED = re.compile(r"(?P<view>[^\W\d][\w-]*)=(?P<file>.+)", re.DOTALL)
_KEYED = re.compile(r"(?P<file>.+\.npz):(?P<key>[^/\\]+)", re.DOTALL | re.IGNORECASE)
_MASK = "mask_"
Reader = Callable[[str, str, str, Sequence[str]], list[Sheet]]


def sheets(source: str, wanted: Sequence[str] = ()) -> list[Sheet]:
    """The views of one source: `FILE.npz`, `VIEW=FILE.csv|.tsv|.npy|.npz[:KEY]`, a folder, or a bundled set's name.

    Arguments:
        source: where the data are.
        wanted: the views to take from a file that names its own; all of them where empty.

    Raises:
        DataError: there is no such file, or it does not hold what it should.
    """
    if not source.strip():
        raise refuse(
            "MVG702", "data", "the name of a source is empty", "give FILE.npz, VIEW=FILE.csv, a folder, or digits"
        )
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
    return READERS[_kind(Path(file))](file, view, key, wanted)


def _kind(file: Path) -> str:
    """The end of a file's name that tells how to read it: .csv, .csv.gz."""
    suffixes = [s.lower() for s in file.suffixes[-2:]]
    return "".join(suffixes if suffixes[-1:] == [".gz"] else suffixes[-1:])


def _stem(file: Path) -> str:
    """The name of a file without its kind."""
    return file.name[: len(file.name) - len(_kind(file))]


def _folder(folder: Path, wanted: Sequence[str]) -> list[Sheet]:
    """The files of a folder: `VIEW.csv|.tsv|.npy`, each a view by its name, and `.npz`, which name their own."""
    files = sorted(f for f in folder.iterdir() if _kind(f) in READERS)
    if not files:
        kinds = ", ".join(sorted(READERS))
        remedy = f"put a file for each view in it, e.g. VIEW.csv; it may be {kinds}"
        raise refuse("MVG702", str(folder), "the folder holds no data file", remedy)
    own = {f: "" if _kind(f) == ".npz" else _stem(f) for f in files}  # an archive names its views
    kept = [f for f, view in own.items() if not view or not wanted or view in wanted]
    return [s for f in kept for s in READERS[_kind(f)](str(f), own[f], "", wanted)]


def _refuse_unreadable(file: str, named: bool) -> None:
    path = Path(file)
    suffixes = ", ".join(sorted(READERS))
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "there is no such file"
        raise refuse("MVG702", file, what, f"give a file ({suffixes}) or a bundled set ({', '.join(sorted(BUNDLED))})")
    if _kind(path) not in READERS:
        raise refuse("MVG702", file, f"cannot read files of the kind '{_kind(path)}'", f"give one of {suffixes}")
    if not named and _kind(path) != ".npz":
        raise refuse("MVG702", file, "it is not said which view this is", f"write VIEW={file}")


def _npz(file: str, view: str, key: str, wanted: Sequence[str]) -> list[Sheet]:
    arrays = _arrays(file, lambda held: _choose(file, held, view, key, wanted))
    if "mask" in arrays and "mask" not in (view, key, *wanted):
        _refuse_unnamed_mask(file, arrays["mask"])
        if view or wanted:
            del arrays["mask"]
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
    homeless = [h for h in held if h.startswith(_MASK) and h not in chosen and h.removeprefix(_MASK) not in arrays]
    if homeless:
        message = f"'{homeless[0]}' is the mask of a view '{homeless[0].removeprefix(_MASK)}' that is not there"
        raise refuse("MVG713", file, message, nearest(homeless[0].removeprefix(_MASK), arrays))
    beside = [h for h in held if h in ("ids", "mask") or h.removeprefix(_MASK) in chosen]
    return [*chosen, *(h for h in beside if h not in chosen)]


def _arrays(file: str, choose: Callable[[list[str]], list[str]]) -> dict[str, Array]:
    try:
        with Path(file).open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            members = {name: _member(file, archive, name) for name in choose(list(archive.files))}
    except DataError:
        raise
    except (*BROKEN, AttributeError, TypeError) as error:
        raise refuse("MVG701", file, f"cannot be read as npz: {error}") from error
    foreign = [name for name, value in members.items() if not isinstance(value, np.ndarray)]
    if foreign:
        warn(f"{file}: '{foreign[0]}' is no array, and left out")
    return {name: value for name, value in members.items() if isinstance(value, np.ndarray)}


def _member(file: str, archive: Mapping[str, Array], name: str) -> Array | bytes:
    """An array; bytes, where the archive holds another file."""
    try:
        return archive[name]
    except BROKEN as error:
        remedy = "arrays of Python objects are never read, for they can run code; save plain numbers"
        raise refuse("MVG703", file, f"the array '{name}' cannot be read: {error}", remedy) from error


def _refuse_unnamed_mask(file: str, mask: Array) -> None:
    """Refuse an array `mask` that looks like one: true and false, or zeros and ones in a column or a table."""
    if mask.dtype.kind == "b" or (mask.ndim < 3 and mask.dtype.kind in "iuf" and np.isin(mask, (0, 1)).all()):
        remedy = f"call a mask {_MASK}VIEW, after its view; a view called mask is given as mask={file}:mask"
        raise refuse("MVG713", file, "'mask' does not say of which view it is the mask", remedy)


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
    if not value.ndim:
        remedy = f"choose the arrays that are views: VIEW={file}:KEY"
        raise refuse("MVG707", file, f"the array '{view}' is a single number and has no rows", remedy)
    if not len(value):
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


def _table(delimiter: str) -> Reader:
    return lambda file, view, _key, _wanted: [table(file, view, delimiter)]


def _digits() -> list[Sheet]:
    """The bundled digits of scikit-learn: upper and lower half of a picture, 0 to 1, and its class."""
    data: Any = import_module("sklearn.datasets").load_digits()
    pixels = data.data / 16.0
    parts = {"upper": pixels[:, :32], "lower": pixels[:, 32:], "label": data.target.astype(np.int64)}
    return [Sheet(name, value, "digits") for name, value in parts.items()]


READERS: dict[str, Reader] = {
    ".npz": _npz,
    ".npy": _npy,
    **{
        f"{end}{packed}": _table(delimiter)
        for end, delimiter in ((".csv", ","), (".tsv", "\t"))
        for packed in ("", ".gz")
    },
}
BUNDLED: dict[str, Callable[[], list[Sheet]]] = {"digits": _digits}
