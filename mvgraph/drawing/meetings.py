"""The lines there are already, and what it costs to meet them."""

from __future__ import annotations

import numpy as np

from mvgraph.drawing.curves import Points
from mvgraph.drawing.placement import Box

LEGS = 24  # straight legs that stand for a line
NEAR = 3.5  # two lines that come nearer than this run along each other
CROWD, SPREAD = 8.0, 0.04  # from a line's own nodes, where others end too: at least, and of the line's length
CROSSING, ALONG = 12.0, 3.0  # what is bad: a crossing, a point of length side by side


class Lines:
    """Lines, by the edges they belong to, as straight legs."""

    def __init__(self) -> None:
        self.ways: dict[str, Points] = {}
        self._stack()

    def add(self, name: str, points: Points) -> None:
        """One more line, by points along it."""
        self.ways[name] = thinned(points)
        self._stack()

    def remove(self, name: str) -> None:
        """A line is to be drawn anew."""
        del self.ways[name]
        self._stack()

    def _stack(self) -> None:
        ways = [*self.ways.values()]
        self.starts = np.concatenate([np.empty((0, 2)), *(way[:-1] for way in ways)])
        self.ends = np.concatenate([np.empty((0, 2)), *(way[1:] for way in ways)])

    def cost(self, points: Points, nodes: tuple[Box, Box]) -> tuple[float, float]:
        """What crossings of the others cost, and what it costs to run along them; near the line's own nodes nothing.

        Arguments:
            points: along the new line.
            nodes: at its ends.
        """
        way = thinned(points)
        legs = way[1:] - way[:-1]
        middles = way[:-1] + legs / 2
        crowd = CROWD + SPREAD * float(np.hypot(*(way[-1] - way[0])))
        far = np.ones(len(legs), dtype=bool)
        for box in nodes:
            far &= (np.abs(middles - (box.x, box.y)) > (box.width / 2 + crowd, box.height / 2 + crowd)).any(1)
        if not self.ways or not far.any():
            return 0.0, 0.0
        along = float(np.hypot(*legs[far].T) @ self._near(middles[far]))
        return CROSSING * self._crossings(way[:-1][far], way[1:][far]), ALONG * along

    def _near(self, points: Points) -> Points:
        """How many lines are near to each point."""
        legs = self.ends - self.starts
        square = np.maximum((legs**2).sum(-1), 1e-9)
        away = points[:, None] - self.starts
        share = np.clip((away * legs).sum(-1) / square, 0.0, 1.0)
        near = ((away - share[..., None] * legs) ** 2).sum(-1) < NEAR**2
        return np.asarray(near.reshape(len(points), len(self.ways), LEGS).any(2).sum(1), dtype=float)

    def _crossings(self, starts: Points, ends: Points) -> int:
        """How many pairs of legs cross."""
        one, two = _side(self.starts, self.ends, starts), _side(self.starts, self.ends, ends)
        three, four = _side(starts, ends, self.starts).T, _side(starts, ends, self.ends).T
        return int(((one * two < 0) & (three * four < 0)).sum())


def _side(starts: Points, ends: Points, points: Points) -> Points:
    """On which side of each leg each point lies, `(point, leg)`."""
    legs, away = ends - starts, points[:, None] - starts
    return np.asarray(legs[:, 0] * away[..., 1] - legs[:, 1] * away[..., 0])


def thinned(points: Points) -> Points:
    """As many points along a line as it has legs, and one more."""
    at = np.linspace(0.0, len(points) - 1.0, LEGS + 1)
    low = np.minimum(at.astype(int), max(len(points) - 2, 0))
    high = np.minimum(low + 1, len(points) - 1)
    return np.asarray(points[low] + (points[high] - points[low]) * (at - low)[:, None])
