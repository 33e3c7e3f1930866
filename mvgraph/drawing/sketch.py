"""A diagram before it is folded: marks and lines that remember their view and level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from mvgraph.drawing.diagram import Kind, Part
from mvgraph.language.symbols import latex

HERE = "@"  # in a mark's frame: where its symbol stands


@dataclass(frozen=True)
class Mark:
    """One node of the unrolled picture.

    Arguments:
        name: without its copies, e.g. `z`, `h`, `q.z`; what its id begins with.
        kind: what it is.
        view: the view that it is the copy of.
        level: the level that it is, of a hierarchy.
        symbol: LaTeX with room for more subscripts; made of `name` unless given.
        frame: LaTeX around the symbol, e.g. `r(@)`; without an `@` it is the whole label.
        plain: the same as plain text.
        about: what it is, a clause.
        per_row: whether there is one for every datum.
        deterministic: a value, not a distribution.
    """

    name: str
    kind: Kind
    view: str | None = None
    level: int | None = None
    symbol: str = ""
    frame: str = HERE
    plain: str = HERE
    about: str = ""
    per_row: bool = True
    deterministic: bool = False

    def label(self, indices: Iterable[str]) -> str:
        """LaTeX, with the names of its copies below."""
        return self.frame.replace(HERE, latex(self.symbol or self.name, *indices))

    def text(self, indices: Iterable[str]) -> str:
        """Plain text, as `explain` writes names."""
        return self.plain.replace(HERE, ".".join([self.symbol or self.name, *indices]))


@dataclass(frozen=True)
class Line:
    """One edge of the unrolled picture.

    Arguments:
        source: where it begins.
        target: where it ends.
        part: of which graph.
        note: LaTeX beside it.
        text: the note as plain text.
        network: whose parameters make it: a network of the view's own, or one that reads all views; none otherwise.
        about: what it is, a clause; `{source}` and `{target}` stand for its ends.
    """

    source: Mark
    target: Mark
    part: Part
    note: str = ""
    text: str = ""
    network: Literal["", "own", "whole"] = ""
    about: str = ""


@dataclass(frozen=True)
class Sketch:
    """All marks and lines, in the order of the spec."""

    marks: tuple[Mark, ...] = ()
    lines: tuple[Line, ...] = ()

    def __add__(self, other: Sketch) -> Sketch:
        return Sketch((*self.marks, *other.marks), (*self.lines, *other.lines))


Nodes = Mapping[str, Mark]  # marks by the names of `graph.build`


def sketch(marks: Iterable[Mark], lines: Iterable[Line]) -> Sketch:
    """A sketch of what is given, the marks at the ends of lines among it, each once."""
    drawn = tuple(lines)
    return Sketch(tuple(dict.fromkeys([*marks, *_ends(drawn)])), drawn)


def _ends(lines: Iterable[Line]) -> Iterator[Mark]:
    for line in lines:
        yield from (line.source, line.target)
