"""Symbolic coefficients as numbers or tensors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add, mul

from torch import Tensor

from mvgraph.language.expr import Expr

Values = Mapping[str, Tensor | float]


def evaluate(expression: Expr, values: Values) -> Tensor | float:
    """A polynomial or quotient of params, with the params' values; differentiable in them.

    >>> from mvgraph.language.expr import Formula
    >>> evaluate(Formula("2*beta - 1/4").expr, {"beta": 3.0})
    5.75
    """
    if expression.is_Symbol:
        return values[expression.name]
    if expression.is_Number:
        return float(expression)
    parts = [evaluate(a, values) for a in expression.args]
    if expression.is_Pow:
        power: Tensor | float = parts[0] ** parts[1]
        return power
    return reduce(add if expression.is_Add else mul, parts)
