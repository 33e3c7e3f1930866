"""SVG: one file that every program draws alike, that screen readers can read, and whose parts have stable names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from mvgraph.drawing.diagram import Diagram, Edge, Node, Plate
from mvgraph.drawing.figures import WIDTH, figure
from mvgraph.drawing.labels import outline
from mvgraph.drawing.legend import MARGIN, key
from mvgraph.drawing.lines import line, midpoint
from mvgraph.drawing.marks import badge, corner, mark
from mvgraph.drawing.markup import anchor, element, number, write
from mvgraph.drawing.placement import Box, Placement
from mvgraph.drawing.shapes import SMALL, scale
from mvgraph.drawing.summary import summary
from mvgraph.drawing.themes import BOLD, LIGHT, Theme

CORNER = 7.0  # of plates
PARTS = {"p": "generation", "q": "inference", "game": "game"}


def svg(placement: Placement, theme: Theme = LIGHT, *, legend: bool = False, zoom: float = 1.0) -> str:
    """A placement as a whole SVG document.

    Every node, plate and edge is a group with a stable id, `data-id` as in the diagram, classes for its kind or part
    and its change, and a title, which browsers show as a tooltip. Labels are outlines: no font is needed.

    Arguments:
        placement: what is drawn, and where.
        theme: its colours.
        legend: whether what occurs is explained beside or below.
        zoom: how much larger than on paper it is shown.
    """
    diagram = placement.diagram
    layers = [
        _layer("plates", (_plate(p, placement, theme) for p in diagram.plates)),
        _layer("edges", (_edge(e, placement, theme) for e in diagram.edges)),
        _layer("nodes", (_node(n, placement, theme) for n in diagram.nodes)),
    ]
    if not legend:
        return _document(diagram, theme, layers, (placement.width, placement.height), zoom)
    explained = key(diagram, theme, placement.width, placement.height)
    return _document(diagram, theme, [*layers, explained.drawn], (explained.width, explained.height), zoom)


def legend(diagram: Diagram, theme: Theme = LIGHT, width: float = 400.0) -> str:
    """What explains a diagram, alone, as a whole SVG document.

    Arguments:
        diagram: what is explained.
        theme: its colours.
        width: of the rows, in points.
    """
    explained = key(diagram, theme, width, MARGIN)  # below nothing
    return _document(diagram, theme, [explained.drawn], (explained.width, explained.height), 1.0)


def _document(diagram: Diagram, theme: Theme, layers: Iterable[Element], size: tuple[float, float], zoom: float) -> str:
    title, description = anchor("title", diagram.name), anchor("description", diagram.name)
    width, height = size
    root = element(
        "svg",
        element("title", diagram.name, id=title),
        element("desc", summary(diagram), id=description),
        element("rect", class_="paper", width=width, height=height, fill=theme.paper),
        *layers,
        xmlns="http://www.w3.org/2000/svg",
        width=f"{number(width * zoom)}pt",
        height=f"{number(height * zoom)}pt",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_labelledby=f"{title} {description}",
        class_=f"mvgraph {theme.name}",
    )
    return write(root, lines=True)


def _layer(name: str, groups: Iterator[Element]) -> Element:
    return element("g", *groups, class_=name)


def _group(part: Node | Plate | Edge, kind: str, *children: Element, style: str = "", title: str = "") -> Element:
    return element(
        "g",
        element("title", title),
        *children,
        id=anchor(kind, part.id),
        class_=" ".join(c for c in (kind, style, part.change) if c and c != "same"),
        data_id=part.id,
    )


def _node(node: Node, placement: Placement, theme: Theme) -> Element:
    box = placement.nodes[node.id]
    label = placement.labels.get(node.id, box)
    return _group(
        node,
        "node",
        *figure(node, box, theme),
        *_letters(node.label, scale(node.kind), label, theme.ink),
        *badge(node.change, corner(node, box, label), theme),
        style=node.kind + (" deterministic" if node.deterministic else ""),
        title=node.title or node.text,
    )


def _plate(plate: Plate, placement: Placement, theme: Theme) -> Element:
    box = placement.plates[plate.id]
    colour = theme.changes.get(plate.change, theme.faint)
    width = WIDTH * (0.8 if plate.change == "same" else BOLD)
    size = {"x": box.left, "y": box.top, "width": box.width, "height": box.height, "rx": CORNER, "ry": CORNER}
    return _group(
        plate,
        "plate",
        element("rect", **size, fill="none", stroke=colour, stroke_width=width),
        *_letters(plate.label, SMALL, placement.captions.get(plate.id), theme.ink),
        *badge(plate.change, (box.right - CORNER, box.top), theme),
        title=plate.title or f"plate {plate.text}",
    )


def _edge(edge: Edge, placement: Placement, theme: Theme) -> Element:
    route = placement.routes[edge.id]
    source, target = (placement.diagram.node(i) for i in (edge.source, edge.target))
    return _group(
        edge,
        "edge",
        *line(edge, route, theme),
        *_letters(edge.label, SMALL, route.label, theme.ink),
        *badge(mark(edge, (source, target)), midpoint(route), theme),
        style=edge.part,
        title=edge.title or f"{PARTS[edge.part]}: {source.text} to {target.text}",
    )


def _letters(label: str, size: float, box: Box | None, colour: str) -> list[Element]:
    drawn = outline(label, size)
    if box is None or not drawn.path:
        return []
    place = f"translate({number(box.x)} {number(box.y)})"
    return [element("path", class_="label", d=drawn.path, fill=colour, transform=place)]
