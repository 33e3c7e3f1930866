"""How many models relate: every pair of them compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

from mvgraph.language.table import Table
from mvgraph.objective.difference.comparing import Assuming, paired, read
from mvgraph.objective.difference.document import finding_data
from mvgraph.objective.difference.opening import opened
from mvgraph.objective.difference.relation import Finding, Relation
from mvgraph.objective.difference.sides import Assumed
from mvgraph.objective.difference.standing import conditional, standing
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
WIDTH = 4  # of a cell
Told = Callable[[int, int], None]  # how many pairs are done, and how many there are


@dataclass(frozen=True)
class Link:
    """How two models relate.

    Arguments:
        a, b: what they are called.
        finding: the strongest relation that holds as the specs stand.
        views: at how many views they were compared.
        special: a stronger one under conditions, where one was found.
    """

    a: str
    b: str
    finding: Finding
    views: int
    special: Finding | None = None

    @property
    def verdict(self) -> Relation:
        """The relation as the specs stand."""
        return self.finding.relation

    @property
    def related(self) -> bool:
        """Whether there is any relation at all."""
        return self.verdict is not Relation.DIFFERENT or self.special is not None

    def sign(self, first: str) -> str:
        """The relation in one or three characters, read from the model `first`."""
        if self.verdict is Relation.ORDERED:
            return "<" if (self.finding.lower == "A") == (first == self.a) else ">"
        if self.verdict is Relation.DIFFERENT and self.special is not None:
            return f"({SIGNS[self.special.relation]})"
        return SIGNS[self.verdict]

    def to_json(self) -> dict[str, Any]:
        """The relation as plain data."""
        special = finding_data(self.special) if self.special else None
        return {
            "a": self.a,
            "b": self.b,
            "views": self.views,
            "finding": finding_data(self.finding),
            "special": special,
        }


@dataclass(frozen=True)
class Matrix:
    """How all of some models relate.

    Arguments:
        specs: the models by their names, in the order in which they are shown.
        links: every pair, the earlier one of the two first.
    """

    specs: Mapping[str, Spec]
    links: tuple[Link, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the models."""
        return tuple(self.specs)

    @property
    def views(self) -> tuple[int, ...]:
        """At how many views pairs were compared; one number, unless specs fix theirs."""
        return tuple(sorted({link.views for link in self.links}))

    @property
    def related(self) -> tuple[Link, ...]:
        """The pairs between which there is a relation."""
        return tuple(link for link in self.links if link.related)

    def __str__(self) -> str:
        width = max(map(len, self.names))
        rows = [" " * (width + 4) + "".join(str(n).rjust(WIDTH) for n in range(1, len(self.names) + 1))]
        for n, name in enumerate(self.names, 1):
            cells = ["-" if o == name else self.link(name, o).sign(name) for o in self.names]
            rows.append(f"{n:3} {name.ljust(width)}" + "".join(c.rjust(WIDTH) for c in cells))
        return "\n".join([*rows, "", KEY])

    def link(self, a: str, b: str) -> Link:
        """How two of them relate; which of the two is A is said there."""
        return self._by_names[frozenset((a, b))]

    @cached_property
    def _by_names(self) -> dict[frozenset[str], Link]:
        return {frozenset((x.a, x.b)): x for x in self.links}


def matrix(
    specs: Mapping[str, Spec], assuming: Assuming | None = None, views: int | None = None, tell: Told | None = None
) -> Matrix:
    """Every pair of some models compared, as `difference` compares two.

    Arguments:
        specs: models without errors, by their names.
        assuming: values of params, as numbers or formulas, for all that have them.
        views: how many views, where that is open.
        tell: told after every pair.
    """
    pairs = list(combinations(specs, 2))
    links = []
    for number, (a, b) in enumerate(pairs, 1):
        links.append(_link(a, b, (specs[a], specs[b]), read(assuming or {}), views))
        if tell is not None:
            tell(number, len(pairs))
    return Matrix(Table(specs), tuple(links))


def _link(a: str, b: str, specs: tuple[Spec, Spec], assumed: Assumed, views: int | None) -> Link:
    one, other = paired(*opened(*specs, views), assumed)
    finding = standing(one, other)
    special = None if finding.relation <= Relation.EXPECTED else conditional(one, other, finding)
    return Link(a, b, finding, len(one.spec.views), special)
