"""Which points lie inside nodes and labels, with some room around."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mvgraph.drawing.curves import Inside, Points
from mvgraph.drawing.diagram import Node
from mvgraph.drawing.placement import Box
from mvgraph.drawing.shapes import CORNERS

SHARP = 0.0
SHARPEST = 3.3  # lines end at corners that are no rounder than this, a point outside of the rounder ones
ROUND = -1.0  # stands for an ellipse where a radius of corners is asked for


def corner(node: Node) -> float:
    """The radius of a node's corners, or that it is an ellipse."""
    return min(CORNERS.get(node.kind, ROUND), SHARPEST)


class Outlines:
    """Several shapes at once: boxes with rounded corners, and ellipses.

    Arguments:
        shapes: boxes, each with the radius of its corners, or `ROUND`.
        room: how far points are to stay away.
    """

    def __init__(self, shapes: Iterable[tuple[Box, float]], room: float = 0.0) -> None:
        rows = [(b.x, b.y, b.width / 2, b.height / 2, max(c, 0.0), float(c == ROUND)) for b, c in shapes]
        table = np.array(rows, dtype=float).reshape(-1, 6)
        self.middles, half = table[:, :2], table[:, 2:4]
        self.radii = half + room
        self.cores, self.corners = half - table[:, 4:5], table[:, 4] + room
        self.oval = table[:, 5] > 0.5

    def hits(self, points: Points) -> NDArray[np.bool_]:
        """Whether each point lies in each shape, `(point, shape)`."""
        found = np.zeros((len(points), len(self.middles)), dtype=bool)
        low, high = points.min(0), points.max(0)
        some = ((self.middles + self.radii >= low) & (self.middles - self.radii <= high)).all(1)
        away = np.abs(points[:, None] - self.middles[some])
        oval = ((away / self.radii[some]) ** 2).sum(-1) <= 1.0
        boxy = (np.maximum(away - self.cores[some], 0.0) ** 2).sum(-1) <= self.corners[some] ** 2
        found[:, some] = np.where(self.oval[some], oval, boxy)
        return found


def inside(box: Box, corners: float, room: float = 0.0) -> Inside:
    """Membership in one shape."""
    shape = Outlines([(box, corners)], room)
    return lambda points: shape.hits(points)[:, 0]
