"""How plates lie to each other, and in which rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from mvgraph.drawing.diagram import Diagram, Plate
from mvgraph.drawing.shapes import note

PAD = 8.0  # between a border and what is inside
CLEAR = 7.0  # between a border and a node outside
STEP = 5.0  # between two borders


def strip(plate: Plate) -> float:
    """The height that a caption takes at the bottom of its plate."""
    return note(plate)[1] + 4.0 if plate.label else 0.0


def nested(diagram: Diagram) -> Iterator[tuple[Plate, Plate]]:
    """Every plate that lies in another, after that one; of two with the same nodes the second lies in the first."""
    for one, other in combinations(diagram.plates, 2):
        if other.nodes <= one.nodes:
            yield one, other
        elif one.nodes < other.nodes:
            yield other, one


def disjoint(diagram: Diagram) -> Iterator[tuple[Plate, Plate]]:
    """Plates without a common node."""
    return ((a, b) for a, b in combinations(diagram.plates, 2) if not a.nodes & b.nodes)


def crossing(diagram: Diagram) -> Iterator[tuple[Plate, Plate]]:
    """Plates of which each has nodes of its own and both have common ones."""
    pairs = combinations(diagram.plates, 2)
    return ((a, b) for a, b in pairs if a.nodes & b.nodes and a.nodes - b.nodes and b.nodes - a.nodes)


def span(plate: Plate, rows: Mapping[str, int]) -> tuple[int, int]:
    """The first and the last row of a plate."""
    found = [rows[n] for n in plate.nodes]
    return min(found), max(found)
