"""A diagram before it is folded: marks and lines that remember their view and level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import networkx as nx

from mvgraph.drawing.diagram import Kind, Part
from mvgraph.language.symbols import latex

PARTS: tuple[Part, ...] = ("p", "q", "game")  # in the order in which they are drawn
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
    """All marks and lines, in an order that does not depend on that of the spec's keys."""

    marks: tuple[Mark, ...] = ()
    lines: tuple[Line, ...] = ()


Nodes = Mapping[str, Mark]  # marks by the names of `graph.build`
Place = tuple[bool, int, str, int, int]


def sketch(marks: Iterable[Mark], lines: Iterable[Line], views: Sequence[str]) -> Sketch:
    """A sketch of what is given, the marks at the ends of lines among it, each once.

    Generation comes first, from roots to data, then what infers and looks on; names decide between equals, and copies
    follow the order of the views.
    """
    generated: nx.DiGraph = nx.DiGraph()
    generated.add_nodes_from(marks)
    drawn = list(lines)
    generated.add_edges_from((x.source, x.target) for x in drawn if x.part == "p")
    depth = {m: n for n, those in enumerate(nx.topological_generations(generated)) for m in those}
    position = {view: n for n, view in enumerate(views)}

    def place(mark: Mark) -> Place:
        view = position.get(mark.view or "", -1)
        return mark not in depth, depth.get(mark, 0), mark.name, view, mark.level or 0

    everything = dict.fromkeys([*depth, *(m for x in drawn for m in (x.source, x.target))])
    ordered = sorted(drawn, key=lambda x: (PARTS.index(x.part), place(x.source), place(x.target)))
    return Sketch(tuple(sorted(everything, key=place)), tuple(ordered))
