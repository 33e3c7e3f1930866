"""Edges as SVG: a line of one or two pieces and an explicit head, which every program draws alike."""

from __future__ import annotations

from collections.abc import Iterable
from math import dist
from xml.etree.ElementTree import Element

import numpy as np

from mvgraph.drawing.curves import along, cubic, cut, enters, samples
from mvgraph.drawing.diagram import Edge
from mvgraph.drawing.markup import element, number
from mvgraph.drawing.outlines import ROUND, inside
from mvgraph.drawing.placement import Box, Point, Route
from mvgraph.drawing.themes import BOLD, LINES, Theme

HEAD = 6.6  # length of an arrow's head
NOTCH = 1.5  # how far its back is cut in
SPREAD = 2.5  # half its width
NEAR = 9.0  # a pointer within half of this points at a line

Curve = tuple[Point, ...]


def line(edge: Edge, route: Route, theme: Theme) -> list[Element]:
    """An edge without its label, and around it what makes it easy to point at."""
    grown = 1.0 if edge.change == "same" else BOLD
    curves, head = _headed(route.pieces, (1 + grown) / 2) if edge.arrow else (route.pieces, "")
    colour = theme.line(edge.part, edge.change)
    style = LINES[edge.part]
    drawn = [_stroke(curve, colour, style.width * grown, style.dashes) for curve in curves]
    data = "".join(map(_path, curves))
    around = element("path", d=data, fill="none", stroke="none", stroke_width=NEAR, pointer_events="stroke")
    return [around, *drawn, *([element("path", d=head, fill=colour)] if head else [])]


def _stroke(curve: Curve, colour: str, width: float, dashes: tuple[float, ...]) -> Element:
    pattern = " ".join(map(number, _fitted(dashes, _length(curve))))
    return element("path", d=_path(curve), fill="none", stroke=colour, stroke_width=width, stroke_dasharray=pattern)


def _fitted(dashes: tuple[float, ...], length: float) -> tuple[float, ...]:
    """Dashes, stretched a little, so that a line begins and ends with a whole one; none in a shorter line."""
    if not dashes or length < dashes[0]:
        return ()
    on, off = dashes
    count = max(1, round((length - on) / (on + off)))
    stretch = length / (count * (on + off) + on)
    return on * stretch, off * stretch


def _length(curve: Curve) -> float:
    steps = np.diff(samples(cubic(*curve)), axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def midpoint(route: Route) -> Point:
    """A point on the longest piece of an edge, halfway."""
    piece = max(route.pieces, key=lambda piece: dist(piece[0], piece[-1]))
    x, y = along(cubic(*piece), np.array([(len(piece) - 1) / 6]))[0]
    return float(x), float(y)


def _headed(pieces: tuple[Curve, ...], scale: float) -> tuple[tuple[Curve, ...], str]:
    """The pieces without what the head covers, and the head."""
    *first, last = pieces
    start, tip = _shortened(last, HEAD * scale)[-1], last[-1]
    length = dist(start, tip) or 1.0
    x, y = (tip[0] - start[0]) / length, (tip[1] - start[1]) / length
    corners = ((0.0, 0.0), (HEAD, SPREAD), (HEAD - NOTCH, 0.0), (HEAD, -SPREAD))  # behind the tip, and aside
    points = [(tip[0] - scale * (x * b + y * a), tip[1] - scale * (y * b - x * a)) for b, a in corners]
    return (*first, _shortened(last, (HEAD - NOTCH) * scale)), "M" + "L".join(_pairs(points)) + "Z"


def _shortened(curve: Curve, length: float) -> Curve:
    """A curve up to where it comes nearer to its last point than `length`."""
    points = cubic(*curve)
    disc = inside(Box(*curve[-1], 2 * length, 2 * length), ROUND)
    return tuple((float(x), float(y)) for x, y in cut(points, 0.0, enters(points, disc, last=True)))


def _path(curve: Curve) -> str:
    start, *rest = _pairs(curve)
    return f"M{start}C{' '.join(rest)}"


def _pairs(points: Iterable[Point]) -> list[str]:
    return [f"{number(x)} {number(y)}" for x, y in points]
