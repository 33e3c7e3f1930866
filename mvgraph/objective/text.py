"""Coefficients and sums of terms as text, the same for every reader."""

from __future__ import annotations

from collections.abc import Iterable

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import KL, Atom


def signed(coefficient: Expr, atom: Atom) -> str:
    """One term, sign first: `- beta/3 KL(...)`, `+ E[...]`, `+ (1 - alpha/2) E[...]`."""
    negative = isinstance(atom, KL) if coefficient.is_Add else coefficient.as_coeff_Mul()[0] < 0
    size = -coefficient if negative else coefficient
    text = f"({size}) " if size.is_Add else "" if size == 1 else f"{size} "
    return f"{'-' if negative else '+'} {text}{atom}"


def signed_sum(terms: Iterable[tuple[Expr, Atom]], separator: str = "\n") -> str:
    """The terms in canonical order: log-likelihoods, then divergences, then log-mean-exps, each by its text."""
    ordered = sorted(terms, key=lambda t: (t[1].__class__.__name__ == "KL", str(t[1])))
    return separator.join(signed(c, a) for c, a in ordered)
