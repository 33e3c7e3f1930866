"""Values of params that make polynomials vanish: one unknown after another, each from an equation linear in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

import sympy

from mvgraph.language.expr import Expr

Solution = dict[Expr, Expr]
MOST_SOLUTIONS = 16
MOST_FACTORS = 6


def solutions(equations: Sequence[Expr], unknowns: Sequence[Expr]) -> list[Solution]:
    """Values of unknowns for which all the expressions are 0, each in terms of what is not determined.

    Factors are tried one by one, so that alpha · beta = 0 has two answers; the search is bounded, and what it does
    not find may exist.

    >>> x, y = sympy.symbols("x y")
    >>> solutions([x - 1, x * y], [x, y])
    [{x: 1, y: 0}]

    Arguments:
        equations: polynomials, or fractions of such.
        unknowns: what may be given a value, the first ones rather than the last ones.
    """
    return list(islice(_solve(list(equations), list(unknowns), {}), MOST_SOLUTIONS))


def _solve(equations: list[Expr], unknowns: list[Expr], found: Solution) -> Iterator[Solution]:
    rest = [e for e in dict.fromkeys(map(_numerator, equations)) if e != 0]
    if any(not e.has(*unknowns) if unknowns else True for e in rest):
        return
    if not rest:
        yield found
        return
    easiest = min(rest, key=lambda e: (len(e.free_symbols & set(unknowns)), len(e.free_symbols), sympy.count_ops(e)))
    for unknown, value in _answers(easiest, unknowns):
        step = {unknown: value}
        later = {u: sympy.cancel(v.subs(step)) for u, v in found.items()}
        left = [u for u in unknowns if u != unknown]
        yield from _solve([e.subs(step) for e in rest], left, {**later, **step})


@lru_cache(maxsize=4096)
def _numerator(expression: Expr) -> Expr:
    """What is to be 0, without the numbers that all its parts share, so that like equations are one."""
    if expression.is_Number:
        return expression
    _, primitive = sympy.expand(sympy.fraction(sympy.together(expression))[0]).primitive()
    return -primitive if primitive.could_extract_minus_sign() else primitive


def _answers(equation: Expr, unknowns: list[Expr]) -> Iterator[tuple[Expr, Expr]]:
    """Values of one unknown each that make an expression vanish."""
    _, factors = sympy.factor_list(equation)
    for factor, _ in factors[:MOST_FACTORS]:
        for unknown in (u for u in unknowns if factor.has(u)):
            slope = factor.diff(unknown)
            if not slope.has(unknown):
                yield unknown, sympy.cancel(-(factor - slope * unknown).expand() / slope)
                break
