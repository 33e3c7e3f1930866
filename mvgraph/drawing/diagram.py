"""The diagram of a model: nodes, plates, edges and groups as plain values. Renderers read it and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal[
    "latent",
    "observed",
    "condition",  # data that is conditioned on, never scored
    "discrete",
    "pseudo",  # observed in the upper model; its data are draws of q
    "factor",  # experts, a fusion rule, a joint network: where inference edges meet
    "parameter",
    "auxiliary",  # a prior that stands in where a private latent has no evidence
    "critic",
    "statistic",
]
Part = Literal["p", "q", "game"]  # generation, inference, and what a critic or a statistic looks at
Change = Literal["same", "added", "removed", "changed"]


@dataclass(frozen=True)
class Node:
    """One node.

    Arguments:
        id: unique among nodes, plates and edges, stable from one drawing to the next, e.g. `z`, `h.image`, `x.m`.
        kind: what it is, which decides its shape and fill.
        label: LaTeX, without dollar signs.
        text: the label as plain text.
        title: a sentence on what it is, for tooltips and screen readers.
        deterministic: a value, not a distribution, given its parents (a delta posterior).
        change: what became of it, where two models are compared.
    """

    id: str
    kind: Kind
    label: str
    text: str
    title: str = ""
    deterministic: bool = False
    change: Change = "same"


@dataclass(frozen=True)
class Plate:
    """What is repeated: the nodes within, one copy for every value of an index. Plates may nest, or overlap.

    Arguments:
        id: unique among nodes, plates and edges.
        label: the caption, LaTeX without dollar signs, e.g. `m = 1, \\dots, M`.
        text: the caption as plain text.
        nodes: the ids of all nodes within, those of plates nested in it included.
        title: a sentence on what it is.
        change: what became of it, where two models are compared.
    """

    id: str
    label: str
    text: str
    nodes: frozenset[str]
    title: str = ""
    change: Change = "same"


@dataclass(frozen=True)
class Edge:
    """One edge.

    Arguments:
        id: unique among nodes, plates and edges.
        source: a node's id.
        target: a node's id; an edge may lead from a node to itself (from one level to another).
        part: `p` (solid), `q` (dashed, curved), or `game` (dotted).
        arrow: whether it has a head; edges that end in a factor have none.
        label: LaTeX, mostly empty.
        text: the label as plain text.
        title: a sentence on what it is.
        change: what became of it, where two models are compared.
    """

    id: str
    source: str
    target: str
    part: Part
    arrow: bool = True
    label: str = ""
    text: str = ""
    title: str = ""
    change: Change = "same"


@dataclass(frozen=True)
class Group:
    """What belongs together: the nodes and edges that a term of the objective comes from.

    Arguments:
        id: unique among groups.
        label: the term, LaTeX without dollar signs.
        text: the term as `explain` prints it.
        members: ids of nodes and edges.
    """

    id: str
    label: str
    text: str
    members: frozenset[str]


@dataclass(frozen=True)
class Diagram:
    """A picture without coordinates.

    Arguments:
        name: of the model.
        title: one sentence on what is to be seen, for readers who do not see it.
        nodes: in a stable order, sources first where there is no other.
        plates: in a stable order, outer ones first.
        edges: in a stable order; several may join the same two nodes.
        groups: the terms of the objective, in its order.
    """

    name: str
    title: str
    nodes: tuple[Node, ...]
    plates: tuple[Plate, ...] = ()
    edges: tuple[Edge, ...] = ()
    groups: tuple[Group, ...] = ()

    def __post_init__(self) -> None:
        known = {n.id for n in self.nodes}
        named = [p for plate in self.plates for p in sorted(plate.nodes)] + [
            i for e in self.edges for i in (e.source, e.target)
        ]
        unknown = [i for i in named if i not in known]
        if unknown:
            raise ValueError(f"the diagram has no node '{unknown[0]}'")
        ids = [*(n.id for n in self.nodes), *(p.id for p in self.plates), *(e.id for e in self.edges)]
        twice = [i for i in ids if ids.count(i) > 1]
        if twice:
            raise ValueError(f"two parts of the diagram are called '{twice[0]}'")

    def node(self, name: str) -> Node:
        """A node by its id."""
        return next(n for n in self.nodes if n.id == name)

    def part(self, which: Literal["p", "q", "both"]) -> Diagram:
        """The generative or the inference graph alone, with the nodes that its edges join, and all latent and data."""
        if which == "both":
            return self
        edges = tuple(e for e in self.edges if e.part == which)
        joined = {i for e in edges for i in (e.source, e.target)}
        stays = {n.id for n in self.nodes if n.kind in ("latent", "observed", "condition")} | joined
        return restricted(self, stays, edges)


def restricted(diagram: Diagram, nodes: Iterable[str], edges: tuple[Edge, ...]) -> Diagram:
    """A diagram with some of its nodes, the edges given, and the plates that still hold something."""
    kept = frozenset(nodes)
    plates = (replace(p, nodes=p.nodes & kept) for p in diagram.plates)
    known = kept | {e.id for e in edges}
    groups = tuple(replace(g, members=g.members & known) for g in diagram.groups)
    return replace(
        diagram,
        nodes=tuple(n for n in diagram.nodes if n.id in kept),
        plates=tuple(p for p in plates if p.nodes),
        edges=edges,
        groups=groups,
    )


def with_groups(diagram: Diagram, groups: Iterable[Group]) -> Diagram:
    """A diagram with other groups, of each what is drawn."""
    there = {n.id for n in diagram.nodes} | {e.id for e in diagram.edges}
    return replace(diagram, groups=tuple(replace(g, members=g.members & there) for g in groups))
