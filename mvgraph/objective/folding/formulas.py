"""Folded sums as LaTeX."""

from __future__ import annotations

from mvgraph.objective import latex
from mvgraph.objective.folding.pieces import Piece
from mvgraph.objective.notation import Notation, factor
from mvgraph.objective.ranges import Range
from mvgraph.objective.text import sign_and_size


def formula(notation: Notation, piece: Piece) -> str:
    """One piece, sign first; the weight stands before the sums unless it depends on their indices."""
    sign, size = sign_and_size(piece.coefficient, piece.value)
    weight, atom = factor(size), latex.atom(notation, piece.value)
    return (
        f"{sign} {sums(piece.ranges)}{weight}{atom}" if piece.indexed else f"{sign} {weight}{sums(piece.ranges)}{atom}"
    )


def sums(ranges: tuple[Range, ...]) -> str:
    """The signs of sums over indices."""
    return "".join(rf"\sum_{{{r.latex}}} " for r in ranges)
