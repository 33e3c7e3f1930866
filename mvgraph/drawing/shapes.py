"""The shape of each kind of node and the size of what is written: what layout and renderers must agree on."""

from __future__ import annotations

from mvgraph.drawing.diagram import Edge, Node, Plate
from mvgraph.drawing.labels import size

DOTS = frozenset({"parameter", "auxiliary"})  # small and filled, with the label beside
CORNERS = {
    "discrete": 8.0,
    "factor": 3.0,
    "critic": 2.0,
    "statistic": 2.0,
}  # radius of boxes; all other kinds are round
SMALL = 0.8  # scale of labels that are not inside a round node: of factors, captions, edges
DOT = 7.0  # diameter
ROUND = 34.0  # least diameter

_LEAST = {"factor": (24.0, 17.0), "critic": (30.0, 26.0), "statistic": (30.0, 26.0)}
_AROUND = {"factor": (11.0, 9.0), "critic": (12.0, 12.0), "statistic": (12.0, 12.0)}


def scale(kind: str) -> float:
    """Scale of a node's label.

    >>> scale("latent"), scale("factor")
    (1.2, 0.8)
    """
    return SMALL if kind == "factor" else 1.0 if kind in DOTS or kind in _LEAST else 1.2


def extent(node: Node) -> tuple[float, float]:
    """Width and height of a node, around its label unless it is a dot.

    >>> extent(Node("z", "latent", "z", "z"))
    (34.0, 34.0)
    """
    if node.kind in DOTS:
        return DOT, DOT
    width, height = size(node.label, scale(node.kind))
    least = _LEAST.get(node.kind, (ROUND, ROUND))
    around = _AROUND.get(node.kind, (14.0, 14.0))
    return _even(max(width + around[0], least[0])), _even(max(height + around[1], least[1]))


def beside(node: Node) -> tuple[float, float]:
    """Width and height of a dot's label; nothing for other nodes, whose labels stand inside."""
    return size(node.label, scale(node.kind)) if node.kind in DOTS else (0.0, 0.0)


def note(part: Plate | Edge) -> tuple[float, float]:
    """Width and height of a plate's caption or an edge's label."""
    return size(part.label, SMALL) if part.label else (0.0, 0.0)


def _even(length: float) -> float:
    """Whole points, so that centres and borders have short decimals."""
    return float(-(-length // 2) * 2)
