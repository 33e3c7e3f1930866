"""Nodes as SVG: one function for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from mvgraph.drawing.diagram import Kind, Node, Part
from mvgraph.drawing.markup import element, number
from mvgraph.drawing.placement import Box
from mvgraph.drawing.shapes import CORNERS
from mvgraph.drawing.themes import BOLD, Theme

WIDTH = 1.1  # of outlines, in points
INSET = 2.4  # between the lines of a double outline
BAR = 3.2  # between the double sides of a statistic

PARTS: Mapping[Kind, Part] = {"factor": "q", "auxiliary": "q", "critic": "game", "statistic": "game"}  # others: p


@dataclass(frozen=True)
class Pen:
    """What a figure is drawn with.

    Arguments:
        stroke: the colour of outlines, and of dots.
        width: of outlines.
        paper: inside what is not observed.
        shade: inside what is observed.
        corner: the radius of a box's corners.
    """

    stroke: str
    width: float
    paper: str
    shade: str
    corner: float

    def outline(self, fill: str) -> dict[str, str | float]:
        """Attributes of a closed shape."""
        return {"fill": fill, "stroke": self.stroke, "stroke_width": self.width}


def figure(node: Node, box: Box, theme: Theme) -> list[Element]:
    """A node without its label."""
    width = WIDTH * (1 if node.change == "same" else BOLD)
    stroke = theme.line(PARTS.get(node.kind, "p"), node.change)
    pen = Pen(stroke, width, theme.paper, theme.shade, CORNERS.get(node.kind, 0.0))
    drawn = _FIGURES[node.kind](box, pen)
    return [*drawn, _SECOND.get(node.kind, _ellipse)(_inner(box), pen, "none")] if node.deterministic else drawn


def _ellipse(box: Box, pen: Pen, fill: str) -> Element:
    size = {"cx": box.x, "cy": box.y, "rx": box.width / 2, "ry": box.height / 2}
    return element("ellipse", **size, **pen.outline(fill))


def _rectangle(box: Box, pen: Pen, fill: str) -> Element:
    size = {"x": box.left, "y": box.top, "width": box.width, "height": box.height}
    corner = min(pen.corner, 0.3 * box.width, 0.3 * box.height)
    return element("rect", **size, rx=corner, ry=corner, **pen.outline(fill))


def _inner(box: Box) -> Box:
    """The place of the second line of a double outline."""
    return Box(box.x, box.y, max(box.width - 2 * INSET, 1.0), max(box.height - 2 * INSET, 1.0))


def _latent(box: Box, pen: Pen) -> list[Element]:
    return [_ellipse(box, pen, pen.paper)]


def _observed(box: Box, pen: Pen) -> list[Element]:
    return [_ellipse(box, pen, pen.shade)]


def _condition(box: Box, pen: Pen) -> list[Element]:
    return [_ellipse(box, pen, pen.shade), _ellipse(_inner(box), pen, "none")]


def _pseudo(box: Box, pen: Pen) -> list[Element]:
    """The left half is shaded: observed by one model, drawn by the other."""
    radii = f"{number(box.width / 2)} {number(box.height / 2)}"
    half = f"M{number(box.x)} {number(box.top)}A{radii} 0 0 0 {number(box.x)} {number(box.bottom)}Z"
    return [_ellipse(box, pen, pen.paper), element("path", d=half, fill=pen.shade), _ellipse(box, pen, "none")]


def _plain_box(box: Box, pen: Pen) -> list[Element]:
    return [_rectangle(box, pen, pen.paper)]


def _statistic(box: Box, pen: Pen) -> list[Element]:
    """Double sides, as flow charts draw what is computed elsewhere."""
    sides = (box.left + BAR, box.right - BAR)
    data = "".join(f"M{number(x)} {number(box.top)}V{number(box.bottom)}" for x in sides)
    return [_rectangle(box, pen, pen.paper), element("path", d=data, **pen.outline("none"))]


def _dot(box: Box, pen: Pen) -> list[Element]:
    return [_ellipse(box, pen, pen.stroke)]


_FIGURES: Mapping[Kind, Callable[[Box, Pen], list[Element]]] = {
    "latent": _latent,
    "observed": _observed,
    "condition": _condition,
    "discrete": _plain_box,
    "pseudo": _pseudo,
    "factor": _plain_box,
    "parameter": _dot,
    "auxiliary": _dot,
    "critic": _plain_box,
    "statistic": _statistic,
}
_SECOND: Mapping[str, Callable[[Box, Pen, str], Element]] = dict.fromkeys(CORNERS, _rectangle)
