"""Sentences that say the same for every number of views, but for numbers in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.plates.lifting import SIZES
from mvgraph.objective.plates.space import IrregularError, Space

_NUMBER = re.compile(r"(?<![\w.])(\d+(?:/\d+)?)(?![\w.])")


def everywhere(texts: Mapping[int, str], space: Space = SIZES) -> str | None:
    """A sentence by numbers of views as one in which formulas in M stand for numbers; none where there is none.

    >>> everywhere({m: f"a lower bound of {m + 1} log p(X), 2 draws" for m in (3, 4, 5, 6)})
    'a lower bound of (M + 1) log p(X), 2 draws'

    Arguments:
        texts: the sentences.
        space: what a fraction in them can be; a whole number counts views, or sets of views.
    """
    parts = {m: _NUMBER.split(text) for m, text in texts.items()}
    if len({len(one) for one in parts.values()}) > 1:
        return None
    columns = ({m: one[n] for m, one in parts.items()} for n in range(len(next(iter(parts.values())))))
    try:
        return "".join(_common(column, space) for column in columns)
    except IrregularError:
        return None


def all_everywhere(texts: Mapping[int, Sequence[str]], space: Space) -> tuple[str, ...] | None:
    """Several sentences at once; none where one of them is none, or where there are not as many everywhere."""
    if len({len(one) for one in texts.values()}) > 1:
        return None
    rows = range(len(next(iter(texts.values()))))
    found = [everywhere({m: one[n] for m, one in texts.items()}, space) for n in rows]
    told = tuple(text for text in found if text is not None)
    return told if len(told) == len(found) else None


def _common(found: Mapping[int, str], space: Space) -> str:
    """A part of a sentence: the same everywhere, or a number."""
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    if not all(_NUMBER.fullmatch(text) for text in found.values()):
        raise IrregularError("another sentence for another number of views")
    numbers: dict[int, Expr] = {m: sympy.Rational(text) for m, text in found.items()}
    formula = (SIZES if all(n.is_Integer for n in numbers.values()) else space).formula(numbers)
    return f"({formula})" if formula.is_Add or formula.is_Mul else str(formula)
