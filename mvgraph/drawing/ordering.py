"""Who stands left of whom: a first guess by Graphviz, with as few crossings as it finds."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from mvgraph.drawing.diagram import Diagram, Edge, Plate
from mvgraph.drawing.engine import positions
from mvgraph.drawing.shapes import beside, extent
from mvgraph.drawing.twins import colours, grouped, sorted_twins

Slot = tuple[str, int]  # where a long edge passes a row
TIDY = 1.05  # how much longer edges may get by an order that reads better


@dataclass(frozen=True)
class Grid:
    """Rows, and a first guess of the places within them.

    Arguments:
        rows: of each node.
        slots: the places that each long edge passes, from its upper to its lower end.
        guess: a horizontal place for every node and slot.
    """

    rows: Mapping[str, int]
    slots: Mapping[str, tuple[Slot, ...]]
    guess: Mapping[str | Slot, float]

    def row(self, thing: str | Slot) -> int:
        """The row of a node or a slot."""
        return thing[1] if isinstance(thing, tuple) else self.rows[thing]

    def ends(self, edge: Edge) -> tuple[str, str]:
        """An edge's ends, the upper one first."""
        turned = self.rows[edge.source] > self.rows[edge.target]
        return (edge.target, edge.source) if turned else (edge.source, edge.target)

    def chain(self, edge: str, upper: str, lower: str) -> list[str | Slot]:
        """What an edge passes, its ends included."""
        return [upper, *self.slots[edge], lower]


def laminar(plates: tuple[Plate, ...]) -> list[Plate]:
    """As many of the plates as nest in each other or lie apart, large ones first."""
    kept: list[Plate] = []
    for plate in sorted(plates, key=lambda p: -len(p.nodes)):
        if all(plate.nodes <= k.nodes or not plate.nodes & k.nodes for k in kept):
            kept.append(plate)
    return kept


def grid(diagram: Diagram, rows: Mapping[str, int]) -> Grid:
    """Graphviz orders the nodes of each row, with a place in every row for edges that pass it."""
    slots: dict[str, tuple[Slot, ...]] = {}
    for edge in diagram.edges:
        ends = sorted((rows[edge.source], rows[edge.target]))
        slots[edge.id] = tuple((edge.id, row) for row in range(ends[0] + 1, ends[1]))
    things: list[str | Slot] = [*(n.id for n in diagram.nodes), *(s for chain in slots.values() for s in chain)]
    names = {thing: f"n{i}" for i, thing in enumerate(things)}
    found = positions(_text(diagram, Grid(rows, slots, {}), names))
    drawn = Grid(rows, slots, {thing: found[name][0] for thing, name in names.items()})
    tidy = replace(drawn, guess=sorted_twins(_twins(diagram, drawn), drawn.guess))
    return tidy if _length(diagram, tidy) <= _length(diagram, drawn) * TIDY else drawn


def _twins(diagram: Diagram, cells: Grid) -> dict[Hashable, list[str | Slot]]:
    """Nodes, and places of edges, that play the same part in the same row."""
    colour = colours(diagram)
    marks: dict[str | Slot, Hashable] = {n.id: (colour[n.id], cells.rows[n.id]) for n in diagram.nodes}
    for edge in diagram.edges:
        for slot in cells.slots[edge.id]:
            marks[slot] = edge.part, colour[edge.source], colour[edge.target], slot[1]
    return grouped(marks)


def _length(diagram: Diagram, cells: Grid) -> float:
    """How far all edges lead sideways."""
    chains = [cells.chain(e.id, *cells.ends(e)) for e in diagram.edges]
    return sum(abs(cells.guess[a] - cells.guess[b]) for chain in chains for a, b in pairwise(chain))


def _text(diagram: Diagram, cells: Grid, names: Mapping[str | Slot, str]) -> str:
    """The graph for Graphviz; a spine of nodes holds the rows where they are."""
    lines = ["digraph {", 'newrank=true; nodesep=0.2; ranksep=0.3; node [shape=box, fixedsize=true, label=""];']
    for node in diagram.nodes:
        width = max(extent(node)[0], beside(node)[0])
        lines.append(f"{names[node.id]} [width={width / 72:.3f}, height=0.2];")
    lines += [f"{names[s]} [width=0.1, height=0.1];" for chain in cells.slots.values() for s in chain]
    lines += _clusters(laminar(diagram.plates), names)
    last = max(cells.rows.values(), default=0)
    for row in range(last + 1):
        level = " ".join(f"{name};" for thing, name in names.items() if cells.row(thing) == row)
        lines.append(f"{{rank=same; s{row} [width=0.01, height=0.01]; {level}}}")
    lines += [f"s{row} -> s{row + 1} [weight=0];" for row in range(last)]
    for edge in diagram.edges:
        if cells.rows[edge.source] != cells.rows[edge.target]:
            chain = [names[t] for t in cells.chain(edge.id, *cells.ends(edge))]
            lines.append(" -> ".join(chain) + f" [weight={3 if edge.part == 'p' else 1}];")
        elif edge.source != edge.target:
            lines.append(f"{names[edge.source]} -> {names[edge.target]} [constraint=false];")
    return "\n".join([*lines, "}"])


def _clusters(plates: list[Plate], names: Mapping[str | Slot, str]) -> list[str]:
    """Plates as clusters, each within the smallest that holds it."""
    lines = []
    for i, plate in enumerate(plates):
        parent = [k for k in range(i) if plate.nodes <= plates[k].nodes]
        if not parent:
            lines += _cluster(i, plates, names)
    return lines


def _cluster(index: int, plates: list[Plate], names: Mapping[str | Slot, str]) -> list[str]:
    inside = [k for k in range(index + 1, len(plates)) if plates[k].nodes <= plates[index].nodes]
    nearest = [k for k in inside if not any(k != j and j < k and plates[k].nodes <= plates[j].nodes for j in inside)]
    lines = [f"subgraph cluster_{index} {{"]
    for k in nearest:
        lines += _cluster(k, plates, names)
    return [*lines, " ".join(f"{names[n]};" for n in sorted(plates[index].nodes)), "}"]
