"""Where everything stands: rows, places in the rows, plates around them, and the lines of edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mvgraph.drawing.diagram import Diagram
from mvgraph.drawing.fans import fans
from mvgraph.drawing.ordering import Grid, grid
from mvgraph.drawing.placement import Box, Placement, Point, Route
from mvgraph.drawing.plates import PAD
from mvgraph.drawing.ranking import rankings
from mvgraph.drawing.routing import route
from mvgraph.drawing.shapes import DOTS, beside, extent, note
from mvgraph.drawing.spreading import Widths, label_of, spread
from mvgraph.drawing.stacking import Heights, stack

MARGIN = 8.0
LOSS, AREA, LENGTH = 1e6, 0.01, 1.0  # what a layout costs: a demand given up, a square point, a point of an edge


def place(diagram: Diagram) -> Placement:
    """A diagram with coordinates. The same diagram gets the same ones, always.

    Arguments:
        diagram: any; plates may nest, or overlap.

    Raises:
        UsageError: there is no Graphviz.
    """
    if not diagram.nodes:
        return Placement(diagram, {}, width=2 * MARGIN, height=2 * MARGIN)
    tried = [_Attempt(diagram, grid(diagram, rows)) for rows in rankings(diagram)]
    return min(tried, key=lambda t: t.cost).placement()


class _Attempt:
    """One way to distribute the nodes over rows, and what comes of it."""

    def __init__(self, diagram: Diagram, cells: Grid) -> None:
        self.diagram, self.cells = diagram, cells
        self.widths: Widths = spread(diagram, cells, stack(diagram, cells.rows))
        self.heights: Heights = stack(diagram, cells.rows, fans(diagram, cells, self.widths.nodes))

    @property
    def cost(self) -> float:
        """How unpleasant it is."""
        still = self._still()
        length = sum(
            abs(still.nodes[e.source].x - still.nodes[e.target].x)
            + abs(still.nodes[e.source].y - still.nodes[e.target].y)
            for e in self.diagram.edges
        )
        box = _around(still)
        return LOSS * len(self.widths.given_up) + AREA * box.width * box.height + LENGTH * length

    def placement(self) -> Placement:
        """All of it, with lines, moved into the picture."""
        still = self._still()
        whole = replace(still, routes=route(still, self._paths()), exceptions=self.widths.given_up)
        return _moved(whole)

    def _still(self) -> Placement:
        nodes, labels, plates, captions = {}, {}, {}, {}
        for node in self.diagram.nodes:
            x, y = self.widths.nodes[node.id], self.heights.rows[self.cells.rows[node.id]]
            nodes[node.id] = Box(x, y, *extent(node))
            if node.kind in DOTS and node.label:
                labels[node.id] = Box(label_of(node, x, node.id in self.widths.left_labels), y, *beside(node))
        for plate in self.diagram.plates:
            left, right = self.widths.lefts[plate.id], self.widths.rights[plate.id]
            top, bottom = self.heights.tops[plate.id], self.heights.bottoms[plate.id]
            plates[plate.id] = Box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
            if plate.label:
                width, height = note(plate)
                captions[plate.id] = Box(right - PAD / 2 - 1 - width / 2, bottom - PAD / 2 - height / 2, width, height)
        return Placement(self.diagram, nodes, labels, plates, captions)

    def _paths(self) -> dict[str, tuple[Point, ...]]:
        found = {}
        for edge in self.diagram.edges:
            points = tuple((self.widths.nodes[s], self.heights.rows[s[1]]) for s in self.cells.slots[edge.id])
            upwards = self.cells.rows[edge.source] > self.cells.rows[edge.target]
            found[edge.id] = points[::-1] if upwards else points
        return found


def _extremes(placement: Placement) -> Iterator[Point]:
    boxes = [placement.nodes, placement.labels, placement.plates, placement.captions]
    for box in (b for kind in boxes for b in kind.values()):
        yield box.left, box.top
        yield box.right, box.bottom
    for made in placement.routes.values():
        yield from (point for piece in made.pieces for point in piece)
        if made.label is not None:
            yield made.label.left, made.label.top
            yield made.label.right, made.label.bottom


def _around(placement: Placement) -> Box:
    points = list(_extremes(placement))
    (left, right), (top, bottom) = ((min(c), max(c)) for c in zip(*points, strict=True))
    return Box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


def _moved(placement: Placement) -> Placement:
    """The same picture from (0, 0) on, with margins and short decimals."""
    frame = _around(placement)
    dx, dy = MARGIN - frame.left, MARGIN - frame.top

    def box(b: Box) -> Box:
        return Box(_short(b.x + dx), _short(b.y + dy), _short(b.width), _short(b.height))

    def line(r: Route) -> Route:
        pieces = tuple(tuple((_short(x + dx), _short(y + dy)) for x, y in piece) for piece in r.pieces)
        return Route(pieces, None if r.label is None else box(r.label))

    return replace(
        placement,
        nodes={n: box(b) for n, b in placement.nodes.items()},
        labels={n: box(b) for n, b in placement.labels.items()},
        plates={n: box(b) for n, b in placement.plates.items()},
        captions={n: box(b) for n, b in placement.captions.items()},
        routes={n: line(r) for n, r in placement.routes.items()},
        width=_short(frame.width + 2 * MARGIN),
        height=_short(frame.height + 2 * MARGIN),
    )


def _short(number: float) -> float:
    return round(number, 2) + 0.0
