"""What a coefficient computes: a rule for every kind of node that the grammar and its simplification can give.

The rules hold for floats and for whatever computes like them, tensors for one. What has no rule is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, mul
from typing import Any

Rules = Mapping[str, Callable[..., Any]]


REMEDIES = {
    "divides by zero": "keep what it divides by away from 0, e.g. by max(..., 1)",
    "is no real number": "keep what a root is taken of at 0 or above, e.g. by max(..., 0)",
    "is too large a number": "write a smaller one",
}


class UndefinedError(ArithmeticError):
    """A formula without a number: a division by zero, a root of a negative number, a function without a rule."""


def power(base: Any, exponent: float) -> Any:
    """A power of a real number, itself a real number.

    >>> power(-8.0, 2.0)
    64.0

    Raises:
        UndefinedError: zero to a negative power, or a root of a negative number.
    """
    if isinstance(base, float):
        if base == 0 and exponent < 0:
            raise UndefinedError("divides by zero")
        if base < 0 and not exponent.is_integer():
            raise UndefinedError("is no real number")
    return base**exponent


def sign(value: float) -> float:
    """-1, 0 or 1."""
    return float((value > 0) - (value < 0))


RULES: Rules = {
    "Add": lambda *parts: reduce(add, parts),
    "Mul": lambda *parts: reduce(mul, parts),
    "Pow": power,
    "Abs": abs,
    "sign": sign,
    "Min": min,
    "Max": max,
}


def evaluate(expression: Any, values: Mapping[str, Any], rules: Rules = RULES) -> Any:
    """The value of a sympy expression.

    Arguments:
        expression: what a formula was read into.
        values: of its symbols, by their names.
        rules: what each kind of node computes.

    Raises:
        UndefinedError: it is no real number at these values, or has a node without a rule.
    """
    if expression.is_Symbol:
        return values[expression.name]
    if expression.is_Number:
        return _finite(expression)
    rule = rules.get(expression.func.__name__)
    if rule is None:
        raise UndefinedError(
            "is no real number" if expression.is_number else f"has {expression.func}, which has no rule"
        )
    try:
        return rule(*[evaluate(part, values, rules) for part in expression.args])
    except OverflowError:
        raise UndefinedError("is too large a number") from None


def _finite(number: Any) -> float:
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise UndefinedError("is too large a number")
    return value
