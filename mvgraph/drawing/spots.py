"""Places on a grid, without any layout engine.

Rows follow the generative edges: a node stands below its parents. What only inference or a game knows, as a factor,
stands halfway between what it joins. Columns are dealt out by plates: nodes of the same plates stand side by side, and
these blocks are so ordered that few plates reach over columns of strangers; over none, where any order does that.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, permutations

import networkx as nx

from mvgraph.drawing.diagram import Diagram, Edge, Node

Spot = tuple[float, float]  # column and row

MOST = 6  # blocks whose orders are all tried
NEAR = 0.35  # a line that comes this near to a node, in columns and rows, runs into it


def spots(diagram: Diagram) -> dict[str, Spot]:
    """Column and row of each node.

    >>> z, x = Node("z", "latent", "z", "z"), Node("x", "observed", "x", "x")
    >>> q = Node("q", "factor", "q", "q")
    >>> edges = Edge("a", "z", "x", "p"), Edge("b", "x", "q", "q"), Edge("c", "q", "z", "q")
    >>> spots(Diagram("VAE", "", (z, x, q), (), edges))
    {'z': (1.0, 0.0), 'x': (1.0, 1.0), 'q': (0.0, 0.5)}
    """
    rows = _rows(diagram)
    found: dict[str, Spot] = {}
    first = 0.0
    for block in _blocks(diagram):
        inside = [n for n in diagram.nodes if _plates_of(n, diagram) == block]
        dealt = _columns(sorted(inside, key=lambda n: n.kind != "factor"), rows, first)
        found |= dealt
        first = max(column for column, _ in dealt.values()) + 1
    return {n.id: found[n.id] for n in diagram.nodes}


def _columns(nodes: list[Node], rows: Mapping[str, float], first: float) -> dict[str, Spot]:
    """The nodes of one block, each as far left as those before it leave room."""
    found: dict[str, Spot] = {}
    for node in nodes:
        column, row = first, rows[node.id]
        while any(c == column and abs(r - row) < 1 for c, r in found.values()):
            column += 1
        found[node.id] = column, row
    return found


def _rows(diagram: Diagram) -> dict[str, float]:
    """The row of each node, from 0."""
    ranks = _generations(diagram)
    for node in diagram.nodes:
        if node.id not in ranks:
            ends = [i for e in diagram.edges for i in (e.source, e.target) if node.id in (e.source, e.target)]
            known = [ranks[i] for i in ends if i in ranks]
            ranks[node.id] = (min(known) + max(known)) / 2 if known else 0.0
    top = min(ranks.values(), default=0.0)
    return {i: rank - top for i, rank in ranks.items()}


def _generations(diagram: Diagram) -> dict[str, float]:
    """How many generations stand above a node, as far as generative edges lead; one above the first child at least."""
    graph = nx.DiGraph((e.source, e.target) for e in diagram.edges if e.part == "p")
    whole = nx.condensation(graph)
    ranks: dict[int, float] = {}
    for group in chain.from_iterable(nx.topological_generations(whole)):
        ranks[group] = max((ranks[parent] + 1 for parent in whole.pred[group]), default=0.0)
    for group in whole:
        if not whole.pred[group] and whole.succ[group]:
            ranks[group] = min(ranks[child] for child in whole.succ[group]) - 1
    return {node: ranks[group] for group in whole for node in whole.nodes[group]["members"]}


def _plates_of(node: Node, diagram: Diagram) -> frozenset[str]:
    return frozenset(p.id for p in diagram.plates if node.id in p.nodes)


def _blocks(diagram: Diagram) -> tuple[frozenset[str], ...]:
    """The sets of plates that nodes are in, so ordered that few plates reach over columns of strangers."""
    found = tuple(dict.fromkeys(_plates_of(n, diagram) for n in diagram.nodes))
    return min(permutations(found), key=_strangers) if len(found) <= MOST else found


def _strangers(blocks: tuple[frozenset[str], ...]) -> int:
    plates = {p for block in blocks for p in block}
    inside = ([i for i, block in enumerate(blocks) if p in block] for p in plates)
    return sum(places[-1] - places[0] + 1 - len(places) for places in inside)


def blocked(edge: Edge, at: Mapping[str, Spot]) -> bool:
    """Whether a straight line would run into another node."""
    start, end = complex(*at[edge.source]), complex(*at[edge.target])
    others = (complex(*spot) for node, spot in at.items() if node not in (edge.source, edge.target))
    return any(_away(other, start, end) < NEAR for other in others)


def _away(point: complex, start: complex, end: complex) -> float:
    """How far a point is from a line."""
    way = end - start
    along = ((point - start) * way.conjugate()).real / abs(way) ** 2 if way else 0.0
    return abs(start + min(1.0, max(0.0, along)) * way - point)
