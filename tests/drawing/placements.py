"""Placements made by hand, crude but sufficient for tests of renderers, which need no engine for them."""

from __future__ import annotations

from dataclasses import replace
from math import hypot

from mvgraph.drawing.diagram import Diagram, Edge
from mvgraph.drawing.placement import Box, Placement, Point, Route
from mvgraph.drawing.shapes import DOTS, beside, extent, note

from .diagrams import ALL

STEP = 110.0
BEND = 14.0


def by_hand(diagram: Diagram) -> Placement:
    """Nodes in rows of four, edges from border to border, plates around what they hold."""
    nodes = {n.id: Box(70 + STEP * (i % 4), 60 + STEP * (i // 4), *extent(n)) for i, n in enumerate(diagram.nodes)}
    labels = {n.id: _right(nodes[n.id], *beside(n)) for n in diagram.nodes if n.kind in DOTS}
    plates = {p.id: _around([nodes[i] for i in p.nodes], 24.0 - 6 * k) for k, p in enumerate(diagram.plates)}
    return Placement(
        diagram,
        nodes,
        labels,
        plates,
        {p.id: _corner(plates[p.id], *note(p)) for p in diagram.plates},
        {e.id: _route(e, nodes) for e in diagram.edges},
        width=500.0,
        height=110.0 + STEP * (len(diagram.nodes) // 4),
    )


def _right(box: Box, width: float, height: float) -> Box:
    return Box(box.right + 3 + width / 2, box.y, width, height)


def _around(boxes: list[Box], margin: float) -> Box:
    left, right = min(b.left for b in boxes) - margin, max(b.right for b in boxes) + margin
    top, bottom = min(b.top for b in boxes) - margin, max(b.bottom for b in boxes) + margin
    return Box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


def _corner(plate: Box, width: float, height: float) -> Box:
    return Box(plate.right - 6 - width / 2, plate.bottom - 5 - height / 2, width, height)


def _route(edge: Edge, nodes: dict[str, Box]) -> Route:
    a, b = nodes[edge.source], nodes[edge.target]
    label = Box((a.x + b.x) / 2, (a.y + b.y) / 2 - 45, *note(edge)) if edge.label else None
    if edge.source == edge.target:
        return Route(
            (((a.x - 8, a.top + 2), (a.x - 20, a.top - 25), (a.x + 20, a.top - 25), (a.x + 8, a.top + 2)),), label
        )
    x, y = b.x - a.x, b.y - a.y
    way = x / hypot(x, y), y / hypot(x, y)
    start, end = _border(a, way, 1), _border(b, way, -1)
    bend = 0.0 if edge.part == "p" else BEND
    first, second = ((p[0] - way[1] * bend, p[1] + way[0] * bend) for p in (_at(start, end, 0.3), _at(start, end, 0.7)))
    return Route(((start, first, second, end),), label)


def _border(box: Box, way: Point, sign: int) -> Point:
    """Where a ray from the centre leaves the ellipse in a box."""
    reach = sign / hypot(way[0] / box.width * 2, way[1] / box.height * 2)
    return box.x + way[0] * reach, box.y + way[1] * reach


def _at(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def odd() -> Diagram:
    """The names that a person may give: everything that XML, CSS and LaTeX take for something else."""
    names = {"z": "a_<&>\"'", "q.z": "", "x.m": "日本 \x00 ]]> {"}
    diagram = ALL["mopoe"]
    ids = {"z": "a b#<&>\"'", "q.z": "_", "x.m": "é\x01"}
    return replace(
        diagram,
        name="<&\x02>",
        title='"quoted" & <b>',
        nodes=tuple(replace(n, id=ids[n.id], label=names[n.id], text=names[n.id], title="") for n in diagram.nodes),
        edges=tuple(replace(e, id=f"{e.id}<&", source=ids[e.source], target=ids[e.target]) for e in diagram.edges),
        plates=tuple(replace(p, nodes=frozenset(ids[i] for i in p.nodes)) for p in diagram.plates),
    )


SAMPLES = {name: by_hand(diagram) for name, diagram in (*ALL.items(), ("odd", odd()))}
