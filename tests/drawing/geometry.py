"""Points on lines, and whether they lie in boxes and ellipses; what laws of a placement are measured with.

Nothing here comes from the layout: a curve is a cloud of points half a point (1/144 inch) apart.
"""

from __future__ import annotations

from math import ceil, hypot

import numpy as np

from mvgraph.drawing.placement import Box, Point, Route

STEP = 0.5
Points = np.ndarray  # n rows of x and y


def bezier(points: tuple[Point, ...]) -> Points:
    """Points on a chain of cubic Bézier curves, ends included."""
    curves = [points[i : i + 4] for i in range(0, len(points) - 1, 3)]
    return np.concatenate([_cubic(np.array(curve)) for curve in curves])


def _cubic(corners: Points) -> Points:
    length = np.linalg.norm(np.diff(corners, axis=0), axis=1).sum()
    t = np.linspace(0, 1, max(4, ceil(length / STEP)) + 1)[:, None]
    s = 1 - t
    a, b, c, d = corners
    return np.asarray(s**3 * a + 3 * s**2 * t * b + 3 * s * t**2 * c + t**3 * d)


def line(route: Route) -> Points:
    """All points of an edge's line; none in the gap of its label."""
    return np.concatenate([bezier(piece) for piece in route.pieces])


def border(box: Box) -> Points:
    """Points on the four sides of a rectangle."""
    corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    return np.concatenate([_side(a, b) for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)])


def _side(start: Point, end: Point) -> Points:
    count = max(2, ceil(hypot(end[0] - start[0], end[1] - start[1]) / STEP) + 1)
    return np.linspace(start, end, count)


def in_box(points: Points, box: Box, margin: float = 0.0, corner: float = 0.0) -> bool:
    """Whether a point lies within a box that is wider by a margin on each side; its corners may be round."""
    x, y = np.abs(points - (box.x, box.y)).T
    across, along = x - box.width / 2 + corner, y - box.height / 2 + corner
    cut = (across > 0) & (along > 0) & (np.hypot(across, along) >= corner + margin) & (corner > 0)
    return bool(((across < corner + margin) & (along < corner + margin) & ~cut).any())


def in_ellipse(points: Points, box: Box, margin: float = 0.0) -> bool:
    """Whether a point lies within the ellipse of a box, wider by a margin."""
    radii = max(box.width / 2 + margin, 0.01), max(box.height / 2 + margin, 0.01)
    x, y = ((points - (box.x, box.y)) / radii).T
    return bool((x**2 + y**2 < 1).any())


def apart(first: Box, second: Box, gap: float = 0.0) -> bool:
    """Whether two boxes have at least a gap between them."""
    across = abs(first.x - second.x) - (first.width + second.width) / 2
    along = abs(first.y - second.y) - (first.height + second.height) / 2
    return max(across, along) >= gap


def within(inner: Box, outer: Box) -> bool:
    """Whether a box lies in another, touching allowed."""
    slack = 1e-6
    across = outer.left <= inner.left + slack and inner.right <= outer.right + slack
    return across and outer.top <= inner.top + slack and inner.bottom <= outer.bottom + slack


def distance(point: Point, box: Box) -> float:
    """From a point to the nearest of a box; 0 within."""
    return hypot(max(abs(point[0] - box.x) - box.width / 2, 0), max(abs(point[1] - box.y) - box.height / 2, 0))


def shared(first: Points, second: Points, gap: float) -> float:
    """The length along which one line runs within a gap of another, roughly."""
    some = first[::4]
    near = np.sqrt(((some[:, None] - second[None, ::2]) ** 2).sum(-1)).min(1) < gap
    return float(near.sum() * STEP * 4)


def length(points: Points) -> float:
    """Of a line through points."""
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
