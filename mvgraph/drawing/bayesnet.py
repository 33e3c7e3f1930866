"""TikZ without a layout: nodes on a grid, and plates around them by bayesnet's own macros; for editing by hand.

Lines are straight where no node is in their way. Simple models are legible so; good pictures are made by `tikz`, which
needs a layout engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mvgraph.drawing.diagram import Diagram, Edge, Node, Plate
from mvgraph.drawing.markup import number
from mvgraph.drawing.names import plain
from mvgraph.drawing.preamble import KINDS, PARTS, badge, change, document, formula, styles
from mvgraph.drawing.shapes import CORNERS, DOTS
from mvgraph.drawing.spots import Spot, blocked, spots

LONG = 4  # letters that fit into a circle


def bayesnet(diagram: Diagram) -> str:
    """A diagram as a whole LaTeX document, which pdflatex compiles as it is; needs no layout engine."""
    names = plain([*(n.id for n in diagram.nodes), *(p.id for p in diagram.plates)], between="-")
    at = spots(diagram)
    lines = [
        *(line for node in diagram.nodes for line in _node(node, at[node.id], names)),
        *(line for plate in reversed(_outer_first(diagram.plates)) for line in _plate(plate, diagram, names)),
        *(line for edge in diagram.edges for line in _edge(edge, at, names)),
    ]
    return document(diagram, "x=2cm, y=-1.6cm", lines)


def _outer_first(plates: Iterable[Plate]) -> list[Plate]:
    return sorted((p for p in plates if p.nodes), key=lambda p: -len(p.nodes))


def _node(node: Node, at: Spot, names: Mapping[str, str]) -> Iterator[str]:
    name, label = names[node.id], formula(node.label)
    outside = f"label={{[const, name={name}-label]right:{label}}}" if node.kind in DOTS and label else ""
    roomy = "" if node.kind in DOTS else "inner sep=3pt"
    wide = "ellipse" if node.kind not in DOTS | CORNERS.keys() and len(node.text) > LONG else ""
    style = styles(KINDS[node.kind], wide, roomy, "twice" if node.deterministic else "", change(node), outside)
    yield rf"\node{style} ({name}) at {_at(at)} {{{'' if node.kind in DOTS else label}}};"
    yield from badge(node, f"({name}.north east)")


def _plate(plate: Plate, diagram: Diagram, names: Mapping[str, str]) -> Iterator[str]:
    """A plate around its nodes, the labels of dots, and the plates within it, which are drawn before it."""
    around = [names[n.id] for n in diagram.nodes if n.id in plate.nodes]
    around += [f"{names[n.id]}-label" for n in diagram.nodes if n.id in plate.nodes and n.kind in DOTS and n.label]
    order = _outer_first(diagram.plates)
    around += [names[p.id] for p in order[order.index(plate) + 1 :] if p.nodes <= plate.nodes]
    fit = "".join(f"({name})" for name in around)
    yield rf"\plate{styles('border', change(plate))} {{{names[plate.id]}}} {{{fit}}} {{{formula(plate.label)}}};"
    yield from badge(plate, f"({names[plate.id]}.north east)")


def _edge(edge: Edge, at: Mapping[str, Spot], names: Mapping[str, str]) -> Iterator[str]:
    source, target, label = names[edge.source], names[edge.target], formula(edge.label)
    way = "loop right" if source == target else "bend left=25" if edge.part == "q" or blocked(edge, at) else ""
    look = (PARTS[edge.part], change(edge))
    if way or label:
        text = f" node[note, fill=paper, inner sep=1pt] {{{label}}}" if label else ""
        yield rf"\draw{styles(*look, '->' if edge.arrow else '')} ({source}) to{styles(way)}{text} ({target});"
    else:
        yield rf"\edge{styles(*look, '' if edge.arrow else '-')} {{{source}}} {{{target}}};"
    yield from badge(edge, rf"($({source})!0.5!({target})$)")


def _at(spot: Spot) -> str:
    return f"({number(spot[0])},{number(spot[1])})"
