"""How several models relate, two by two, and the tree of those that become one another by the fewest changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import networkx as nx

from mvgraph.objective.difference.comparing import difference
from mvgraph.objective.difference.printing import found_text
from mvgraph.objective.difference.relation import Finding, Relation
from mvgraph.spec.model import Spec

SIGNS = {
    Relation.IDENTICAL: "=",
    Relation.SCALED: "c",
    Relation.EXPECTED: "E",
    Relation.SHIFTED: "k",
    Relation.ORDERED: "<",
    Relation.DIFFERENT: ".",
}
KEY = "= identical, c a multiple, E equal in expectation, k up to a constant, < > ordered; (.) under conditions"


@dataclass(frozen=True)
class Kin:
    """Two models and the strongest relation that was found between them: as they stand, else under conditions."""

    a: str
    b: str
    finding: Finding
    conditional: bool

    @property
    def changes(self) -> int:
        """How much has to be changed for it to hold."""
        return len(self.finding.given) + len(self.finding.under)

    def sign(self, first: str) -> str:
        """The relation in one or three characters, read from the model `first`."""
        sign = SIGNS[self.finding.relation]
        if sign == "<" and (self.finding.lower == "A") != (first == self.a):
            sign = ">"
        return f"({sign})" if self.conditional else sign

    def __str__(self) -> str:
        return f"{self.a}, {self.b}: {found_text(self.finding)}"


@dataclass(frozen=True)
class Matrix:
    """The relations between several models, by their names.

    Arguments:
        names: the models, in order.
        kin: the relation of every two of them, the earlier one being A.
    """

    names: tuple[str, ...]
    kin: tuple[Kin, ...]

    @property
    def related(self) -> tuple[Kin, ...]:
        """The pairs between which there is a relation."""
        return tuple(k for k in self.kin if k.finding.relation is not Relation.DIFFERENT)

    @property
    def tree(self) -> tuple[Kin, ...]:
        """The fewest relations that hold the related models together, those that need the fewest changes."""
        graph = nx.Graph()
        for kin in self.related:
            graph.add_edge(kin.a, kin.b, kin=kin, weight=10 * kin.changes + kin.finding.relation.rank)
        return tuple(d["kin"] for _, _, d in nx.minimum_spanning_edges(graph))

    def mermaid(self) -> str:
        """The tree as a Mermaid graph."""
        rows = [f'  {kin.a} -- "{_short(kin.finding)}" --- {kin.b}' for kin in self.tree]
        return "\n".join(["graph LR", *rows])

    def to_json(self) -> dict[str, Any]:
        """The relations as plain data."""
        pairs = [
            {"a": k.a, "b": k.b, "relation": str(k.finding.relation), **_conditions(k.finding)} for k in self.related
        ]
        return {"names": list(self.names), "related": pairs, "tree": [[k.a, k.b] for k in self.tree]}

    def __str__(self) -> str:
        signs = {frozenset((k.a, k.b)): k for k in self.kin}
        width, wide = max(map(len, self.names)), 4
        head = " " * (width + 4) + "".join(str(n).rjust(wide) for n in range(1, len(self.names) + 1))
        rows = [head]
        for n, name in enumerate(self.names, 1):
            cells = ["-" if o == name else signs[frozenset((name, o))].sign(name) for o in self.names]
            rows.append(f"{n:3} {name.ljust(width)}" + "".join(c.rjust(wide) for c in cells))
        return "\n".join([*rows, "", KEY, "", *map(str, self.related)]).rstrip()


def _conditions(found: Finding) -> dict[str, Any]:
    return {"factor": str(found.factor), "under": dict(found.under), "given": list(found.given), "lower": found.lower}


def _short(found: Finding) -> str:
    """A relation and its conditions, in as few words as a picture has room for."""
    values = [f"{n} = {v}" for n, v in found.under.items()]
    given = [g.split(":")[0] for g in found.given]
    text = "; ".join([str(found.relation), *given, *values])
    return text.replace('"', "'")


def matrix(
    specs: Mapping[str, Spec], assuming: Mapping[str, float | int | str] | None = None, views: int | None = None
) -> Matrix:
    """The relations of every two of several specs, as they stand, else under conditions.

    Arguments:
        specs: specs without errors, by names.
        assuming: values of params, as numbers or formulas, wherever a spec has them.
        views: how many views, where a spec leaves it open.
    """
    named = combinations(specs, 2)
    return Matrix(tuple(specs), tuple(_kin((a, b), (specs[a], specs[b]), assuming or {}, views) for a, b in named))


def _kin(
    names: tuple[str, str], pair: tuple[Spec, Spec], assuming: Mapping[str, float | int | str], views: int | None
) -> Kin:
    known = {n for spec in pair for n in spec.params}
    found = difference(*pair, {n: v for n, v in assuming.items() if n in known}, views)
    if found.verdict is Relation.DIFFERENT and found.special is not None:
        return Kin(*names, found.special, True)
    return Kin(*names, found.finding, False)
