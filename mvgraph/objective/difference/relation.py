"""How two objectives are related: the verdicts, strongest first, and a finding with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

import sympy

from mvgraph.language.expr import Expr
from mvgraph.language.table import Table
from mvgraph.objective.atoms import Atom

ONE = sympy.Integer(1)
OTHER = " (B)"  # behind the name of a param that is B's own
Weighted = tuple[Expr, Atom]


class Relation(Enum):
    """The verdicts on two objectives, strongest first; an order, of which the first is the least.

    >>> Relation.IDENTICAL < Relation.SCALED < Relation.DIFFERENT
    True
    """

    IDENTICAL = "identical"
    SCALED = "equal up to a positive scale"
    EXPECTED = "equal in expectation"
    SHIFTED = "equal up to a constant"
    ORDERED = "ordered"
    DIFFERENT = "different"

    @property
    def rank(self) -> int:
        """Its place, from 0."""
        return list(Relation).index(self)

    def __lt__(self, other: Relation) -> bool:
        return self.rank < other.rank

    def __le__(self, other: Relation) -> bool:
        return self.rank <= other.rank

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Finding:
    """One relation between two objectives A and B.

    Arguments:
        relation: the verdict.
        factor: c, where A = c · B (up to what the relation leaves open).
        under: params with the values that it needs; those of B alone are written `beta (B)`.
        given: what else it needs, in words.
        lower: which of the two is the lower one, where they are ordered.
        gap: by how much: the upper one less the lower one, a sum of parts that are never negative.
        constant: by what they differ, in words, where it is a constant.
        notes: what the relation rests on, in words.
    """

    relation: Relation
    factor: Expr = ONE
    under: Table[str] = field(default_factory=Table)
    given: tuple[str, ...] = ()
    lower: Literal["", "A", "B"] = ""
    gap: tuple[Weighted, ...] = ()
    constant: str = ""
    notes: tuple[str, ...] = ()

    @property
    def strength(self) -> tuple[int, int, bool, int]:
        """What to sort by: the strongest, the fewest conditions, no params of both in a factor, few substitutions."""
        of_b = {str(s).endswith(OTHER) for s in self.factor.free_symbols}
        return self.relation.rank, len(self.given), len(of_b) > 1, len(self.under)


APART = Finding(Relation.DIFFERENT)
