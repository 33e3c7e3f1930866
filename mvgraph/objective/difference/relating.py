"""Whether two sums are one, or one a multiple of the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.difference.gaps import Constant
from mvgraph.objective.difference.relation import APART, ONE, Finding, Relation
from mvgraph.objective.difference.sums import Sum, listed, minus, normal, scaled
from mvgraph.objective.games import Generator
from mvgraph.objective.neatness import neat

Known = Mapping[Expr, Expr]
OWN = "with a factor of its own in each phase"


def related(a: Sum, b: Sum, known: Known, learnt: Collection[Expr] = ()) -> Finding:
    """Identical, equal up to a positive factor, or to a constant as well, or different.

    Arguments:
        a, b: two sums in one form.
        known: the declared numbers of params, which decide whether a factor is positive.
        learnt: params that are learnt: what is multiplied by one is another objective.
    """
    found = _related(_varying(a), _varying(b), known)
    if found.factor.free_symbols & set(learnt):
        return APART
    rest = minus(a, scaled(b, found.factor))
    if found.relation is Relation.DIFFERENT or not any(isinstance(x, Constant) for x in rest):
        return found
    return replace(found, relation=Relation.SHIFTED, constant=written(rest))


def _varying(one: Sum) -> Sum:
    return {x: c for x, c in one.items() if not isinstance(x, Constant)}


def jointly(found: Sequence[Finding]) -> Finding:
    """The relation of several sums at once: that of the least related; none where one is lower and another higher."""
    if len({f.lower for f in found if f.lower}) > 1:
        return APART
    least = max(found, key=lambda f: f.relation.rank)
    if len({f.factor for f in found}) == 1 or least.relation > Relation.EXPECTED:
        return least
    return replace(least, factor=ONE, notes=(OWN, *least.notes))


def written(constant: Sum) -> str:
    """A sum of constants in one line."""
    return " ".join(f"{'-' if c.could_extract_minus_sign() else '+'} {_times(c)}{x}" for c, x in listed(constant))


def _times(coefficient: Expr) -> str:
    size = -coefficient if coefficient.could_extract_minus_sign() else coefficient
    return "" if size == 1 else f"({size}) " if size.is_Add else f"{size} "


def _related(a: Sum, b: Sum, known: Known) -> Finding:
    if a == b:
        return Finding(Relation.IDENTICAL)
    factor = ratio(a, b)
    if factor is None or positive(factor, known) is False or any(isinstance(x, Generator) for x in a):
        return APART
    notes = () if factor.is_Number else (f"where {neat(factor)} > 0",)
    return Finding(Relation.SCALED, neat(factor), notes=notes)


def ratio(a: Sum, b: Sum) -> Expr | None:
    """c with a = c · b; None where there is none."""
    if a.keys() != b.keys() or not a:
        return None
    first = next(iter(a))
    if any(normal(a[first] * b[x] - a[x] * b[first]) != 0 for x in a):
        return None
    return sympy.cancel(a[first] / b[first])


def positive(coefficient: Expr, known: Known) -> bool | None:
    """Whether it is above 0 at the declared numbers, and finite; None where they do not tell."""
    value = coefficient.subs(known)
    return bool(value.is_finite and value > 0) if value.is_number else None
