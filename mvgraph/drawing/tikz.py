"""TikZ with the coordinates of a layout: the same picture as the SVG, in LaTeX's letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import hypot

from mvgraph.drawing.diagram import Edge, Node, Plate
from mvgraph.drawing.figures import INSET
from mvgraph.drawing.lines import midpoint
from mvgraph.drawing.marks import corner, mark
from mvgraph.drawing.markup import number
from mvgraph.drawing.names import plain
from mvgraph.drawing.placement import Box, Placement, Point
from mvgraph.drawing.preamble import KINDS, PARTS, badge, change, document, styles
from mvgraph.drawing.shapes import CORNERS, DOTS, ROUND
from mvgraph.drawing.svg import CORNER
from mvgraph.language.tex import comment, inline

STRAIGHT = 0.05  # points that a curve may leave its chord by


def tikz(placement: Placement) -> str:
    """A placement as a whole LaTeX document, which pdflatex compiles as it is.

    One unit is a point of 1/72 inch, y grows downwards as in the SVG. Nodes have names: `x.m` is `x-m`.
    """
    diagram = placement.diagram
    names = plain([*(n.id for n in diagram.nodes), *(p.id for p in diagram.plates)], between="-")
    lines = [
        rf"\useasboundingbox (0,0) rectangle {_at((placement.width, placement.height))};",
        *(line for plate in diagram.plates for line in _plate(plate, placement, names)),
        *(line for edge in diagram.edges for line in _edge(edge, placement)),
        *(line for node in diagram.nodes for line in _node(node, placement, names)),
    ]
    return document(diagram, "x=1bp, y=-1bp", lines)


def _plate(plate: Plate, placement: Placement, names: Mapping[str, str]) -> Iterator[str]:
    box = placement.plates[plate.id]
    corners = f"{{{_at((box.left, box.top))} {_at((box.right, box.bottom))}}}"
    yield comment(plate.title or plate.text)
    yield rf"\node{styles('border', f'fit={corners}', 'inner sep=0pt', change(plate))} ({names[plate.id]}) {{}};"
    if plate.id in placement.captions and inline(plate.label):
        yield _text("note", placement.captions[plate.id], plate.label)
    yield from badge(plate.change, _at((box.right - CORNER, box.top)))


def _node(node: Node, placement: Placement, names: Mapping[str, str]) -> Iterator[str]:
    box = placement.nodes[node.id]
    double = "twice" if node.deterministic else ""
    style = styles(KINDS[node.kind], double, change(node), *_size(node, box))
    label = "" if node.kind in DOTS else inline(node.label)
    yield comment(node.title or node.text)
    yield rf"\node{style} ({names[node.id]}) at {_at((box.x, box.y))} {{{label}}};"
    if node.kind in DOTS and node.id in placement.labels and inline(node.label):
        yield _text("const", placement.labels[node.id], node.label)
    yield from badge(node.change, _at(corner(node, box, placement.labels.get(node.id, box))))


def _size(node: Node, box: Box) -> Iterator[str]:
    """What must be said of a node's size; the two lines of a double outline lie around its edge."""
    less = INSET if node.deterministic or node.kind == "condition" else 0.0
    width, height = box.width - less, box.height - less
    if node.kind in DOTS:
        return
    if node.kind not in CORNERS and width != height:
        yield "ellipse"
    if width != height:
        yield f"minimum width={number(width)}bp"
        yield f"minimum height={number(height)}bp"
    elif node.kind in CORNERS or width != ROUND:
        yield f"minimum size={number(width)}bp"


def _edge(edge: Edge, placement: Placement) -> Iterator[str]:
    route = placement.routes[edge.id]
    *first, last = route.pieces
    for piece in first:
        yield rf"\draw{styles(PARTS[edge.part], change(edge))} {_path(piece)};"
    yield rf"\draw{styles(PARTS[edge.part], change(edge), '->' if edge.arrow else '')} {_path(last)};"
    if route.label and inline(edge.label):
        yield _text("note", route.label, edge.label)
    ends = placement.diagram.node(edge.source), placement.diagram.node(edge.target)
    yield from badge(mark(edge, ends), _at(midpoint(route)))


def _path(piece: tuple[Point, ...]) -> str:
    """A curve, or a straight line where it is one."""
    start, *rest = piece
    if _straight(piece):
        return f"{_at(start)} -- {_at(rest[-1])}"
    curves = zip(rest[0::3], rest[1::3], rest[2::3], strict=True)
    return _at(start) + "".join(f" .. controls {_at(a)} and {_at(b)} .. {_at(c)}" for a, b, c in curves)


def _straight(piece: tuple[Point, ...]) -> bool:
    """Whether all points lie on the line from the first to the last."""
    (left, top), (right, bottom) = piece[0], piece[-1]
    length = hypot(right - left, bottom - top) or 1.0
    across = (abs((x - left) * (bottom - top) - (y - top) * (right - left)) / length for x, y in piece)
    along = (((x - left) * (right - left) + (y - top) * (bottom - top)) / length for x, y in piece)
    return max(across) < STRAIGHT and all(-STRAIGHT < a < length + STRAIGHT for a in along)


def _text(style: str, box: Box, label: str) -> str:
    return rf"\node[{style}] at {_at((box.x, box.y))} {{{inline(label)}}};"


def _at(point: Point) -> str:
    return f"({number(point[0])},{number(point[1])})"
