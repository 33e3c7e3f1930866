"""Edges as SVG: a line of one or two pieces and an explicit head, which every program draws alike."""

from __future__ import annotations

from collections.abc import Sequence
from math import dist
from xml.etree.ElementTree import Element

from mvgraph.drawing.curves import Curve, direction, halfway, path, polygon, shorten
from mvgraph.drawing.diagram import Edge
from mvgraph.drawing.markup import element, number
from mvgraph.drawing.placement import Point, Route
from mvgraph.drawing.themes import BOLD, LINES, Theme

HEAD = 6.6  # length of an arrow's head
NOTCH = 1.5  # how far its back is cut in
SPREAD = 2.5  # half its width
NEAR = 9.0  # a pointer this near to a line points at it


def line(edge: Edge, route: Route, theme: Theme) -> list[Element]:
    """An edge without its label."""
    curves, head = _headed(route.pieces, _scale(edge)) if edge.arrow else (route.pieces, "")
    data = "".join(map(path, curves))
    style = LINES[edge.part]
    colour = theme.line(edge.part, edge.change)
    drawn = element(
        "path",
        d=data,
        fill="none",
        stroke=colour,
        stroke_width=style.width * _scale(edge),
        stroke_dasharray=" ".join(map(number, style.dashes)),
    )
    around = element("path", d=data, fill="none", stroke="none", stroke_width=NEAR, pointer_events="stroke")
    return [around, drawn, *([element("path", d=head, fill=colour)] if head else [])]


def midpoint(route: Route) -> Point:
    """A point on the longest piece of an edge, halfway."""
    return halfway(max(route.pieces, key=lambda piece: dist(piece[0], piece[-1])))[0]


def _scale(edge: Edge) -> float:
    return 1.0 if edge.change == "same" else BOLD


def _headed(pieces: Sequence[Curve], scale: float) -> tuple[list[Curve], str]:
    """The pieces without what the head covers, and the head."""
    grown = (1 + scale) / 2
    *first, last = pieces
    tip = last[-1]
    base = shorten(last, HEAD * grown)[-1]
    x, y = direction(base, tip)
    notch = (tip[0] - x * (HEAD - NOTCH) * grown, tip[1] - y * (HEAD - NOTCH) * grown)
    wide = SPREAD * grown
    left, right = (base[0] - y * wide, base[1] + x * wide), (base[0] + y * wide, base[1] - x * wide)
    return [*first, shorten(last, (HEAD - NOTCH) * grown)], polygon(tip, left, notch, right)
