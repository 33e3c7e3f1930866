"""Coefficients as plain data that can be read back, whatever the names of params and views hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import sympy

from mvgraph.errors import UsageError
from mvgraph.language.expr import MOST_EXPONENT, Expr, symbol

Data = Any  # what JSON can hold
NODES: dict[str, Callable[..., Expr]] = {
    **{"sum": sympy.Add, "product": sympy.Mul, "power": sympy.Pow},
    **{"abs": sympy.Abs, "sign": sympy.sign, "min": sympy.Min, "max": sympy.Max},
}
UNARY = ("abs", "sign")
EXPECTED = f"a number such as '1/3', or a record with one of param, {', '.join(NODES)}"


def formula(expr: Expr) -> Data:
    """A coefficient as plain data: a number as text, all else as a record of one entry.

    >>> formula(symbol("beta") / 2)
    {'product': ['1/2', {'param': 'beta'}]}
    """
    if expr.is_Symbol:
        return {"param": expr.name}
    name = next((n for n, node in NODES.items() if expr.func is node), None)
    return str(sympy.Rational(expr)) if name is None else {name: [formula(part) for part in expr.args]}


def expression(data: Data) -> Expr:
    """The coefficient that data stand for.

    >>> expression({"product": ["1/2", {"param": "beta"}]})
    beta/2

    Raises:
        UsageError: the data are no coefficient.
    """
    if isinstance(data, str):
        return _number(data)
    if not isinstance(data, Mapping) or len(data) != 1:
        raise UsageError(f"{data!r:.80} is no coefficient: {EXPECTED}")
    ((name, inside),) = data.items()
    if name == "param" and isinstance(inside, str) and inside:
        return symbol(inside)
    if name not in NODES or not isinstance(inside, list | tuple):
        raise UsageError(f"{data!r:.80} is no coefficient: {EXPECTED}")
    parts = [expression(part) for part in inside]
    if name == "power" and (len(parts) != 2 or not _may_be_exponent(parts[1])):
        raise UsageError(f"a power has a base and a number of at most {MOST_EXPONENT}, and here is {data!r:.80}")
    if name in UNARY and len(parts) != 1:
        raise UsageError(f"{name} has one part, and here is {data!r:.80}")
    return _finite(NODES[name](*parts), data)


def _may_be_exponent(expr: Expr) -> bool:
    return bool(expr.is_Rational and abs(expr) <= MOST_EXPONENT)


def _finite(value: Expr, data: Data) -> Expr:
    if value.has(sympy.zoo, sympy.nan, sympy.oo):
        raise UsageError(f"the coefficient {data!r:.80} divides by zero")
    return value


def _number(text: str) -> Expr:
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"'{text:.80}' is no coefficient: {EXPECTED}") from None
    return sympy.Rational(found.numerator, found.denominator)
