"""Bézier curves: points on them, parts of them, and where they meet a shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mvgraph.drawing.placement import Point

Points = NDArray[np.float64]  # (point, 2)
Inside = Callable[[Points], NDArray[np.bool_]]

STEP = 3.0  # between samples, in points


def cubic(*points: Point) -> Points:
    """A curve from its points, 1 + 3k of them."""
    return np.array(points, dtype=float)


def straight(start: Points | Point, end: Points | Point) -> Points:
    """A straight line as a curve."""
    a, b = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    return np.stack([a, a + (b - a) / 3, a + (b - a) * 2 / 3, b])


def smooth(points: Sequence[Point]) -> Points:
    """A curve through points, with tangents as of Catmull and Rom; it leaves and ends towards its neighbours.

    >>> len(smooth([(0, 0), (1, 1), (0, 2)]))
    7
    """
    at = np.array(points, dtype=float)
    slopes = np.gradient(at, axis=0)
    first = at[0] + (at[1] - at[0]) / 3
    last = at[-1] - (at[-1] - at[-2]) / 3
    found = [at[0]]
    for i in range(len(at) - 1):
        before = first if i == 0 else at[i] + slopes[i] / 3
        after = last if i == len(at) - 2 else at[i + 1] - slopes[i + 1] / 3
        found += [before, after, at[i + 1]]
    return np.stack(found)


def _pieces(curve: Points) -> Points:
    """The cubics of a curve, `(piece, 4, 2)`."""
    return np.stack([curve[i : i + 4] for i in range(0, len(curve) - 1, 3)])


def along(curve: Points, times: NDArray[np.float64]) -> Points:
    """The points at times between 0 and the number of cubics."""
    pieces = _pieces(curve)
    which = np.minimum(times.astype(int), len(pieces) - 1)
    t = (times - which)[:, None]
    a, b, c, d = (pieces[which, i] for i in range(4))
    mirrored = 1 - t
    found: Points = mirrored**3 * a + 3 * mirrored**2 * t * b + 3 * mirrored * t**2 * c + t**3 * d
    return found


def times(curve: Points) -> NDArray[np.float64]:
    """The times of samples, which are about `STEP` apart on the curve."""
    sides = np.hypot(*np.diff(_pieces(curve), axis=1).transpose(2, 0, 1)).sum(1)
    counts = np.clip(np.ceil(sides / STEP), 6, 200).astype(int)
    parts = [k + np.arange(count) / count for k, count in enumerate(counts)]
    return np.append(np.concatenate(parts), float(len(counts)))


def samples(curve: Points) -> Points:
    """Points along the whole curve."""
    return along(curve, times(curve))


def cut(curve: Points, start: float, end: float) -> Points:
    """The part of a curve between two times."""
    pieces = _pieces(curve)
    first, last = min(int(start), len(pieces) - 1), min(int(np.nextafter(end, 0.0)), len(pieces) - 1)
    kept = []
    for i in range(first, last + 1):
        low, high = max(start - i, 0.0), min(end - i, 1.0)
        kept.append(_between(pieces[i], low, high))
    return np.concatenate([kept[0], *(k[1:] for k in kept[1:])])


def _between(piece: Points, low: float, high: float) -> Points:
    right = _split(piece, low)[1]
    return _split(right, (high - low) / (1.0 - low) if low < 1.0 else 1.0)[0]


def _split(piece: Points, t: float) -> tuple[Points, Points]:
    """De Casteljau: the parts before and after a time."""
    a, b, c, d = piece
    ab, bc, cd = a + (b - a) * t, b + (c - b) * t, c + (d - c) * t
    abc, bcd = ab + (bc - ab) * t, bc + (cd - bc) * t
    middle = abc + (bcd - abc) * t
    return np.stack([a, ab, abc, middle]), np.stack([middle, bcd, cd, d])


def leaves(curve: Points, inside: Inside, *, first: bool = False) -> float:
    """The time at which a curve leaves a shape for the last time, or for the first; 0 where it begins outside."""
    at = times(curve)
    within = inside(along(curve, at))
    if not within.any():
        return 0.0
    k = int(np.argmin(within)) - 1 if first and not within.all() else int(np.flatnonzero(within)[-1])
    if k < 0:
        return 0.0
    return float(at[k]) if k + 1 == len(at) else _crossing(curve, inside, at[k], at[k + 1])


def enters(curve: Points, inside: Inside, *, last: bool = False) -> float:
    """The time at which a curve enters a shape for the first time, or for the last; the end where it ends outside."""
    return (len(curve) - 1) / 3 - leaves(curve[::-1], inside, first=last)


def _crossing(curve: Points, inside: Inside, within: float, beyond: float) -> float:
    """Where a curve crosses a border, between a time within and one beyond."""
    for _ in range(5):
        steps = np.linspace(within, beyond, 33)
        seen = np.flatnonzero(inside(along(curve, steps))[:-1])
        if not len(seen):
            return within  # on the border but for the last digit
        last = int(seen[-1])
        within, beyond = float(steps[last]), float(steps[last + 1])
    return (within + beyond) / 2
