"""Sentences with formulas in them, in every form that is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mvgraph.language.expr import Expr, Formula
from mvgraph.language.symbols import latex
from mvgraph.objective import notation
from mvgraph.objective.difference.relation import OTHER

OF_B = "__of_B"
DASH = "__dash__"
DASHED = re.compile(r"(?<=[\w-])-")  # within a name: a minus sign between two values has a space before it
OF_SETS = "__two_to_M"  # 2^M, which no spec can write


@dataclass(frozen=True)
class Maths:
    """A formula in a sentence, as LaTeX without dollar signs."""

    latex: str


Phrase = tuple[str | Maths, ...]


def equation(name: str, value: str) -> Maths:
    r"""A param with its value.

    >>> equation("beta (B)", "2*alpha/3").latex
    '\\beta^{(B)} = \\frac{2 \\alpha}{3}'
    >>> equation("k", "lam_t-2 - 1").latex
    'k = \\lambda_{\\mathrm{t-2}} - 1'
    >>> equation("beta", "alpha/(2**M - 1)").latex
    '\\beta = \\frac{\\alpha}{2^{M} - 1}'
    """
    return Maths(f"{_name(name)} = {_value(value)}")


def _value(text: str) -> str:
    plain = DASHED.sub(DASH, text.replace(OTHER, OF_B).replace("2**M", OF_SETS))
    return formula(Formula(plain).expr)


def _name(name: str) -> str:
    if name == OF_SETS:
        return "2^{M}"
    plain = name.removesuffix(OTHER).removesuffix(OF_B)
    return latex(plain.replace(DASH, "-")) + ("" if plain == name else "^{(B)}")


def formula(expr: Expr) -> str:
    """A weight, in which some params may be those of B alone."""
    return notation.formula(expr, _name)
