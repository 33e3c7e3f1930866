"""Which points lie inside a node or a label, with some room around."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mvgraph.drawing.curves import Inside, Points
from mvgraph.drawing.diagram import Node
from mvgraph.drawing.placement import Box
from mvgraph.drawing.shapes import CORNERS


def inside(node: Node, box: Box, room: float = 0.0) -> Inside:
    """Membership in a node's shape: an ellipse, or a box with rounded corners."""
    if node.kind in CORNERS:
        return rectangle(box, room, CORNERS[node.kind])
    return ellipse(box, room)


def ellipse(box: Box, room: float = 0.0) -> Inside:
    """Membership in the ellipse that touches the sides of a box."""
    middle = np.array([box.x, box.y])
    radii = np.array([box.width / 2 + room, box.height / 2 + room])

    def test(points: Points) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = (((points - middle) / radii) ** 2).sum(-1) <= 1.0
        return found

    return test


def rectangle(box: Box, room: float = 0.0, corner: float = 0.0) -> Inside:
    """Membership in a box, with rounded corners."""
    middle = np.array([box.x, box.y])
    radius = corner + room
    core = np.array([box.width / 2 - corner, box.height / 2 - corner])

    def test(points: Points) -> NDArray[np.bool_]:
        beyond = np.maximum(np.abs(points - middle) - core, 0.0)
        found: NDArray[np.bool_] = (beyond**2).sum(-1) <= radius**2
        return found

    return test
