"""Sums of coefficient · atom, to be added, compared, and printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Atom
from mvgraph.objective.text import order

Sum = dict[Atom, Expr]
ZERO = sympy.Integer(0)


@cache
def normal(coefficient: Expr) -> Expr:
    """A coefficient in a form that is 0 exactly where it is nothing: a polynomial expanded, a fraction cancelled."""
    if coefficient.is_Number:
        return coefficient
    expanded = sympy.expand(coefficient)
    if expanded.is_polynomial(*expanded.free_symbols):
        return expanded
    return sympy.cancel(sympy.together(expanded))


def total(terms: Iterable[tuple[Expr, Atom]]) -> Sum:
    """Like atoms added, zeros dropped."""
    found: Sum = {}
    for coefficient, atom in terms:
        found[atom] = found.get(atom, ZERO) + coefficient
    sums = {atom: normal(c) for atom, c in found.items()}
    return {atom: c for atom, c in sums.items() if c != 0}


def pairs(one: Sum) -> list[tuple[Expr, Atom]]:
    """The terms of a sum, coefficients first."""
    return [(c, atom) for atom, c in one.items()]


def scaled(one: Sum, factor: Expr) -> Sum:
    """A sum times a coefficient."""
    return total((factor * c, atom) for atom, c in one.items())


def minus(one: Sum, other: Sum) -> Sum:
    """One sum less another."""
    return total([*pairs(one), *((-c, atom) for atom, c in other.items())])


def substituted(one: Sum, values: Mapping[Expr, Expr]) -> Sum:
    """A sum with symbols replaced in its coefficients."""
    if not values:
        return one
    return total((c.subs(values, simultaneous=True), atom) for atom, c in one.items())


def listed(one: Sum) -> tuple[tuple[Expr, Atom], ...]:
    """The terms in canonical order."""
    return tuple(sorted(pairs(one), key=order))


def symbols(one: Sum) -> set[Expr]:
    """The symbols of its coefficients."""
    return set().union(*(c.free_symbols for c in one.values()))
