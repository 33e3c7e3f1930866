"""Who stands left of whom: a first guess by Graphviz, with as few crossings as it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mvgraph.drawing.diagram import Diagram, Plate
from mvgraph.drawing.engine import positions
from mvgraph.drawing.ranking import downwards
from mvgraph.drawing.shapes import beside, extent

Slot = tuple[str, int]  # where a long edge passes a row


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
    return Grid(rows, slots, {thing: found[name][0] for thing, name in names.items()})


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
            upper, lower = sorted((edge.source, edge.target), key=lambda n: cells.rows[n])
            chain = [names[t] for t in cells.chain(edge.id, upper, lower)]
            lines.append(" -> ".join(chain) + f" [weight={3 if edge.part == 'p' else 1}];")
        elif edge.source != edge.target:
            lines.append(" -> ".join(names[n] for n in downwards(edge)) + " [constraint=false];")
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
