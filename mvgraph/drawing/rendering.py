"""A picture in every form: one table from the format, or the suffix of a file, to what writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mvgraph.drawing.diagram import Diagram
from mvgraph.drawing.summary import summary
from mvgraph.errors import UsageError
from mvgraph.files import replacing
from mvgraph.registry import nearest


@dataclass(frozen=True, repr=False)
class Picture:
    """A diagram that can be looked at: as text, or as a file.

    Arguments:
        diagram: what is drawn.
    """

    diagram: Diagram

    def text(self, form: str = "text") -> str:
        """The picture in a form that is text; `text` itself has its parts in words.

        Raises:
            UsageError: there is no such form, or it is no text.
        """
        found = self.render(form)
        if isinstance(found, bytes):
            raise UsageError(f"'{form}' is no text; save the picture to a file")
        return found

    def render(self, form: str) -> str | bytes:
        """The picture in any form.

        Raises:
            UsageError: there is no such form.
        """
        return FORMATS[named(form)].render(self)

    def save(self, path: str | Path, form: str | None = None) -> Path:
        """Write the picture to a file, whose suffix says in what form; the file is whole or not there.

        Arguments:
            path: the file; it is replaced where it exists.
            form: for a file whose suffix says nothing.

        Raises:
            UsageError: the suffix is unknown.
        """
        file = Path(path)
        found = self.render(form or of(file))
        with replacing(file) as unfinished:
            unfinished.write_bytes(found if isinstance(found, bytes) else found.encode())
        return file

    def __repr__(self) -> str:
        return self.text()


@dataclass(frozen=True)
class Format:
    """One form of a picture.

    Arguments:
        suffixes: of files that hold it, the usual one first.
        render: makes it.
    """

    suffixes: tuple[str, ...]
    render: Callable[[Picture], str | bytes]


FORMATS: dict[str, Format] = {
    "text": Format((".txt",), lambda p: summary(p.diagram)),
}
SUFFIXES = {suffix: name for name, each in FORMATS.items() for suffix in each.suffixes}


def named(form: str) -> str:
    """The format of a name or a suffix.

    >>> named("text"), named("txt"), named(".TXT")
    ('text', 'text', 'text')

    Raises:
        UsageError: there is none, with all there are.
    """
    name = SUFFIXES.get(f".{form.lower().removeprefix('.')}", form.lower())
    if name not in FORMATS:
        raise UsageError(f"there is no format '{form}'; {nearest(form, list(FORMATS))}")
    return name


def of(path: Path) -> str:
    """The format that the suffix of a file says.

    >>> of(Path("mine.txt"))
    'text'

    Raises:
        UsageError: it says none, with all suffixes there are.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"'{path}' is a picture of an unknown kind; end its name in {' or '.join(SUFFIXES)}")
    return SUFFIXES[path.suffix.lower()]
