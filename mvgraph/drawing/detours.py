"""A way around everything, for a line that no simple curve serves."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mvgraph.drawing.curves import Points
from mvgraph.drawing.outlines import Outlines
from mvgraph.drawing.placement import Box

AWAY = 3.0  # how far from what it avoids a way turns
MOST = 14  # shapes that a way may turn at
STEPS = 24  # samples of a leg
TURN = 12.0  # what a corner costs
ROUNDING = 9.0  # how far before a corner the line begins to bend


def detour(start: Box, end: Box, taken: Outlines, shapes: Sequence[Box], own: Sequence[int]) -> Points | None:
    """The shortest way between two centres along corners of shapes, as a curve; none where all is blocked.

    Arguments:
        start, end: the boxes of the ends.
        taken: what the line must not meet, with its room.
        shapes: the boxes of the same, in the same order.
        own: which of them are the ends themselves.
    """
    corners = _free(_corners(_nearest(start, end, shapes), taken), taken)
    points = np.vstack([[start.x, start.y], [end.x, end.y], corners])
    way = _shortest(points, taken, own)
    return None if way is None else _curve(points[way])


def _nearest(start: Box, end: Box, shapes: Sequence[Box]) -> list[int]:
    """The shapes nearest to the straight line."""
    steps = np.linspace(0.0, 1.0, STEPS)[:, None]
    on = np.array([start.x, start.y]) * (1 - steps) + np.array([end.x, end.y]) * steps
    gaps = [float(np.hypot(*(on - (box.x, box.y)).T).min()) for box in shapes]
    return sorted(range(len(shapes)), key=lambda i: (round(gaps[i], 3), i))[:MOST]


def _corners(shapes: Sequence[int], taken: Outlines) -> Points:
    """Eight points around each shape."""
    turns = np.arange(8) * np.pi / 4
    round_ = np.stack([np.cos(turns), np.sin(turns)], -1)
    box = np.sign(np.round(round_, 6))
    found = [taken.middles[i] + (taken.radii[i] + AWAY) * (round_ * 1.09 if taken.oval[i] else box) for i in shapes]
    return np.concatenate(found)


def _free(points: Points, taken: Outlines) -> Points:
    return points[~taken.hits(points).any(1)]


def _legs(points: Points, at: int, taken: Outlines, own: Sequence[int]) -> NDArray[np.float64]:
    """The length of the straight leg from one point to each; infinite where it meets something.

    The ends' own shapes are no obstacles for legs that begin or end in them.
    """
    steps = np.linspace(0.0, 1.0, STEPS)[None, :, None]
    on = points[at] * (1 - steps) + points[:, None] * steps
    met = np.asarray(taken.hits(on.reshape(-1, 2)).reshape(len(points), STEPS, -1).any(1))
    for point, shape in enumerate(own):
        met[point, shape] = False
        if at == point:
            met[:, shape] = False
    return np.where(met.any(1), np.inf, np.hypot(*(points - points[at]).T))


def _shortest(points: Points, taken: Outlines, own: Sequence[int]) -> list[int] | None:
    """A* from the first point to the second."""
    ahead = np.hypot(*(points - points[1]).T)
    best = np.full(len(points), np.inf)
    before = {0: -1}
    best[0] = 0.0
    heap, done = [(float(ahead[0]), 0)], set()
    while heap:
        _, at = heapq.heappop(heap)
        if at == 1:
            return _walked(before)
        if at in done:
            continue
        done.add(at)
        legs = _legs(points, at, taken, own)
        for other in map(int, np.flatnonzero(np.isfinite(legs))):
            further = round(float(best[at] + legs[other]) + TURN, 6)
            if further < best[other]:
                best[other], before[other] = further, at
                heapq.heappush(heap, (round(further + float(ahead[other]), 6), other))
    return None


def _walked(before: dict[int, int]) -> list[int]:
    way = [1]
    while way[-1] != 0:
        way.append(before[way[-1]])
    return way[::-1]


def _curve(way: Points) -> Points:
    """Straight legs with rounded corners."""
    stops = [way[0]]
    for corner, (a, b) in zip(way[1:-1], _around_each(way), strict=True):
        stops += [_towards(corner, a), corner, _towards(corner, b)]
    stops.append(way[-1])
    pieces = [stops[0]]
    for i in range(0, len(stops) - 1, 3):
        pieces += [*_thirds(stops[i], stops[i + 1])]
        if i + 3 < len(stops):
            before, corner, after = stops[i + 1 : i + 4]
            pieces += [before + (corner - before) * 2 / 3, after + (corner - after) * 2 / 3, after]
    return np.stack(pieces)


def _around_each(way: Points) -> list[tuple[Points, Points]]:
    """What comes before and after each inner point."""
    return [(a, c) for (a, _), (_, c) in pairwise(pairwise(way))]


def _towards(corner: Points, other: Points) -> Points:
    gap = other - corner
    length = float(np.hypot(*gap))
    return corner + gap * min(ROUNDING / length, 0.5) if length else corner


def _thirds(a: Points, b: Points) -> tuple[Points, Points, Points]:
    return a + (b - a) / 3, a + (b - a) * 2 / 3, b
