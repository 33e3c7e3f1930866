"""The diagrams of all reference specs, folded, by name, and with parameters; and one whose names hold anything."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import mvgraph as mg
from mvgraph.drawing.building import diagram
from mvgraph.drawing.diagram import Diagram, Edge, Kind, Node, Part, Plate

FORMS = {
    "folded": {},
    "unrolled": {"unroll": True},
    "parameters": {"with_parameters": True},
    "unrolled parameters": {"unroll": True, "with_parameters": True},
}


@cache
def every() -> dict[str, Diagram]:
    """All diagrams, by spec and form."""
    specs = {name: mg.load(name) for name in mg.names()}
    return {f"{name} {form}": diagram(spec, **how) for name, spec in specs.items() for form, how in FORMS.items()}


TEXTS = (
    *('a "b" <c> & d', "1. one", "- two", "+ three", "*x* _y_ `z`", "x_m_n", "#1; #35;", "end", "graph", "[m](l) {a}"),
    *(
        "|b| $x$",
        "$$x$$",
        "\\n \\l \\",
        "größe θ 中",
        "<b>",
        "l; m",
        "two\nlines",
        "%% c",
        "",
        "o",
        "x",
        "~ ^ \\alpha {",
    ),
)


def anything() -> Diagram:
    """Names of every sort, which no language of pictures may take for its own; two plates that overlap."""
    kinds: tuple[Kind, ...] = ("latent", "observed", "factor", "parameter", "critic", "discrete")
    parts: tuple[Part, ...] = ("p", "q", "game")
    nodes = [Node(f"{i}:{text}", kinds[i % 6], "x", text, text) for i, text in enumerate(TEXTS)]
    pairs = list(pairwise(nodes))
    edges = [Edge(f"{i}", a.id, b.id, parts[i % 3], i % 2 == 0, "x", b.text, a.text) for i, (a, b) in enumerate(pairs)]
    plates = (
        Plate('p "1"', "x", '1. a "b" <i>', frozenset(n.id for n in nodes[::2]), "t"),
        Plate("end", "x", "end", frozenset(n.id for n in nodes[4:])),
        Plate("end ", "x", "</>", frozenset(n.id for n in nodes[4:8:2])),
    )
    return Diagram('odd "name" <x> {', 't; # {x} "y"\nzz:', tuple(nodes), plates, tuple(edges))
