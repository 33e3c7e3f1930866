"""The row of every node: what generates stands above what it generates, and inference runs upwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import networkx as nx

from mvgraph.drawing.diagram import Diagram, Edge
from mvgraph.drawing.engine import positions

Rows = dict[str, int]
DATA = frozenset({"observed", "condition", "discrete"})
WEIGHTS = {"p": 2, "q": 1, "game": 1}  # how much an edge wants to be short
NEXT = 3  # rows that parameters of one node are scattered over
LOOSE = frozenset({"parameter"})  # they may stand in any row


def downwards(diagram: Diagram) -> list[tuple[str, str, Edge]]:
    """The ends of every edge, the upper one first, without a cycle if generation has none.

    Inference runs upwards, unless generation says otherwise: from one latent to the next it may run the same way.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(n.id for n in diagram.nodes)
    kinds = {n.id: n.kind for n in diagram.nodes}
    plain = [e for e in diagram.edges if e.source != e.target]
    found = [(e.source, e.target, e) for e in plain if e.part != "q"]
    graph.add_edges_from((a, b) for a, b, _ in found)
    for edge in sorted((e for e in plain if e.part == "q"), key=lambda e: _certain(kinds[e.source], kinds[e.target])):
        up = edge.target in nx.descendants(graph, edge.source)  # type: ignore[no-untyped-call]
        upper, lower = (edge.source, edge.target) if up else (edge.target, edge.source)
        graph.add_edge(upper, lower)
        found.append((upper, lower, edge))
    return found


def _certain(source: str, target: str) -> int:
    """Which edges of inference have a direction of their own: first what leaves a factor, then what leaves data."""
    return 0 if source == "factor" and target != "factor" else 1 if source in DATA else 2


def natural(diagram: Diagram) -> Rows:
    """Every edge leads down as shortly as possible; data without anything below stand at the bottom."""
    number = {node.id: i for i, node in enumerate(diagram.nodes)}
    ends = downwards(diagram)
    lines = ['node [label=""];', *(f"n{i};" for i in number.values())]  # else it looks for fonts, and warns
    lines += [f"n{number[a]} -> n{number[b]} [weight={WEIGHTS[e.part]}];" for a, b, e in ends]
    heights = {name: y for name, (_, y) in positions("digraph {" + "\n".join(lines) + "}").items()}
    levels = {y: i for i, y in enumerate(sorted(set(heights.values())))}
    rows = {name: levels[heights[f"n{i}"]] for name, i in number.items()}
    above = {a for a, _, _ in ends}
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


def scattered(diagram: Diagram, rows: Mapping[str, int]) -> Rows:
    """Those of one node stand in its row and in the rows next to it, one after the other."""
    others = [row for name, row in rows.items() if name not in _strangers(diagram)]
    last, seen = max(others, default=0), dict.fromkeys(rows, 0)
    found = dict(rows)
    for name, target in _strangers(diagram).items():
        near = sorted(range(last + 1), key=lambda row: (abs(row - rows[target]), row))[:NEXT]
        found[name] = near[seen[target] % len(near)]
        seen[target] += 1
    return found


CANDIDATES: tuple[Callable[[Diagram, Mapping[str, int]], Rows], ...] = (
    lambda _, rows: dict(rows),
    beside,
    outside,
    scattered,
)


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
