"""Coefficients as people write them: the shortest form, with sums that are positive for small params and many views."""

from __future__ import annotations

from functools import lru_cache

import sympy
from sympy.printing.str import StrPrinter

from mvgraph.language.expr import Expr

M = sympy.Symbol("M", integer=True, positive=True)
POWER = sympy.Symbol("2**M", positive=True)  # as an unknown of its own
MANY = {M: sympy.Integer(20), POWER: sympy.Integer(2) ** 20}
SMALL = sympy.Rational(1, 8)
MOST_KEPT = 4096


@lru_cache(maxsize=MOST_KEPT)
def neat(formula: Expr) -> Expr:
    """A formula in its shortest form, with sums that are positive for many views and small params, 2^M written out.

    >>> alpha, beta = sympy.symbols("alpha beta")
    >>> neat(alpha * beta - beta), neat((alpha - 1) / (M + 2 - POWER)), neat(1 - alpha / M)
    (-beta*(1 - alpha), (1 - alpha)/(2**M - M - 2), 1 - alpha/M)
    """
    forms = _upright(sympy.factor(formula)), sympy.expand(formula), _upright(sympy.cancel(formula))
    return min(forms, key=lambda form: len(str(form))).subs(POWER, 2**M)


class _Writer(StrPrinter):  # type: ignore[misc]  # sympy ships no types
    """Functions by the names that the grammar of formulas reads."""

    def _print_Function(self, expr: Expr) -> str:  # noqa: N802 - its name in sympy
        return f"{expr.func.__name__.lower()}({self.stringify(expr.args, ', ')})"

    def _print_LatticeOp(self, expr: Expr) -> str:  # noqa: N802 - as above
        return f"{expr.func.__name__.lower()}({', '.join(sorted(map(self._print, expr.args)))})"


_WRITER = _Writer()


def formula_text(formula: Expr) -> str:
    """A formula as text that can be read back.

    >>> alpha, beta = sympy.symbols("alpha beta", real=True)
    >>> formula_text(sympy.sqrt(beta**2) / 2 + sympy.Max(alpha, 0))
    'abs(beta)/2 + max(0, alpha)'
    """
    return str(_WRITER.doprint(formula))


def _upright(formula: Expr) -> Expr:
    """Each factor that is a sum with the sign that makes it positive, and one sign before all."""
    sign, factors = sympy.Integer(1), []
    for factor in sympy.Mul.make_args(formula):
        base, exponent = factor.as_base_exp()
        turned = base.is_Add and exponent.is_Integer and base.subs(_typical(base)).is_negative
        sign *= (-1) ** exponent if turned else 1
        factors.append((-base if turned else base) ** exponent)
    return sympy.Mul(sign, *factors)


def _typical(formula: Expr) -> dict[Expr, Expr]:
    return {s: MANY.get(s, SMALL) for s in formula.free_symbols}
