"""Symbolic coefficients as numbers or tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import torch
from torch import Tensor

from mvgraph.errors import Problem, SpecError
from mvgraph.language import arithmetic
from mvgraph.language.expr import Expr

Values = Mapping[str, Tensor | float]


def evaluate(expression: Expr, values: Values) -> Tensor | float:
    """A formula over params, with the params' values; differentiable in them.

    >>> from mvgraph.language.expr import Formula
    >>> evaluate(Formula("2*beta - 1/4").expr, {"beta": 3.0})
    5.75

    Raises:
        SpecError: it is no real number at these values.
    """
    try:
        result: Tensor | float = arithmetic.evaluate(expression, values, RULES)
    except arithmetic.UndefinedError as fault:
        numbers = {n: v for n in sorted(map(str, expression.free_symbols)) if isinstance(v := values[n], float)}
        known = ", ".join(f"{name} = {number:g}" for name, number in numbers.items())
        message = f"the coefficient {expression} {fault}{f' at {known}' if known else ''}"
        raise SpecError(Problem("MVG122", ("params",), message, arithmetic.REMEDIES.get(str(fault), ""))) from None
    return result


def _sign(value: Tensor | float) -> Tensor | float:
    return value.sign() if isinstance(value, Tensor) else arithmetic.sign(value)


def _extreme(of: Callable[..., float], of_tensors: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor | float]:
    def pair(a: Tensor | float, b: Tensor | float) -> Tensor | float:
        like = next((v for v in (a, b) if isinstance(v, Tensor)), None)
        return of(a, b) if like is None else of_tensors(torch.as_tensor(a).to(like), torch.as_tensor(b).to(like))

    return lambda *values: reduce(pair, values)


RULES: arithmetic.Rules = {
    **arithmetic.RULES,
    "sign": _sign,
    "Min": _extreme(min, torch.minimum),
    "Max": _extreme(max, torch.maximum),
}
