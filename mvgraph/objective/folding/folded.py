"""The canonical objective with its sums folded: Σ over views, over pairs of them, over sets of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Atom
from mvgraph.objective.folding.folding import Folder
from mvgraph.objective.folding.pieces import Piece, lettered
from mvgraph.objective.folding.renaming import Universe, universe
from mvgraph.objective.text import order, signed
from mvgraph.spec.model import Spec

FEWEST_VIEWS = 3  # of a spec whose sums are folded unless asked: with two there is little to sum over


@dataclass(frozen=True)
class Folded:
    """Σ over pieces, each a term under index sets; what is not regular stands as it is.

    Arguments:
        pieces: in the order of the terms that they stand for.
        universe: the views.
    """

    pieces: tuple[Piece, ...]
    universe: Universe

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Each piece as text, sign first."""
        return tuple(map(str, self.pieces))

    @property
    def unfolded(self) -> tuple[tuple[Expr, Atom], ...]:
        """All terms, coefficients expanded, in canonical order: those that were folded."""
        terms = (t for piece in self.pieces for t in piece.unfolded(self.universe))
        return tuple(sorted(((sympy.expand(c), a) for c, a in terms), key=order))

    def saves(self, terms: Sequence[tuple[Expr, Any]]) -> bool:
        """Whether it is shorter than the terms that were folded."""
        if len(self.pieces) != len(terms):
            return len(self.pieces) < len(terms)
        return sum(map(len, self.lines)) < sum(len(signed(c, a)) for c, a in terms)

    @property
    def legend(self) -> str:
        """What the indices run over, in words; nothing where there are none, or where the sums say it."""
        return legend(self.pieces, f"V = {{{', '.join(self.universe.views)}}}")


def legend(pieces: Sequence[Piece], whole: str) -> str:
    """What the indices of pieces run over, all views being called `whole`."""
    ranges = [r for p in pieces for r in p.ranges if not isinstance(r.within, tuple)]
    views = sorted({r.index for r in ranges if r.sizes is None})
    sets = sorted({r.index for r in ranges if r.sizes is not None})
    told = [f"{', '.join(views)} in {whole}"] if views else []
    told += [whole] if not views and any(re.search(r"\bV\b", str(piece)) for piece in pieces) else []
    told += [f"{', '.join(sets)} over the non-empty subsets of V"] if sets else []
    return "; ".join(told)


def fold(terms: Sequence[tuple[Expr, Atom]], spec: Spec, folder: Folder | None = None) -> Folded:
    """Terms with their sums folded.

    Arguments:
        terms: coefficients and atoms, each atom once.
        spec: whose views they are about.
        folder: one that has folded other terms of the same spec, and knows what these share.

    >>> from mvgraph.objective.canonical import derive
    >>> from mvgraph.spec.reading import load
    >>> spec = load("mopoe", views=4)
    >>> for line in fold(derive(spec).terms, spec).lines:
    ...     print(line)
    + 1/15 Σ_m E[log p(x.m|z); z~PoE[p(z)·Π_{n∈V} q(z|n)]]
    + 1/15 Σ_{S≠V} Σ_m E[log p(x.m|z); z~PoE[Π_{n∈S} q(z|n)]]
    - beta/15 KL(PoE[p(z)·Π_{m∈V} q(z|m)] || p(z))
    - beta/15 Σ_{S≠V} KL(PoE[Π_{m∈S} q(z|m)] || p(z))
    """
    own = folder or Folder(universe(spec))
    return Folded(tuple(lettered(p, own.universe) for p in own.fold(terms)), own.universe)


def folds(spec: Spec, unfold: bool | None) -> bool:
    """Whether sums are folded: as it is said, or by the number of views."""
    return len(spec.views) >= FEWEST_VIEWS if unfold is None else not unfold
