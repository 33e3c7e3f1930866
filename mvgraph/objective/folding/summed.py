"""A term under index sets as one atom, to stand in sums like any other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Closed, Likelihood, Stream
from mvgraph.objective.folding.pieces import Piece, sums
from mvgraph.objective.keys import Key
from mvgraph.objective.ranges import Range
from mvgraph.objective.text import factor

ONE = sympy.Integer(1)


@dataclass(frozen=True)
class Summed:
    """Σ over ranges of weight · value.

    Arguments:
        value: an atom with indices for views.
        ranges: what these run over.
        weight: what depends on them.
    """

    value: Any
    ranges: tuple[Range, ...]
    weight: Expr = ONE

    keys: ClassVar[tuple[Key, ...]] = ()  # of single views: it names none
    compared: ClassVar[tuple[Stream, ...]] = ()
    components: ClassVar[tuple[frozenset[str] | None, ...]] = ()

    @property
    def is_distance(self) -> bool:
        """As of the value."""
        return bool(self.value.is_distance)

    @property
    def scored(self) -> tuple[Likelihood, ...]:
        """The value, where it is a score."""
        return (self.value,) if isinstance(self.value, Likelihood) else ()

    def streams(self, closed: Closed) -> Iterator[Stream]:  # noqa: ARG002 - every atom is asked alike
        """None: it is printed and compared, and not evaluated."""
        yield from ()

    def __str__(self) -> str:
        return f"{sums(self.ranges)}{factor(self.weight)}{self.value}"


def summed(piece: Piece) -> tuple[Expr, Any]:
    """A piece as a coefficient and an atom: what depends on the indices belongs to the atom."""
    if not piece.ranges:
        return piece.coefficient, piece.value
    outer, inner = (
        piece.coefficient.as_independent(*piece.bound, as_Add=False) if piece.bound else (piece.coefficient, ONE)
    )
    return outer, Summed(piece.value, piece.ranges, inner)
