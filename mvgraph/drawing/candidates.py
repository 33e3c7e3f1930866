"""The curves that an edge may take, from centre to centre, each with what its form costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from mvgraph.drawing.curves import Points, cubic, smooth, straight
from mvgraph.drawing.diagram import Edge
from mvgraph.drawing.placement import Box, Point

BOWS = (0.0, 0.12, -0.12, 0.2, -0.2, 0.3, -0.3, 0.45, -0.45, 0.65, -0.65, 0.9, -0.9)
SHIFTS = (0.0, 5.0, -5.0, 10.0, -10.0)  # from the places kept free, which others may have come near to
USUAL = {"p": 0.0, "q": 0.2, "game": 0.0}  # how far a line of each part bows
BENT = {"p": 100.0, "q": 60.0, "game": 60.0}  # what it costs to bow otherwise
FORM = 60.0
LOOP = 20.0  # how far a loop reaches from its node
LEAST = 12.0  # half of what it is spread at least

Candidate = tuple[float, Points]


def candidates(edge: Edge, source: Box, target: Box, path: Sequence[Point]) -> Iterator[Candidate]:
    """Bows to both sides, curves that begin or end upright, and one along the places kept free for the edge."""
    if edge.source == edge.target:
        yield from _loops(source)
        return
    start, end = np.array([source.x, source.y]), np.array([target.x, target.y])
    along = end - start
    across = np.array([along[1], -along[0]])
    for bow in BOWS:
        yield BENT[edge.part] * abs(abs(bow) - USUAL[edge.part]), _bowed(start, end, across * bow)
    for k, shift in enumerate(SHIFTS if path else ()):
        moved = [(x + shift, y) for x, y in path]
        yield FORM * (0.1 + 0.05 * k), smooth([(source.x, source.y), *moved, (target.x, target.y)])
    for lean in (0.35, 0.6):
        lift = np.array([0.0, along[1] * lean])
        yield FORM * 0.25, np.stack([start, start + lift, end - lift, end])
        yield FORM * 0.3, np.stack([start, start + lift, start + along * 0.7, end])
        yield FORM * 0.3, np.stack([start, start + along * 0.3, end - lift, end])


def _bowed(start: Points, end: Points, aside: Points) -> Points:
    if not aside.any():
        return straight(start, end)
    quarter = (end - start) * 0.25
    return np.stack([start, start + quarter + aside, end - quarter + aside, end])


def _loops(box: Box) -> Iterator[Candidate]:
    """A loop at each side; there is room on the right, or where a dot's label is not."""
    x, y, r = box.x, box.y, max(box.width, box.height) / 2
    for cost, (dx, dy) in ((0.0, (1, 0)), (50.0, (-1, 0)), (50.0, (0, -1)), (60.0, (0, 1))):
        far, wide = (r + LOOP) * 1.25, max(r * 1.1, LEAST)
        one = x + dx * far - dy * wide, y + dy * far - dx * wide
        two = x + dx * far + dy * wide, y + dy * far + dx * wide
        yield cost, cubic((x, y), one, two, (x, y))
