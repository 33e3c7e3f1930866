"""The lines of edges, once nodes and plates have their places: each takes the cheapest of some curves.

A line costs what it is long, and more where it meets other lines or runs along them; one that runs over a node, a
label or a caption is taken only where there is no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from mvgraph.drawing.curves import Inside, Points, cubic, cut, enters, leaves, samples, smooth, straight
from mvgraph.drawing.diagram import Diagram, Edge
from mvgraph.drawing.outlines import inside, rectangle
from mvgraph.drawing.placement import Box, Placement, Point, Route
from mvgraph.drawing.shapes import note

ROOM = 3.0  # between a line and a node that it passes
NEAR = 4.0  # two lines that come nearer than this run along each other
BOWS = (0.0, 0.12, -0.12, 0.2, -0.2, 0.3, -0.3, 0.45, -0.45, 0.65, -0.65, 0.9, -0.9)
BLOCKED, MEETING, TOUCHING, BENT = 2000.0, 25.0, 6.0, 60.0
FIRST = {"p": 0, "game": 1, "q": 2}  # straight lines come first
USUAL = {"p": 0.0, "q": 0.2, "game": 0.0}  # how far a line of each part bows
LOOP = 20.0  # how far a loop reaches from its node
TIMES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)


@dataclass
class Field:
    """What a line must not run over, and the lines there are."""

    placement: Placement
    nodes: dict[str, Inside]
    notes: list[Inside]
    drawn: list[Points] = field(default_factory=list)


def route(placement: Placement, paths: Mapping[str, tuple[Point, ...]]) -> dict[str, Route]:
    """The line of every edge.

    Arguments:
        placement: nodes, labels, plates and captions in their places.
        paths: for each long edge points it may pass, from its source to its target.
    """
    diagram = placement.diagram
    around = Field(
        placement,
        {n.id: inside(n, placement.nodes[n.id], ROOM) for n in diagram.nodes},
        [rectangle(b, 2.0) for b in (*placement.labels.values(), *placement.captions.values())],
    )
    found = {e.id: _line(e, around, paths.get(e.id, ())) for e in _queue(diagram, placement)}
    return {e.id: found[e.id] for e in diagram.edges}


def _queue(diagram: Diagram, placement: Placement) -> list[Edge]:
    """Those with a label first, then straight ones, then short ones."""

    def key(edge: Edge) -> tuple[bool, int, float, str]:
        a, b = placement.nodes[edge.source], placement.nodes[edge.target]
        return not edge.label, FIRST[edge.part], round(abs(a.x - b.x) + abs(a.y - b.y), 1), edge.id

    return sorted(diagram.edges, key=key)


def _line(edge: Edge, around: Field, path: tuple[Point, ...]) -> Route:
    node = around.placement.diagram.node
    boxes = around.placement.nodes
    best: tuple[float, Points, Route] | None = None
    for extra, curve in _candidates(edge, around, path):
        loop = edge.source == edge.target
        start = leaves(curve, inside(node(edge.source), boxes[edge.source]), first=loop)
        end = enters(curve, inside(node(edge.target), boxes[edge.target]), last=loop)
        if end - start < 1e-3:
            continue
        whole = cut(curve, start, end)
        cost, made = _with_label(edge, whole, around)
        cost += extra + _cost(edge, samples(whole), around)
        if best is None or cost < best[0] - 1e-6:
            best = cost, whole, made
    assert best is not None
    around.drawn.append(samples(best[1]))
    if best[2].label is not None:
        around.notes.append(rectangle(best[2].label, 2.0))
    return best[2]


def _candidates(edge: Edge, around: Field, path: tuple[Point, ...]) -> Iterator[tuple[float, Points]]:
    """Curves from centre to centre, with what their form costs."""
    a, b = around.placement.nodes[edge.source], around.placement.nodes[edge.target]
    if edge.source == edge.target:
        yield from _loops(a)
        return
    start, end = (a.x, a.y), (b.x, b.y)
    along = np.array(end) - np.array(start)
    across = np.array([along[1], -along[0]])
    for bow in BOWS:
        bent = abs(abs(bow) - USUAL[edge.part])
        yield BENT * bent, _bowed(start, end, along, across * bow)
    if path:
        yield BENT * 0.1, smooth([start, *path, end])
    for lean in (0.35, 0.6):
        lift = np.array([0.0, along[1] * lean])
        yield BENT * 0.25, np.stack([start, start + lift, end - lift, end])
        yield BENT * 0.3, np.stack([start, start + lift, start + along * 0.7, end])
        yield BENT * 0.3, np.stack([start, start + along * 0.3, end - lift, end])


def _bowed(start: Point, end: Point, along: Points, aside: Points) -> Points:
    if not aside.any():
        return straight(start, end)
    a, b = np.array(start), np.array(end)
    return np.stack([a, a + along * 0.25 + aside, b - along * 0.25 + aside, b])


def _loops(box: Box) -> Iterator[tuple[float, Points]]:
    """A loop at each side; there is room on the right."""
    x, y, r = box.x, box.y, max(box.width, box.height) / 2
    for cost, (dx, dy) in ((0.0, (1, 0)), (50.0, (-1, 0)), (50.0, (0, -1)), (60.0, (0, 1))):
        far, wide = (r + LOOP) * 1.25, r * 1.1
        one = x + dx * far - dy * wide, y + dy * far - dx * wide
        two = x + dx * far + dy * wide, y + dy * far + dx * wide
        yield cost, cubic((x, y), one, two, (x, y))


def _cost(edge: Edge, points: Points, around: Field) -> float:
    steps = np.hypot(*np.diff(points, axis=0).T)
    total = float(steps.sum())
    for name, test in around.nodes.items():
        if name not in (edge.source, edge.target):
            total += BLOCKED * bool(test(points).any())
    total += sum(BLOCKED * bool(test(points).any()) for test in around.notes)
    for other in around.drawn:
        total += _meeting(points, other)
    return total


def _meeting(points: Points, other: Points) -> float:
    low, high = points.min(0) - NEAR, points.max(0) + NEAR
    if (other.max(0) < low).any() or (other.min(0) > high).any():
        return 0.0
    away = np.hypot(*(points[:, None] - other[None]).transpose(2, 0, 1)).min(1)
    near = float((away[3:-3] < NEAR).sum())
    return MEETING * bool(near) + TOUCHING * max(near - 4.0, 0.0)


def _with_label(edge: Edge, whole: Points, around: Field) -> tuple[float, Route]:
    """The line in two pieces around its label, if it has one."""
    if not edge.label:
        return 0.0, Route((_rounded(whole),))
    width, height = note(edge)
    count = (len(whole) - 1) / 3
    best: tuple[float, Route] | None = None
    for time in TIMES:
        x, y = cut(whole, 0.0, time * count)[-1]
        box = Box(round(float(x), 2), round(float(y), 2), width, height)
        gap = rectangle(box, 3.0)
        before, after = _before(whole, time * count, gap), _after(whole, time * count, gap)
        cost = abs(time - 0.5) * 20.0 + _crowded(box, around)
        if before is None or after is None:
            cost += BLOCKED / 2
        pieces = tuple(_rounded(p) for p in (before, after) if p is not None)
        made = Route(pieces or (_rounded(whole),), box)
        if best is None or cost < best[0]:
            best = cost, made
    assert best is not None
    return best


def _before(whole: Points, time: float, gap: Inside) -> Points | None:
    part = cut(whole, 0.0, time)
    end = enters(part, gap)
    return cut(part, 0.0, end) if end > 1e-2 else None


def _after(whole: Points, time: float, gap: Inside) -> Points | None:
    part = cut(whole, time, (len(whole) - 1) / 3)
    start = leaves(part, gap)
    return cut(part, start, (len(part) - 1) / 3) if (len(part) - 1) / 3 - start > 1e-2 else None


def _crowded(box: Box, around: Field) -> float:
    """What it costs to put a label here."""
    grid = np.stack(np.meshgrid(np.linspace(box.left, box.right, 7), np.linspace(box.top, box.bottom, 5)), -1).reshape(
        -1, 2
    )
    total = sum(BLOCKED * bool(test(grid).any()) for test in (*around.nodes.values(), *around.notes))
    test = rectangle(box, 2.0)
    total += sum(BLOCKED * bool(test(line).any()) for line in around.drawn)
    for plate in around.placement.plates.values():
        total += BLOCKED * _crossed(box, plate)
    return total


def _crossed(box: Box, plate: Box) -> bool:
    """Whether a plate's border runs through a label."""
    meets = (
        abs(box.x - plate.x) < (box.width + plate.width) / 2 + 2
        and abs(box.y - plate.y) < (box.height + plate.height) / 2 + 2
    )
    within = (
        abs(box.x - plate.x) < (plate.width - box.width) / 2 - 2
        and abs(box.y - plate.y) < (plate.height - box.height) / 2 - 2
    )
    return meets and not within


def _rounded(curve: Points) -> tuple[Point, ...]:
    return tuple((round(float(x), 2) + 0.0, round(float(y), 2) + 0.0) for x, y in curve)
