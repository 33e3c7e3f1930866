"""The places of a family tree: every group of related models from its middle to the right, one row a model."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from mvgraph.drawing.texts import unicode
from mvgraph.objective.difference.kinship import Family, Step
from mvgraph.objective.difference.relation import Relation

LETTERS = 34  # in a line of a label
HARD = "\u00a0"  # a space at which no line ends
WORDS: Mapping[Relation, str] = {
    Relation.SCALED: "up to a scale",
    Relation.EXPECTED: "in expectation",
    Relation.SHIFTED: "up to a constant",
}


@dataclass(frozen=True)
class Branch:
    """One class of models in the tree.

    Arguments:
        names: the models.
        depth: how many steps it is from the root.
        row: where it stands, in rows from the top; its children are around it.
        step: what joins it to its parent; None for a root.
        parent: the place of the parent among all branches.
    """

    names: tuple[str, ...]
    depth: int
    row: float
    step: Step | None = None
    parent: int | None = None

    @property
    def outwards(self) -> bool:
        """Whether the step leads away from the root."""
        return self.step is not None and self.step.end in self.names

    @cached_property
    def label(self) -> tuple[str, ...]:
        """What is changed from the one to the other, in lines."""
        return tuple(lines(self.step)) if self.step else ()


def lines(step: Step) -> Iterator[str]:
    """What a step changes, in short lines; who is changed is named where both are."""
    sides = {step.start: step.changes, step.end: step.others}
    for name, changes in sides.items():
        said = ", ".join(map(_short, changes))
        if said:
            yield from _wrapped(f"{name} {said}" if step.others else said)
    if step.relation is Relation.ORDERED:
        yield "bounded from above by"
    if step.relation in WORDS:
        yield WORDS[step.relation]
    if not any(sides.values()) and step.needs:
        yield from _wrapped(f"given {'; '.join(step.needs)}")


def _short(change: str) -> str:
    """A change with Greek letters, its value on one line."""
    name, equals, value = change.partition(" = ")
    own, of, other = value.partition(" of ")
    return f"{unicode(name)}{HARD}={HARD}{unicode(own.replace(' ', HARD))}{of}{other}" if equals else change


def _wrapped(text: str) -> list[str]:
    return [line.replace(HARD, " ") for line in textwrap.wrap(text, LETTERS)]


def branches(family: Family) -> tuple[Branch, ...]:
    """All classes with their places, parents before their children, the largest group first."""
    graph = _graph(family)
    order = {name: n for n, name in enumerate(graph)}
    groups = sorted(nx.connected_components(graph), key=lambda c: (-len(c), min(order[n] for n in c)))
    found: list[Branch] = []
    row = 0.0
    for group in groups:
        part = nx.Graph(graph)
        part.remove_nodes_from(set(graph) - group)
        row = _placed(part, order, row, found)
    return tuple(found)


def _graph(family: Family) -> nx.Graph:
    graph = nx.Graph()
    first = {name: group[0] for group in family.classes for name in group}
    for group in family.classes:
        graph.add_node(group[0], names=group)
    for step in family.steps:
        graph.add_edge(first[step.start], first[step.end], step=step)
    return graph


def _placed(graph: nx.Graph, order: Mapping[str, int], row: float, found: list[Branch]) -> float:
    """Add one group from a row on; the next free row. The root is in the middle, where most models begin."""
    root = min(nx.center(graph), key=lambda n: (-graph.degree[n], order[n]))
    tree = nx.bfs_tree(graph, root, sort_neighbors=lambda names: sorted(names, key=order.__getitem__))
    rows: dict[str, float] = {}
    for name in nx.dfs_postorder_nodes(tree, root):
        below = [rows[child] for child in tree.successors(name)]
        rows[name] = (min(below) + max(below)) / 2 if below else row
        row += 0 if below else 1
    depths = nx.shortest_path_length(tree, root)
    places: dict[str, int] = {}
    for name in nx.dfs_preorder_nodes(tree, root):
        parent = next(iter(tree.predecessors(name)), None)
        step = graph.edges[parent, name]["step"] if parent is not None else None
        places[name] = len(found)
        above = None if parent is None else places[parent]
        found.append(Branch(graph.nodes[name]["names"], depths[name], rows[name], step, above))
    return row
