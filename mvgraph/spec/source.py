"""Where the text of a spec comes from: a file, a reference name, standard input, or the text itself."""

from __future__ import annotations

import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mvgraph.errors import Place, Problem, SpecError
from mvgraph.spec import zoo

MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class Source:
    """A text, the name it has in messages, and the file it came from (None for a text that is no file)."""

    name: str
    text: str
    file: Path | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text, for excerpts."""
        return tuple(self.text.splitlines())


def find(source: str | Path, beside: Path | None = None) -> Source:
    """The text that a name, a path, `-` or a text itself stands for.

    Arguments:
        source: what the user wrote.
        beside: the folder that a relative path starts from; the working folder by default.

    Raises:
        SpecError: there is no such file or reference spec, or it cannot be a spec.
    """
    if isinstance(source, str) and "\n" in source:
        return _text("<text>", source.encode("utf-8", "surrogatepass"), None)
    if source == "-":
        return _text("<stdin>", _bounded(sys.stdin.buffer, "<stdin>"), None)
    if isinstance(source, str) and source in (*zoo.names(), *zoo.published()):
        return read(zoo.path(source))
    file = (beside or Path()) / source
    if isinstance(source, str) and not _looks_like_path(source, file):
        zoo.path(source)
    return read(file)


_SPEC_KEY = re.compile(r"(?m)(?:^|[{,])\s*[\"']?(?:mvgraph|extends)[\"']?\s*:")


def find_base(name: str, beside: Path | None = None) -> Source:
    """The text that `extends` names: a reference spec, or a YAML file that says that it is a spec.

    What is no spec is refused before anything of it could be shown: the specs of others may name any file.

    Raises:
        SpecError: there is no such spec.
    """
    if name == "-" or "\n" in name:
        remedy = "write the name of a reference spec, or the path of a file"
        raise SpecError(Problem("MVG100", (), "a spec cannot extend standard input or a text", remedy))
    file = (beside or Path()) / name
    if _looks_like_path(name, file) and not name.endswith((".yaml", ".yml")) and not file.is_dir():
        message = f"a spec extends a reference spec or a .yaml file, and '{name}' is neither"
        raise SpecError(Problem("MVG100", (), message, "let the name of the file end in .yaml"))
    base = find(name, beside)
    if not _SPEC_KEY.search(base.text):
        message = f"'{name}' is no spec: it has no key mvgraph, and no key extends"
        raise SpecError(Problem("MVG108", (), message, "start it with `mvgraph: 1`"))
    return base


def _looks_like_path(source: str, file: Path) -> bool:
    if source.endswith((".yaml", ".yml")) or (source and _exists(file)):  # no name is no path, though Path("") is
        return True
    return ("/" in source or "\\" in source) and not source.startswith(f"{zoo.PUBLISHED}/")


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except (OSError, ValueError):
        return False


def read(file: Path) -> Source:
    """The text of a file."""
    try:
        _refuse_waiting(file)
        with file.open("rb") as stream:
            data = _bounded(stream, str(file))
    except FileNotFoundError:
        remedy = "`mvgraph list` shows the reference specs"
        raise _refuse(str(file), "MVG100", "there is no such file", remedy) from None
    except IsADirectoryError:
        raise _refuse(str(file), "MVG100", "this is a folder, not a file", "name a file in it") from None
    except (OSError, ValueError) as error:
        raise _refuse(str(file), "MVG100", f"the file cannot be read: {error}") from None
    return _text(str(file), data, file)


def _refuse_waiting(file: Path) -> None:
    """A pipe by name, or a socket, may wait for ever; what the shell hands over under /dev is meant to be read."""
    mode, handed = file.stat().st_mode, file.parts[1:3] in (("dev", "stdin"), ("dev", "fd"))
    if not handed and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        raise _refuse(str(file), "MVG100", "this is a pipe, not a file", "write - to read standard input")


def _bounded(stream: BinaryIO, name: str) -> bytes:
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise _refuse(name, "MVG101", "the file is larger than 1 MiB", "a spec is a small text; is this a data file?")
    return data


def _text(name: str, data: bytes, file: Path | None) -> Source:
    try:
        return Source(name, data.decode("utf-8-sig"), file)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace").split("\n")
        place = Place(name, len(before), len(before[-1]) + 1)
        problem = Problem("MVG106", (), "this is not UTF-8 text", "save the spec as plain UTF-8 text").at(place)
        raise SpecError(problem) from None


def _refuse(name: str, code: str, message: str, remedy: str = "") -> SpecError:
    return SpecError(Problem(code, (), message, remedy).at(Place(name, 1, 1)))
