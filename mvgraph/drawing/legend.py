"""The key to a picture: a sample and a word for every kind of node, line and mark that occurs in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from mvgraph.drawing.diagram import Change, Diagram, Edge, Kind, Node, Part, Plate
from mvgraph.drawing.figures import figure
from mvgraph.drawing.labels import outline
from mvgraph.drawing.lines import line
from mvgraph.drawing.marks import badge
from mvgraph.drawing.markup import element, number
from mvgraph.drawing.placement import Box, Point, Route
from mvgraph.drawing.themes import Theme

Entry = tuple[list[Element], str]  # a sample and its word

MARGIN = 10.0
SAMPLE = 22.0  # width of a sample
ROW = 19.0
GAP = 5.0  # between a sample and its word
APART = 12.0  # between entries
LETTERS = 0.75
RISE = 2.2  # half the height of a small letter

KINDS: Mapping[Kind, str] = {
    "latent": "latent",
    "observed": "observed",
    "condition": "condition",
    "discrete": "discrete",
    "pseudo": "pseudo-observed",
    "factor": "experts, fusion",
    "parameter": "parameters",
    "auxiliary": "auxiliary prior",
    "critic": "critic",
    "statistic": "statistic",
}
PARTS: Mapping[Part, str] = {"p": "generation", "q": "inference", "game": "game, statistic"}
CHANGES: Mapping[Change, str] = {"added": "added", "removed": "removed", "changed": "changed"}
_SIZES: Mapping[str, tuple[float, float]] = {
    "discrete": (15.0, 15.0),
    "factor": (20.0, 11.0),
    "parameter": (6.0, 6.0),
    "auxiliary": (6.0, 6.0),
    "statistic": (18.0, 13.0),
}


@dataclass(frozen=True)
class Legend:
    """A legend in its place.

    Arguments:
        drawn: the whole of it.
        width: of the page that has room for both picture and legend.
        height: of that page.
    """

    drawn: Element
    width: float
    height: float


def key(diagram: Diagram, theme: Theme, width: float, height: float) -> Legend:
    """A legend of what occurs in a diagram: beside a tall picture, below a wide one.

    Arguments:
        diagram: what is explained.
        theme: its colours.
        width: of the picture.
        height: of the picture.
    """
    entries = [*_nodes(diagram, theme), *_lines(diagram, theme), *_changes(diagram, theme)]
    column = SAMPLE + GAP + max((outline(_text(word), LETTERS).width for _, word in entries), default=0.0) + APART
    if height > width:
        columns = _parts(len(entries), int((height - 2 * MARGIN) // ROW))
        rows = _parts(len(entries), columns)
        place = (width, (height - rows * ROW) / 2)
        return Legend(_table(entries, rows, column, place, theme), width + columns * column, height)
    rows = _parts(len(entries), int((width - MARGIN) // column))
    drawn = _table(entries, rows, column, (MARGIN, height), theme)
    return Legend(drawn, max(width, MARGIN + column), height + rows * ROW + MARGIN)


def _parts(count: int, most: int) -> int:
    """How many parts are needed, of so many at most each."""
    return -(-count // max(1, most))


def _table(entries: Sequence[Entry], rows: int, column: float, place: Point, theme: Theme) -> Element:
    """Entries below each other, then in the next column."""
    at = [(place[0] + i // rows * column, place[1] + i % rows * ROW) for i in range(len(entries))]
    drawn = (_entry(sample, word, there, theme) for (sample, word), there in zip(entries, at, strict=True))
    return element("g", *drawn, class_="legend")


def _entry(sample: list[Element], word: str, at: Point, theme: Theme) -> Element:
    """A sample and its word, all words on the same baseline."""
    letters = outline(_text(word), LETTERS)
    place = f"translate({number(SAMPLE + GAP + letters.width / 2)} {number(ROW / 2 + RISE - letters.baseline)})"
    text = element("path", class_="label", d=letters.path, fill=theme.ink, transform=place)
    return element("g", element("title", word), *sample, text, transform=f"translate({number(at[0])} {number(at[1])})")


def _text(word: str) -> str:
    return rf"\text{{{word}}}"


def _nodes(diagram: Diagram, theme: Theme) -> Iterator[Entry]:
    occur = {n.kind for n in diagram.nodes}
    for kind, word in KINDS.items():
        if kind in occur:
            yield _node(Node("", kind, "", ""), theme), word
    if any(n.deterministic for n in diagram.nodes):
        yield _node(Node("", "latent", "", "", deterministic=True), theme), "deterministic"


def _node(node: Node, theme: Theme) -> list[Element]:
    return figure(node, Box(SAMPLE / 2, ROW / 2, *_SIZES.get(node.kind, (14.0, 14.0))), theme)


def _lines(diagram: Diagram, theme: Theme) -> Iterator[Entry]:
    occur = {e.part for e in diagram.edges}
    y = ROW / 2
    straight = Route((((0.0, y), (SAMPLE / 3, y), (SAMPLE * 2 / 3, y), (SAMPLE, y)),))
    for part, word in PARTS.items():
        if part in occur:
            yield line(Edge("", "", "", part), straight, theme), word


def _changes(diagram: Diagram, theme: Theme) -> Iterator[Entry]:
    parts: tuple[Node | Plate | Edge, ...] = (*diagram.nodes, *diagram.plates, *diagram.edges)
    occur = {part.change for part in parts}
    for change, word in CHANGES.items():
        if change in occur:
            yield badge(change, (SAMPLE / 2, ROW / 2), theme), word
