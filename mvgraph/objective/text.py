"""Coefficients and sums of terms as text, the same for every reader."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Atom
from mvgraph.objective.neatness import formula_text, neat

_INVERSE = re.compile(r"^(\w+)\*\*\(-(\d+)\)")  # what sympy makes of 1/M**2


def signed(coefficient: Expr, atom: Atom) -> str:
    """One term, sign first: `- beta/3 KL(...)`, `+ E[...]`, `+ (1 - alpha/2) E[...]`."""
    sign, size = sign_and_size(coefficient, atom)
    return f"{sign} {factor(size)}{atom}"


def factor(size: Expr) -> str:
    """A weight before what it weighs: in brackets where it is a sum, nothing where it is one."""
    text = _INVERSE.sub(r"1/\1**\2", formula_text(size))
    return f"({text}) " if size.is_Add else "" if size == 1 else f"{text} "


def sign_and_size(coefficient: Expr, atom: Atom) -> tuple[str, Expr]:
    """A coefficient as its sign in print, `+` or `-`, and what follows that."""
    shown = neat(coefficient) if coefficient.is_Add else coefficient
    negative = atom.is_distance if shown.is_Add else shown.as_coeff_Mul()[0] < 0
    return ("-", -shown) if negative else ("+", shown)


def signed_sum(terms: Iterable[tuple[Expr, Atom]], separator: str = "\n") -> str:
    """The terms in canonical order: what is scored before divergences, each by its text."""
    return separator.join(signed(c, a) for c, a in sorted(terms, key=order))


def order(term: tuple[Expr, Atom]) -> tuple[bool, str]:
    """The sorting key of a term."""
    return term[1].is_distance, str(term[1])
