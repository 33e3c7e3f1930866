"""Coefficients that follow from the size of a set, as formulas in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.folding.renaming import size_of
from mvgraph.objective.folding.shapes import Choice

FORMS: tuple[Callable[[Expr], Expr], ...] = (
    lambda size: size,
    lambda size: 1 / size,
    lambda size: size - 1,
    lambda size: size**2,
)


def fitted(indices: Sequence[str], classes: Mapping[Expr, list[Choice]]) -> list[tuple[Expr, list[Choice]]]:
    """Choices by their coefficient; all together, where it is one formula in the size of the one set among them."""
    apart = list(classes.items())
    first = apart[0][1][0]
    places = [n for n, value in enumerate(first) if isinstance(value, tuple)]
    if len(places) != 1:
        return apart
    sizes = [(c, {len(choice[places[0]]) for choice in choices}) for c, choices in apart]
    if any(len(s) != 1 for _, s in sizes):
        return apart
    symbol = size_of(indices[places[0]])
    for form in FORMS:
        values = [(c, form(sympy.Integer(next(iter(s))))) for c, s in sizes]
        factors = {sympy.expand(c / v) for c, v in values if v != 0}
        if len(factors) == 1 and all(v != 0 for _, v in values):
            return [(factors.pop() * form(symbol), [c for choices in classes.values() for c in choices])]
    return apart
