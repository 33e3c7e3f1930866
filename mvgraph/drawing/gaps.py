"""A line in two pieces, with an edge's label in the gap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from mvgraph.drawing.curves import Inside, Points, cut, enters, leaves
from mvgraph.drawing.outlines import SHARP, Outlines, inside
from mvgraph.drawing.placement import Box

TIMES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82, 0.1, 0.9)
OFF, TAKEN, SHORT = 20.0, 1000.0, 500.0  # what it costs: away from the middle, on something, without line on a side
ROOM = 2.0  # around the label
LEAST = 6.0  # length of a piece


def split(
    whole: Points, size: tuple[float, float], taken: Outlines, lines: Sequence[Points], plates: Iterable[Box]
) -> tuple[float, tuple[Points, ...], Box]:
    """What a label on this line costs, the pieces of the line around it, and where it stands.

    Arguments:
        whole: the line from border to border.
        size: of the label.
        taken: nodes and labels that it must not stand on.
        lines: the lines there are already.
        plates: the rectangles of all plates, whose borders it must not stand on.
    """
    made = [_at(whole, time, size) for time in TIMES]
    costs = [
        OFF * abs(time - 0.5) + _crowded(box, taken, lines, plates) + SHORT * (2 - len(pieces))
        for time, (pieces, box) in zip(TIMES, made, strict=True)
    ]
    pieces, box = made[costs.index(min(costs))]
    return min(costs), pieces or (whole,), box


def _at(whole: Points, time: float, size: tuple[float, float]) -> tuple[tuple[Points, ...], Box]:
    middle = time * (len(whole) - 1) / 3
    x, y = cut(whole, 0.0, middle)[-1]
    box = Box(round(float(x), 2), round(float(y), 2), *size)
    gap = inside(box, SHARP, 3.0)
    both = (_before(whole, middle, gap), _after(whole, middle, gap))
    return tuple(piece for piece in both if piece is not None), box


def _before(whole: Points, time: float, gap: Inside) -> Points | None:
    part = cut(whole, 0.0, time)
    end = enters(part, gap)
    return _seen(cut(part, 0.0, end)) if end > 1e-2 else None


def _after(whole: Points, time: float, gap: Inside) -> Points | None:
    part = cut(whole, time, (len(whole) - 1) / 3)
    start, end = leaves(part, gap), (len(part) - 1) / 3
    return _seen(cut(part, start, end)) if end - start > 1e-2 else None


def _seen(piece: Points) -> Points | None:
    """A piece of a line, if it is long enough to be seen."""
    return piece if float(np.hypot(*np.diff(piece, axis=0).T).sum()) > LEAST else None


def _crowded(box: Box, taken: Outlines, lines: Sequence[Points], plates: Iterable[Box]) -> float:
    """What it costs to put a label here."""
    across, down = np.linspace(box.left, box.right, 7), np.linspace(box.top, box.bottom, 5)
    points = np.stack(np.meshgrid(across, down), -1).reshape(-1, 2)
    near = inside(box, SHARP, ROOM)
    met = int(taken.hits(points).any(0).sum()) + sum(bool(near(line).any()) for line in lines)
    return TAKEN * (met + sum(_crossed(box, plate) for plate in plates))


def _crossed(box: Box, plate: Box) -> bool:
    """Whether a plate's border runs through a label."""
    x, y = abs(box.x - plate.x), abs(box.y - plate.y)
    wide, high = box.width + 2 * ROOM, box.height + 2 * ROOM
    meets = x < (plate.width + wide) / 2 and y < (plate.height + high) / 2
    within = x < (plate.width - wide) / 2 and y < (plate.height - high) / 2
    return meets and not within
