"""A diagram with coordinates: what a layout returns and renderers draw. Lengths in points; y grows downwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mvgraph.drawing.diagram import Diagram

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle by its centre.

    >>> Box(10, 10, 4, 2).left, Box(10, 10, 4, 2).bottom
    (8.0, 11.0)
    """

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """The smallest x."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """The largest x."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """The smallest y."""
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        """The largest y."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Route:
    """The line of an edge.

    Arguments:
        pieces: cubic Bézier curves, each of 1 + 3k points, in the direction of the edge; there are two where the line
            leaves a gap for its label. The last point touches the border of the target, where an arrow's tip is.
        label: where the label stands, if there is one.
    """

    pieces: tuple[tuple[Point, ...], ...]
    label: Box | None = None


@dataclass(frozen=True)
class Placement:
    """A diagram and where everything is.

    Arguments:
        diagram: what is drawn.
        nodes: the box of each node; round ones touch its sides. A dot's box is the dot alone.
        labels: the box of the label of each node that is a dot; all other labels stand inside their nodes.
        plates: the rectangle of each plate.
        captions: the box of each plate's caption, inside its rectangle.
        routes: the line of each edge.
        width: of the whole picture, from 0, margins included.
        height: of the whole picture, from 0, margins included.
        exceptions: what rectangles could not keep, in words; empty for almost every diagram.
    """

    diagram: Diagram
    nodes: Mapping[str, Box]
    labels: Mapping[str, Box] = field(default_factory=dict)
    plates: Mapping[str, Box] = field(default_factory=dict)
    captions: Mapping[str, Box] = field(default_factory=dict)
    routes: Mapping[str, Route] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0
    exceptions: tuple[str, ...] = ()
