"""The row of every node: what generates stands above what it generates, and inference runs upwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mvgraph.drawing.diagram import Diagram, Edge
from mvgraph.drawing.engine import positions

Rows = dict[str, int]
DATA = frozenset({"observed", "condition", "discrete"})
LOOSE = frozenset({"parameter"})  # they may stand in any row


def downwards(edge: Edge) -> tuple[str, str]:
    """An edge's ends, the upper one first."""
    return (edge.target, edge.source) if edge.part == "q" else (edge.source, edge.target)


def natural(diagram: Diagram) -> Rows:
    """Every edge leads down as shortly as possible; data without anything below stand at the bottom."""
    number = {node.id: i for i, node in enumerate(diagram.nodes)}
    pairs = [downwards(e) for e in diagram.edges if e.source != e.target]
    lines = ['node [label=""];', *(f"n{i};" for i in number.values())]  # else it looks for fonts, and warns
    lines += [f"n{number[a]} -> n{number[b]};" for a, b in pairs]
    heights = {name: y for name, (_, y) in positions("digraph {" + "\n".join(lines) + "}").items()}
    levels = {y: i for i, y in enumerate(sorted(set(heights.values())))}
    rows = {name: levels[heights[f"n{i}"]] for name, i in number.items()}
    above = {a for a, _ in pairs}
    bottom = max(rows.values(), default=0)
    for node in diagram.nodes:
        if node.kind == "observed" and node.id not in above:
            rows[node.id] = bottom
    return rows


def _strangers(diagram: Diagram) -> dict[str, str]:
    """Parameters that are outside a plate which what they serve is in, with what they serve."""
    kinds = {n.id: n.kind for n in diagram.nodes}
    serves: dict[str, str] = {}
    for edge in diagram.edges:
        if kinds[edge.source] in LOOSE and edge.target != edge.source:
            serves.setdefault(edge.source, edge.target)
    return {
        name: target
        for name, target in serves.items()
        if any(target in plate.nodes and name not in plate.nodes for plate in diagram.plates)
    }


def beside(diagram: Diagram, rows: Mapping[str, int]) -> Rows:
    """Parameters that must stand outside a plate stand in the row of what they serve."""
    return {**rows, **{name: rows[target] for name, target in _strangers(diagram).items()}}


def outside(diagram: Diagram, rows: Mapping[str, int]) -> Rows:
    """Those of the top row stand above all, those of the bottom row below, the others beside what they serve."""
    served = _strangers(diagram)
    others = [row for name, row in rows.items() if name not in served]
    first, last = min(others, default=0), max(others, default=0)
    beyond = {first: first - 1, last: last + 1}
    return {**rows, **{name: beyond.get(rows[target], rows[target]) for name, target in served.items()}}


CANDIDATES: tuple[Callable[[Diagram, Mapping[str, int]], Rows], ...] = (lambda _, rows: dict(rows), beside, outside)


def rankings(diagram: Diagram) -> list[Rows]:
    """Some sensible ways to distribute the nodes over rows, counted from 0."""
    rows = natural(diagram)
    found: list[Rows] = []
    for candidate in CANDIDATES:
        counted = _counted(candidate(diagram, rows))
        found += [] if counted in found else [counted]
    return found


def _counted(rows: Rows) -> Rows:
    number = {row: i for i, row in enumerate(sorted(set(rows.values())))}
    return {name: number[row] for name, row in rows.items()}
