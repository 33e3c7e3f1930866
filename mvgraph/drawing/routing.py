"""The lines of edges, once nodes and plates have their places: each takes the cheapest of some curves.

A line costs what it is long, and more where it meets other lines or runs along them; one that runs over a node, a
label or a caption is taken only where there is no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import dist, hypot

import numpy as np
from numpy.typing import NDArray

from mvgraph.drawing.candidates import candidates
from mvgraph.drawing.curves import STEP, Points, cut, enters, leaves, samples
from mvgraph.drawing.detours import detour
from mvgraph.drawing.diagram import Diagram, Edge
from mvgraph.drawing.gaps import split
from mvgraph.drawing.meetings import Lines
from mvgraph.drawing.outlines import SHARP, Outlines, corner, inside
from mvgraph.drawing.placement import Box, Placement, Point, Route
from mvgraph.drawing.shapes import note

ROOM = 3.0  # between a line and a node that it passes
BLOCKED, CORNER, BEYOND = 2000.0, 25.0, 2.0  # what is bad, in points of length
BORDER, ALONG = 2.5, 9.0  # a line that is so near to a plate's border for so long seems to be part of it
MANY = 60  # lines; where there are more each keeps clear of nodes and labels, but others are not looked at
DETOURS = 25  # they take time: a picture that needs more is not readable anyway
FIRST = {"p": 0, "game": 1, "q": 2}  # straight lines come first


def route(placement: Placement, paths: Mapping[str, tuple[Point, ...]]) -> dict[str, Route]:
    """The line of every edge.

    Arguments:
        placement: nodes, labels, plates and captions in their places.
        paths: for each long edge the places that are kept free for it, from its source to its target.
    """
    router = _Router(placement, paths)
    queue = _queue(placement.diagram, placement)
    for edge in queue:
        router.draw(edge)
    for edge in queue if len(queue) <= MANY else ():
        router.improve(edge)
    return {e.id: router.routes[e.id] for e in placement.diagram.edges}


def _queue(diagram: Diagram, placement: Placement) -> list[Edge]:
    """Those with a label first, then straight ones, then short ones."""

    def key(edge: Edge) -> tuple[bool, int, float, str]:
        a, b = placement.nodes[edge.source], placement.nodes[edge.target]
        return not edge.label, FIRST[edge.part], round(abs(a.x - b.x) + abs(a.y - b.y), 1), edge.id

    return sorted(diagram.edges, key=key)


class _Router:
    """What a line must not run over, and the lines there are."""

    def __init__(self, placement: Placement, paths: Mapping[str, tuple[Point, ...]]) -> None:
        self.placement, self.paths = placement, paths
        self.names = [n.id for n in placement.diagram.nodes]
        self.corners = {n.id: corner(n) for n in placement.diagram.nodes}
        self.notes: list[Box] = [*placement.labels.values(), *placement.captions.values()]
        self.drawn: dict[str, Points] = {}
        self.routes: dict[str, Route] = {}
        self.lines = Lines()
        self.detours = max(3, DETOURS - len(placement.diagram.edges) // 3)
        boxes = [*placement.nodes.values(), *placement.plates.values(), *placement.labels.values()]
        low = np.array([min(b.left for b in boxes), min(b.top for b in boxes)])
        high = np.array([max(b.right for b in boxes), max(b.bottom for b in boxes)])
        self.middle, self.half = (low + high) / 2, (high - low) / 2
        self._collect()

    def _collect(self) -> None:
        nodes = [(self.placement.nodes[n], self.corners[n]) for n in self.names]
        self.shapes = [box for box, _ in nodes] + self.notes
        self.taken = Outlines([*nodes, *((b, SHARP) for b in self.notes)], ROOM)

    def draw(self, edge: Edge) -> None:
        """The line of an edge; from now on it is one of those that others keep away from."""
        whole = self._clipped(edge, self._best(edge))
        pieces: tuple[Points, ...] = (whole,)
        label = None
        if edge.label:
            _, pieces, label = self._split(edge, whole)
            self.notes.append(label)
            self._collect()
        points = samples(whole)
        self.drawn[edge.id] = points
        self.lines.add(edge.id, points)
        self.routes[edge.id] = Route(tuple(_rounded(p) for p in pieces), label)

    def improve(self, edge: Edge) -> None:
        """A line that others came to run along, after it was drawn, is drawn anew."""
        points = self.drawn[edge.id]
        self.lines.remove(edge.id)
        ends = self.placement.nodes[edge.source], self.placement.nodes[edge.target]
        if not edge.label and self.lines.cost(points, ends)[1] > 0:
            del self.drawn[edge.id]
            self.draw(edge)
        else:
            self.lines.add(edge.id, points)

    def _best(self, edge: Edge) -> Points:
        boxes = self.placement.nodes
        ends = boxes[edge.source], boxes[edge.target]
        offers = sorted(candidates(edge, *ends, self.paths.get(edge.id, ())), key=lambda offer: offer[0])
        least = dist((ends[0].x, ends[0].y), (ends[1].x, ends[1].y)) - sum(hypot(b.width, b.height) / 2 for b in ends)
        best, winner = np.inf, offers[0][1]
        for form, curve in offers:
            if form + least >= best:
                break
            cost = form + self._cost(edge, curve, best)
            if cost < best:
                best, winner = cost, curve
        if best < BLOCKED or edge.source == edge.target or not self.detours:
            return winner
        self.detours -= 1
        return self._around(edge, winner)

    def _around(self, edge: Edge, otherwise: Points) -> Points:
        """A way around all that is in the way of simple curves, if there is one."""
        start, end = self.placement.nodes[edge.source], self.placement.nodes[edge.target]
        own = [self.names.index(n) for n in (edge.source, edge.target)]
        found = detour(start, end, self.taken, self.shapes, own)
        return otherwise if found is None else found

    def _split(self, edge: Edge, whole: Points) -> tuple[float, tuple[Points, ...], Box]:
        return split(whole, note(edge), self.taken, [*self.drawn.values()], self.placement.plates.values())

    def _cost(self, edge: Edge, curve: Points, most: float) -> float:
        """What a curve costs; others are looked at only if it is not more than `most` without them."""
        points = self._free(edge, samples(curve))
        cost = self._alone(edge, points)
        if cost < most and len(self.placement.diagram.edges) <= MANY:
            cost += sum(self.lines.cost(points, (self.placement.nodes[edge.source], self.placement.nodes[edge.target])))
        if cost < most and edge.label:
            cost += self._split(edge, self._clipped(edge, curve))[0]
        return round(cost, 6)

    def _alone(self, edge: Edge, points: Points) -> float:
        """What a line costs were there no others."""
        steps = np.hypot(*np.diff(points, axis=0).T)
        own = [self.names.index(n) for n in (edge.source, edge.target)]
        met = np.asarray(self.taken.hits(points).any(0))
        met[own] = False
        beyond = np.abs(points[1:] - self.middle) > self.half
        cost = float(steps.sum()) + BEYOND * float(steps[beyond.any(1)].sum()) + BLOCKED * int(met.sum())
        ends = zip((edge.source, edge.target), (points[0], points[-1]), strict=True)
        cost += CORNER * sum(self._at_corner(name, end) for name, end in ends)
        return cost + BLOCKED * sum(_hugs(points, box) for box in self.placement.plates.values())

    def _at_corner(self, name: str, end: Points) -> bool:
        """Whether a line meets a box where it is rounded."""
        box, corner = self.placement.nodes[name], self.corners[name]
        away = np.abs(end - (box.x, box.y))
        return corner > 0 and bool((away > (box.width / 2 - corner, box.height / 2 - corner)).all())

    def _free(self, edge: Edge, points: Points) -> Points:
        """The points of a curve between its nodes."""
        start, end = (self._inside(n, points) for n in (edge.source, edge.target))
        if edge.source == edge.target:
            return points[~start]
        first = int(np.flatnonzero(start)[-1]) if start.any() else 0
        last = int(np.flatnonzero(end)[0]) if end.any() else len(points)
        return points[first + 1 : last] if last > first + 1 else points[first : first + 1]

    def _inside(self, name: str, points: Points) -> NDArray[np.bool_]:
        return inside(self.placement.nodes[name], self.corners[name])(points)

    def _clipped(self, edge: Edge, curve: Points) -> Points:
        """The curve from border to border."""
        loop = edge.source == edge.target
        start = leaves(curve, lambda p: self._inside(edge.source, p), first=loop)
        end = enters(curve, lambda p: self._inside(edge.target, p), last=loop)
        return cut(curve, start, end) if end > start else curve


def _hugs(points: Points, box: Box) -> bool:
    """Whether a line runs along a plate's border."""
    across, down = (np.abs(points - (box.x, box.y)) - (box.width / 2, box.height / 2)).T
    near = (np.maximum(across, down) < BORDER) & ((np.abs(across) < BORDER) | (np.abs(down) < BORDER))
    return STEP * int(near.sum()) > ALONG


def _rounded(curve: Points) -> tuple[Point, ...]:
    return tuple((round(float(x), 2) + 0.0, round(float(y), 2) + 0.0) for x, y in curve)
