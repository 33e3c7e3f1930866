"""What sets two graphs apart: edges of p and q, independences by d-separation, networks in use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import networkx as nx

from mvgraph.objective.atoms import Atom
from mvgraph.objective.difference.naming import Names
from mvgraph.objective.difference.sums import Sum
from mvgraph.objective.games import Generator
from mvgraph.objective.keys import Expert, Joint, Key, Pooled, leaves
from mvgraph.spec.graphs import build, part
from mvgraph.spec.model import Spec

COPIES = 2  # of a plate, at least, for independences to be seen
MOST_NODES = 14  # of the unrolled graph, beyond which independences are not looked for
Edge = tuple[str, str]


@dataclass(frozen=True)
class Gained:
    """What only B has, and what only A has, of one kind, in the names of A."""

    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gained or self.lost)


@dataclass(frozen=True)
class GraphDifference:
    """What sets two graphs apart.

    Arguments:
        nodes: nodes of p, plates folded.
        generative: edges of p, unrolled.
        inference: edges of q, unrolled.
        independences: statements `u _||_ v | w` that p implies for the nodes of both, on two copies of a plate.
        encoders: networks of q that the objective uses.
        decoders: networks of p that it uses.
    """

    nodes: Gained = Gained()
    generative: Gained = Gained()
    inference: Gained = Gained()
    independences: Gained = Gained()
    encoders: Gained = Gained()
    decoders: Gained = Gained()

    def __bool__(self) -> bool:
        parts = self.nodes, self.generative, self.inference, self.independences, self.encoders, self.decoders
        return any(map(bool, parts))


def graphs(a: Spec, b: Spec, names: Names, sums: tuple[Sum, Sum]) -> GraphDifference:
    """What sets the graphs of two specs apart, in the names of A, with the networks that the objectives use."""
    ours, theirs = _graph(a, Names()), _graph(b, names)
    few = _few(a, Names()), _few(b, names)
    return GraphDifference(
        nodes=_gained(_folded(ours, Names()), _folded(theirs, names)),
        generative=_gained(_edges(ours, "p"), _edges(theirs, "p")),
        inference=_gained(_edges(ours, "q"), _edges(theirs, "q")),
        independences=_independences(*few),
        encoders=_gained(*(set(map(str, _encoders(s))) for s in sums)),
        decoders=_gained(*(_decoders(s) for s in sums)),
    )


def _gained(ours: Iterable[str], theirs: Iterable[str]) -> Gained:
    ours, theirs = set(ours), set(theirs)
    return Gained(tuple(sorted(theirs - ours)), tuple(sorted(ours - theirs)))


def _graph(spec: Spec, names: Names) -> nx.MultiDiGraph:
    """The unrolled graph under other names."""
    found = build(spec)
    named: nx.MultiDiGraph = nx.relabel_nodes(found, {n: _name(d, names) for n, d in found.nodes(data=True)})
    return named


def _name(node: dict[str, str | None], names: Names) -> str:
    name, view = names.node(str(node["name"])), _copy(node, names)
    return name if view is None else f"{name}.{view}"


def _copy(node: dict[str, str | None], names: Names) -> str | None:
    return names.copy(str(node["name"]), node["view"] if node["plate"] else None)


def _few(spec: Spec, names: Names) -> nx.DiGraph:
    """p with two copies of the plate of views, or with all where that needs no more nodes than are looked at."""
    several = len(build(spec)) > MOST_NODES
    kept = replace(spec, views=spec.views[:COPIES]) if several else spec
    return nx.DiGraph(part(_graph(kept, names), "p"))


def _folded(graph: nx.MultiDiGraph, names: Names) -> set[str]:
    """The nodes, copies of one plate as one."""
    return {f"{names.node(str(d['name']))} ({_kind(d, names)})" for _, d in graph.nodes(data=True)}


def _kind(node: dict[str, str | None], names: Names) -> str:
    private = node["kind"] == "latent" and _copy(node, names) is not None
    return f"{node['kind']}, private" if private else str(node["kind"])


def _edges(graph: nx.MultiDiGraph, which: str) -> set[str]:
    roles = {"joint": " (joint)"}
    found = part(graph, which).edges(data=True)
    return {f"{u} -> {v}{roles.get(d.get('role', ''), '')}" for u, v, d in found}


def _independences(a: nx.DiGraph, b: nx.DiGraph) -> Gained:
    """The statements about nodes of both that one graph implies and the other does not, the shortest ones."""
    common = sorted(set(a) & set(b))
    if max(len(a), len(b)) > MOST_NODES or set(a.edges) == set(b.edges):
        return Gained()
    gained: list[str] = []
    lost: list[str] = []
    for u, v in combinations(common, 2):
        held: tuple[list[frozenset[str]], list[frozenset[str]]] = ([], [])
        for given in _conditions(common, u, v):
            here, there = (_separated(g, u, v, given) for g in (a, b))
            if here != there and not any(g <= given for g in held[there]):
                held[there].append(given)
                (gained if there else lost).append(_statement(u, v, given))
    return Gained(tuple(gained), tuple(lost))


def _separated(graph: nx.DiGraph, u: str, v: str, given: frozenset[str]) -> bool:
    found: bool = nx.is_d_separator(graph, {u}, {v}, set(given))  # type: ignore[misc]
    return found


def _conditions(nodes: list[str], u: str, v: str) -> Iterator[frozenset[str]]:
    """Nothing, each other node, and all the others."""
    rest = [n for n in nodes if n not in (u, v)]
    yield frozenset()
    yield from (frozenset({n}) for n in rest)
    if len(rest) > 1:
        yield frozenset(rest)


def _statement(u: str, v: str, given: frozenset[str]) -> str:
    return f"{u} _||_ {v}" + (f" | {', '.join(sorted(given))}" if given else "")


def _encoders(one: Sum) -> Iterator[Key]:
    """The networks of q behind the terms."""
    for atom in one:
        for key in atom.keys:
            yield from (k for k in leaves(key) if isinstance(k, Expert | Joint | Pooled))


def _decoders(one: Sum) -> set[str]:
    """The likelihoods behind the terms, those of reconstructions that a critic judges among them."""
    return {f"p({target})" for atom in one for target in _targets(atom)}


def _targets(atom: Atom) -> Iterator[str]:
    yield from (str(a.target) for a in atom.scored)
    if isinstance(atom, Generator):
        samples = (atom.match.real, *(f.sample for f in atom.match.fakes))
        yield from (str(s.ref) for s in samples if str(s).startswith("E["))
