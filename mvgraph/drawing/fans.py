"""Rows stand so far apart that fans of edges between them leave the nodes in the rows alone."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np

from mvgraph.drawing.diagram import Diagram
from mvgraph.drawing.ordering import Grid
from mvgraph.drawing.shapes import extent

ROOM = 4.0  # between a line and a node that it passes
MOST = 700.0  # rows are not drawn further apart than this


def fans(diagram: Diagram, cells: Grid, places: Mapping[Hashable, float]) -> dict[tuple[int, int], float]:
    """How far two rows should be from each other.

    A straight line to the side by `d` and down by `h` passes at `s` h / √(d² + h²) a node that stands at `s` from its
    end; that is to be the node's radius at least.

    Arguments:
        diagram: with the nodes.
        cells: their rows.
        places: their horizontal places.
    """
    found: dict[tuple[int, int], float] = {}
    for edge in diagram.edges:
        upper, lower = cells.ends(edge)
        rows = cells.rows[upper], cells.rows[lower]
        if rows[0] < rows[1]:
            needed = [_height(end, far, diagram, cells, places) for end, far in ((upper, lower), (lower, upper))]
            found[rows] = min(MOST, max(found.get(rows, 0.0), *needed))
    return found


def _height(end: str, far: str, diagram: Diagram, cells: Grid, places: Mapping[Hashable, float]) -> float:
    aside = places[far] - places[end]
    worst = 0.0
    for node in diagram.nodes:
        passed = (places[node.id] - places[end]) * np.sign(aside)
        radius = extent(node)[1] / 2 + ROOM
        if cells.rows[node.id] == cells.rows[end] and radius < passed < abs(aside):
            worst = max(worst, radius * abs(aside) / float(np.sqrt(passed**2 - radius**2)))
    return worst
