"""Diagrams by chance: every kind of node, plates that nest and overlap, several edges between two nodes, long labels.

As in the pictures of models, two edges from one node to another are of different parts, no node has two loops, and
few edges have labels.
"""

from __future__ import annotations

import typing

from hypothesis import strategies as st

from mvgraph.drawing.diagram import Diagram, Edge, Kind, Node, Part, Plate

KINDS: tuple[Kind, ...] = typing.get_args(Kind)
PARTS: tuple[Part, ...] = typing.get_args(Part)
LABELS = ("z", "x_{m}", r"\theta_{m,l}", r"\mathrm{MoPoE}", r"h_{\mathrm{fingerprint}}", r"r(h_{\mathrm{sound}})")
ON_EDGES = ("", "", "", "", "", r"\mathrm{sg}", "l' > l")
CAPTIONS = (r"n = 1, \dots, N", "m", r"m \in \{\mathrm{image}, \mathrm{sound}\}", r"l = 1, \dots, L")


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    """A diagram of up to ten nodes, three plates in any position to each other and one within one of these."""
    names = [f"n{i}" for i in range(draw(st.integers(1, 10)))]
    nodes = tuple(Node(n, draw(st.sampled_from(KINDS)), draw(st.sampled_from(LABELS)), n) for n in names)
    plates = draw(_plates(names))
    ends = st.sampled_from(names)
    pairs = draw(st.lists(st.tuples(ends, ends, st.sampled_from(PARTS)), max_size=14, unique_by=_way))
    edges = tuple(
        Edge(f"e{i}", source, target, part, draw(st.booleans()), draw(st.sampled_from(ON_EDGES)) if i < 3 else "")
        for i, (source, target, part) in enumerate(pairs)
    )
    return Diagram("random", "A diagram by chance.", nodes, plates, edges)


def _way(pair: tuple[str, str, Part]) -> tuple[str, ...]:
    source, target, part = pair
    return (source,) if source == target else (source, target, part)


@st.composite
def _plates(draw: st.DrawFn, names: list[str]) -> tuple[Plate, ...]:
    """Three subsets of the nodes, and one of one of these; empty ones are left out."""
    count = draw(st.integers(0, 3))
    sets = [draw(st.frozensets(st.sampled_from(names))) for _ in range(count)]
    inner = draw(st.sampled_from(sets)) if sets else frozenset()
    if len(inner) > 1 and draw(st.booleans()):
        sets.append(draw(st.frozensets(st.sampled_from(sorted(inner)), min_size=1)))
    found = [s for s in sets if s]
    return tuple(Plate(f"p{i}", draw(st.sampled_from(CAPTIONS)), f"p{i}", s) for i, s in enumerate(found))
