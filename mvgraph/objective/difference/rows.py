"""The terms of two objectives beside each other, as they are shown: what is regular as sums over views and sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sympy

from mvgraph.language.expr import Expr, symbol
from mvgraph.objective.folding.folded import Folded, fold, folds
from mvgraph.objective.folding.folding import Folder
from mvgraph.objective.folding.pieces import Piece, sums
from mvgraph.objective.folding.renaming import Universe, universe
from mvgraph.objective.neatness import formula_text
from mvgraph.objective.text import sign_and_size

if TYPE_CHECKING:
    from mvgraph.objective.difference.delta import Difference, Terms

Kind = Literal["shared", "changed", "removed", "added"]
Sum = Sequence[tuple[Expr, Any]]
OF_B = "\0after"  # the symbol behind which a coefficient that holds both has that of B


@dataclass(frozen=True)
class Row:
    """One line.

    Arguments:
        kind: where the term is.
        piece: the term, or a sum of such.
        before: its coefficient in A, where A has it.
        after: its coefficient in B, where B has it.
    """

    kind: Kind
    piece: Piece
    before: Expr | None
    after: Expr | None

    def __str__(self) -> str:
        if self.kind != "changed" or self.before is None or self.after is None:
            return str(self.piece)
        weights = f"({self._weight(self.before)} -> {self._weight(self.after)}) "
        parts = (sums(self.piece.ranges), weights) if self.piece.indexed else (weights, sums(self.piece.ranges))
        return "".join([*parts, str(self.piece.value)])

    def _weight(self, coefficient: Expr) -> str:
        sign, size = sign_and_size(coefficient, self.piece.value)
        text = formula_text(size)
        return text if sign == "+" else f"-({text})" if size.is_Add else f"-{text}"


@dataclass(frozen=True)
class Rows:
    """Two objectives, line by line.

    Arguments:
        rows: what both have, what has another coefficient, what A alone has, what B alone has.
        residual: B − A.
        views: what the indices of sums run over.
    """

    rows: tuple[Row, ...]
    residual: tuple[Piece, ...]
    views: Universe


def legend(delta: Difference, found: Sequence[Rows], residual: Sequence[Piece] = ()) -> str:
    """What the indices in the lines of several objectives run over, and in a residual that stands below them.

    Nothing where there are none, or where the specs are compared for every number of views, which says it.
    """
    if delta.plates is not None:
        return ""
    pieces = (*(row.piece for one in found for row in one.rows), *residual)
    return Folded(pieces, found[0].views).legend


def rows(delta: Difference, terms: Terms) -> Rows:
    """The terms of two objectives beside each other: all of a difference, or those of a phase."""
    found: dict[Kind, Sum] = {
        "shared": terms.shared,
        "changed": [(x.before + symbol(OF_B) * x.after, x.atom) for x in terms.changed],
        "removed": terms.removed,
        "added": terms.added,
    }
    shown = _shown(delta, [*found.values(), terms.residual])
    listed = tuple(_row(kind, piece) for kind, one in zip(found, shown, strict=False) for piece in one.pieces)
    return Rows(listed, shown[-1].pieces, shown[-1].universe)


def _shown(delta: Difference, every: Sequence[Sum]) -> list[Folded]:
    """All sums folded, so that they name things alike; as they are where that makes none of them shorter."""
    views = universe(delta.a, delta.b)
    if delta.plates is None and folds(delta.a, delta.unfold):
        folder = Folder(views)
        found = [fold(one, delta.a, folder) for one in every]
        if any(f.saves(one) for f, one in zip(found, every, strict=True)):
            return found
    return [Folded(tuple(Piece(c, a) for c, a in one), views) for one in every]


def _row(kind: Kind, piece: Piece) -> Row:
    whole = piece.coefficient
    if kind == "changed":
        before = sympy.expand(whole).subs(symbol(OF_B), 0)
        return Row(kind, piece, before, sympy.expand(whole).coeff(symbol(OF_B)))
    return Row(kind, piece, None if kind == "added" else whole, None if kind == "removed" else whole)
