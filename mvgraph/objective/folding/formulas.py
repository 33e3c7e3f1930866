"""Folded sums as LaTeX."""

from __future__ import annotations

from mvgraph.objective import latex
from mvgraph.objective.folding.pieces import Piece
from mvgraph.objective.notation import Notation, factor
from mvgraph.objective.text import sign_and_size


def formula(notation: Notation, piece: Piece) -> str:
    """One piece, sign first; the weight stands before the sums unless it depends on their indices."""
    sign, size = sign_and_size(piece.coefficient, piece.value)
    sums = "".join(rf"\sum_{{{r.latex}}} " for r in piece.ranges)
    weight, atom = factor(size), latex.atom(notation, piece.value)
    return f"{sign} {sums}{weight}{atom}" if piece.indexed else f"{sign} {weight}{sums}{atom}"
