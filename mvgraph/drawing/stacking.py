"""The vertical axis: the heights of rows, and the upper and lower borders of plates."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

from mvgraph.drawing.diagram import Diagram, Plate
from mvgraph.drawing.plates import CLEAR, PAD, STEP, crossing, disjoint, nested, span, strip
from mvgraph.drawing.separating import Apart, Choice, decide
from mvgraph.drawing.settling import Spring, settle
from mvgraph.drawing.shapes import beside, extent, note

ROW = 20.0  # between nodes of two rows
BORDERS = 30.0  # at most so much is added where the line also crosses borders
LEG = 12.0  # of line at each side of an edge's label


@dataclass(frozen=True)
class Heights:
    """Vertical places, downwards: of rows, and of the borders of plates by their ids."""

    rows: Mapping[int, float]
    tops: Mapping[str, float]
    bottoms: Mapping[str, float]


def stack(diagram: Diagram, rows: Mapping[str, int], least: Mapping[tuple[int, int], float] | None = None) -> Heights:
    """Rows and borders as near to each other as what stands in them allows.

    Arguments:
        diagram: what stands in the rows.
        rows: of each node.
        least: how far some rows at least are from others below.
    """
    last = max(rows.values(), default=0)
    things: list[Hashable] = [("row", r) for r in range(last + 1)]
    things += [(side, p.id) for p in diagram.plates for side in ("top", "bottom")]
    fixed = [*_fixed(diagram, rows, last), *_labels(diagram, rows)]
    fixed += [Apart(("row", a), ("row", b), gap) for (a, b), gap in (least or {}).items()]
    order, _ = decide(things, fixed, [*_choices(diagram, rows)])
    springs = [Spring(("row", r), ("row", r + 1), 1.0) for r in range(last)]
    for plate in diagram.plates:
        first, final = span(plate, rows)
        springs += [Spring(("row", first), ("top", plate.id), 0.1), Spring(("row", final), ("bottom", plate.id), 0.1)]
    found = settle(things, order.kept, springs)
    return Heights(
        {r: found["row", r] for r in range(last + 1)},
        {p.id: found["top", p.id] for p in diagram.plates},
        {p.id: found["bottom", p.id] for p in diagram.plates},
    )


def _fixed(diagram: Diagram, rows: Mapping[str, int], last: int) -> Iterator[Apart]:
    half = {n.id: max(extent(n)[1], beside(n)[1]) / 2 for n in diagram.nodes}
    thick = {r: max((half[n] for n in half if rows[n] == r), default=0.0) for r in range(last + 1)}
    for r in range(last):
        yield Apart(("row", r), ("row", r + 1), thick[r] + thick[r + 1] + ROW)
    for plate in diagram.plates:
        first, final = span(plate, rows)
        top, bottom = ("top", plate.id), ("bottom", plate.id)
        for name, row in rows.items():
            if name in plate.nodes:
                yield Apart(top, ("row", row), half[name] + PAD)
                yield Apart(("row", row), bottom, half[name] + PAD + strip(plate))
            elif row < first:
                yield Apart(("row", row), top, half[name] + CLEAR)
            elif row > final:
                yield Apart(bottom, ("row", row), half[name] + CLEAR)
    for outer, inner in nested(diagram):
        yield Apart(("top", outer.id), ("top", inner.id), STEP)
        yield Apart(("bottom", inner.id), ("bottom", outer.id), STEP + strip(outer))
    for one, other in disjoint(diagram):
        for a, b in ((one, other), (other, one)):
            if span(a, rows)[1] < span(b, rows)[0]:
                yield Apart(("bottom", a.id), ("top", b.id), STEP)


def _labels(diagram: Diagram, rows: Mapping[str, int]) -> Iterator[Apart]:
    """An edge with a label needs a line on both sides of it."""
    half = {n.id: extent(n)[1] / 2 for n in diagram.nodes}
    for edge in diagram.edges:
        upper, lower = sorted((edge.source, edge.target), key=lambda n: rows[n])
        if edge.label and rows[upper] < rows[lower]:
            left = sum(PAD + strip(p) for p in diagram.plates if upper in p.nodes and lower not in p.nodes)
            entered = sum(PAD for p in diagram.plates if lower in p.nodes and upper not in p.nodes)
            free = note(edge)[1] + 2 * LEG + min(left + entered, BORDERS)
            yield Apart(("row", rows[upper]), ("row", rows[lower]), half[upper] + half[lower] + free)


def _choices(diagram: Diagram, rows: Mapping[str, int]) -> Iterator[Choice]:
    """Of two plates that cross, the lower one has the lower bottom, the higher one the higher top."""
    for one, other in crossing(diagram):
        lower, higher = sorted((one, other), key=lambda p: sum(rows[n] for n in p.nodes) / len(p.nodes), reverse=True)
        yield Choice((_tops(higher, lower), _tops(lower, higher)))
        yield Choice((_bottoms(higher, lower), _bottoms(lower, higher)))


def _tops(outer: Plate, inner: Plate) -> tuple[Apart, ...]:
    return (Apart(("top", outer.id), ("top", inner.id), STEP),)


def _bottoms(inner: Plate, outer: Plate) -> tuple[Apart, ...]:
    return (Apart(("bottom", inner.id), ("bottom", outer.id), STEP + strip(outer)),)
