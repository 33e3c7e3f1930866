"""Plates as trees, for languages whose boxes lie within each other or apart, and never overlap."""

from __future__ import annotations

from dataclasses import dataclass

from mvgraph.drawing.diagram import Diagram, Node, Plate


@dataclass(frozen=True)
class Nest:
    """A plate as a box.

    Arguments:
        plate: what is drawn; none for the whole picture.
        nodes: those that stand in it, and in no box within it.
        inner: the boxes in it.
    """

    plate: Plate | None
    nodes: tuple[Node, ...]
    inner: tuple[Nest, ...]


def nest(diagram: Diagram) -> tuple[Nest, tuple[Plate, ...]]:
    """All plates that can be boxes, in one that is the picture, and the plates that overlap one of them.

    Plates are taken in their order, outer ones first; of two that overlap the later one is left over.
    """
    boxes: list[Plate] = []
    left: list[Plate] = []
    for plate in (p for p in diagram.plates if p.nodes):
        (left if any(overlapping(plate, box) for box in boxes) else boxes).append(plate)
    return _nest(None, tuple(boxes), diagram.nodes), tuple(left)


def overlapping(one: Plate, other: Plate) -> bool:
    """Whether two plates share nodes, and each has some of its own."""
    return bool(one.nodes & other.nodes and one.nodes - other.nodes and other.nodes - one.nodes)


def _nest(plate: Plate | None, boxes: tuple[Plate, ...], nodes: tuple[Node, ...]) -> Nest:
    """A box with what is in it, where `boxes` are the plates within `plate`."""
    inner, rest = [], boxes
    while rest:
        outer = next(p for p in rest if not any(p.nodes < other.nodes for other in rest))
        within = tuple(p for p in rest if p is not outer and p.nodes <= outer.nodes)
        inner.append(_nest(outer, within, tuple(n for n in nodes if n.id in outer.nodes)))
        rest = tuple(p for p in rest if p is not outer and p not in within)
    boxed = {i for box in inner if box.plate for i in box.plate.nodes}
    return Nest(plate, tuple(n for n in nodes if n.id not in boxed), tuple(inner))
