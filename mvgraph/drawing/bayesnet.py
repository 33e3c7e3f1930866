"""TikZ without a layout: nodes on a grid, and plates around them by bayesnet's own macros; for editing by hand.

Lines are straight where no node is in their way. Simple models are legible so; good pictures are made by `tikz`, which
needs a layout engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mvgraph.drawing.diagram import Diagram, Edge, Node, Plate
from mvgraph.drawing.marks import mark
from mvgraph.drawing.markup import number
from mvgraph.drawing.names import plain
from mvgraph.drawing.preamble import KINDS, PARTS, badge, change, document, styles
from mvgraph.drawing.shapes import CORNERS, DOTS
from mvgraph.drawing.spots import Spot, blocked, spots
from mvgraph.language.tex import inline

LONG = 4  # letters that fit into a circle
LETTER = 0.14  # cm, the width of one
STEP = 2.0  # cm, from column to column
FAR = 20.0  # cm


def bayesnet(diagram: Diagram) -> str:
    """A diagram as a whole LaTeX document, which pdflatex compiles as it is; needs no layout engine."""
    names = plain([*(n.id for n in diagram.nodes), *(p.id for p in diagram.plates)], between="-")
    cells = spots(diagram)
    across = _across(diagram, cells)
    sheet = _Sheet(diagram, names, cells, {name: (across[column], row) for name, (column, row) in cells.items()})
    lines = [
        *(line for node in diagram.nodes for line in _node(node, sheet)),
        *(line for plate in reversed(_outer_first(diagram.plates)) for line in _plate(plate, sheet)),
        *(line for edge in diagram.edges for line in _edge(edge, sheet)),
    ]
    return document(diagram, "x=1cm, y=-1.8cm", lines)


@dataclass(frozen=True)
class _Sheet:
    """A diagram, the names in its picture, and where its nodes stand: on the grid, and in units of the picture."""

    diagram: Diagram
    names: Mapping[str, str]
    cells: Mapping[str, Spot]
    at: Mapping[str, Spot]

    def bend(self, edge: Edge) -> str:
        """How an edge gets around what is in its way; TikZ cannot bend very long lines."""
        if edge.source == edge.target:
            return "loop right"
        far = abs(self.at[edge.source][0] - self.at[edge.target][0]) > FAR
        return "bend left=25" if not far and (edge.part == "q" or blocked(edge, self.cells)) else ""


def _across(diagram: Diagram, at: Mapping[str, Spot]) -> dict[float, float]:
    """How far to the right each column stands, with room for what is written in it."""
    wide: dict[float, float] = {}
    for node in diagram.nodes:
        column = at[node.id][0]
        wide[column] = max(wide.get(column, 0.0), LETTER * len(node.text))
    found: dict[float, float] = {}
    for column in sorted(wide):
        before = max(found, default=column)
        room = max(STEP, 1 + (wide[before] + wide[column]) / 2) if found else 0.0
        found[column] = found.get(before, 0.0) + room
    return found


def _outer_first(plates: Iterable[Plate]) -> list[Plate]:
    return sorted((p for p in plates if p.nodes), key=lambda p: -len(p.nodes))


def _node(node: Node, sheet: _Sheet) -> Iterator[str]:
    name, label = sheet.names[node.id], inline(node.label)
    outside = f"label={{[const, name={name}-label]right:{label}}}" if node.kind in DOTS and label else ""
    roomy = "" if node.kind in DOTS else "inner sep=3pt"
    wide = "ellipse" if node.kind not in DOTS | CORNERS.keys() and len(node.text) > LONG else ""
    style = styles(KINDS[node.kind], wide, roomy, "twice" if node.deterministic else "", change(node), outside)
    across, down = (number(part) for part in sheet.at[node.id])
    yield rf"\node{style} ({name}) at ({across},{down}) {{{'' if node.kind in DOTS else label}}};"
    yield from badge(node.change, f"([xshift=-6bp]{name}.west)" if node.kind in DOTS else f"({name}.north east)")


def _plate(plate: Plate, sheet: _Sheet) -> Iterator[str]:
    """A plate around its nodes, the labels of dots, and the plates within it, which are drawn before it."""
    inside = [n for n in sheet.diagram.nodes if n.id in plate.nodes]
    order = _outer_first(sheet.diagram.plates)
    within = [p.id for p in order[order.index(plate) + 1 :] if p.nodes <= plate.nodes]
    around = [sheet.names[i] for i in (*(n.id for n in inside), *within)]
    around += [f"{sheet.names[n.id]}-label" for n in inside if n.kind in DOTS and inline(n.label)]
    name, fit = sheet.names[plate.id], "".join(f"({each})" for each in around)
    yield rf"\plate{styles('border', change(plate))} {{{name}}} {{{fit}}} {{{inline(plate.label)}}};"
    yield from badge(plate.change, f"({name}.north east)")


def _edge(edge: Edge, sheet: _Sheet) -> Iterator[str]:
    source, target, label = sheet.names[edge.source], sheet.names[edge.target], inline(edge.label)
    look, bend = (PARTS[edge.part], change(edge)), sheet.bend(edge)
    if bend or label:
        text = f" node[note, fill=paper, inner sep=1pt] {{{label}}}" if label else ""
        yield rf"\draw{styles(*look, '->' if edge.arrow else '')} ({source}) to{styles(bend)}{text} ({target});"
    else:
        yield rf"\edge{styles(*look, '' if edge.arrow else '-')} {{{source}}} {{{target}}};"
    ends = sheet.diagram.node(edge.source), sheet.diagram.node(edge.target)
    yield from badge(mark(edge, ends), f"($({source})!0.5!({target})$)")
