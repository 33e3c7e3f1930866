"""What became of a node or an edge, where two models are compared: a badge with a sign, and not a colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from mvgraph.drawing.diagram import Change, Edge, Node
from mvgraph.drawing.markup import element, number
from mvgraph.drawing.placement import Box, Point
from mvgraph.drawing.shapes import CORNERS, DOTS
from mvgraph.drawing.themes import Theme

RADIUS = 4.6
SIGNS: Mapping[Change, str] = {
    "added": "M-2.4 0H2.4M0 -2.4V2.4",
    "removed": "M-2.4 0H2.4",
    "changed": "M-2.5 0.6C-1.6 -1.4 -0.8 -1.2 0 0C0.8 1.2 1.6 1.4 2.5 -0.6",
}


def badge(change: Change, at: Point, theme: Theme) -> list[Element]:
    """A disc with `+`, `-` or `~`; nothing for what stays as it is."""
    if change not in SIGNS:
        return []
    disc = element("circle", r=RADIUS, fill=theme.changes[change], stroke=theme.paper, stroke_width=1)
    sign = element("path", d=SIGNS[change], fill="none", stroke=theme.paper, stroke_width=1.4, stroke_linecap="round")
    place = f"translate({number(at[0])} {number(at[1])})"
    return [element("g", disc, sign, class_="badge", transform=place)]


def corner(node: Node, box: Box, label: Box) -> Point:
    """Where a node's badge sits: on its outline, upper right; beside a dot, where its label is not."""
    if node.kind in DOTS:
        return box.x + (RADIUS + box.width / 2) * (1 if label.x < box.x else -1), box.y
    share = 0.5 if node.kind in CORNERS else 0.5**1.5
    return box.x + box.width * share, box.y - box.height * share


def mark(edge: Edge, ends: tuple[Node, Node]) -> Change:
    """The change to mark at an edge: none where one of its ends says it already."""
    return "same" if edge.change in {end.change for end in ends} - {"changed"} else edge.change
