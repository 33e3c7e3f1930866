"""Coefficients and sums of terms as text, the same for every reader."""

from __future__ import annotations

from collections.abc import Iterable

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Atom


def signed(coefficient: Expr, atom: Atom) -> str:
    """One term, sign first: `- beta/3 KL(...)`, `+ E[...]`, `+ (1 - alpha/2) E[...]`."""
    sign, size = sign_and_size(coefficient, atom)
    text = f"({size}) " if size.is_Add else "" if size == 1 else f"{size} "
    return f"{sign} {text}{atom}"


def sign_and_size(coefficient: Expr, atom: Atom) -> tuple[str, Expr]:
    """A coefficient as its sign in print, `+` or `-`, and what follows that."""
    negative = atom.is_distance if coefficient.is_Add else coefficient.as_coeff_Mul()[0] < 0
    return ("-", -coefficient) if negative else ("+", coefficient)


def signed_sum(terms: Iterable[tuple[Expr, Atom]], separator: str = "\n") -> str:
    """The terms in canonical order: what is scored before divergences, each by its text."""
    return separator.join(signed(c, a) for c, a in sorted(terms, key=order))


def order(term: tuple[Expr, Atom]) -> tuple[bool, str]:
    """The sorting key of a term."""
    return term[1].is_distance, str(term[1])
