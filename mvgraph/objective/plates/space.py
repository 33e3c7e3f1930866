"""What a coefficient can be as a function of M, the number of views: few dimensions, so that a few numbers decide.

Views that no spec names can be renamed, so that the terms of an objective fall into kinds, and the terms of a kind have
one coefficient. It is, over all written terms, weight · share · count:

- the weight is the written formula, in which M, and the size of a set, may stand;
- the share is that of a binding among its siblings, or of a component in its mixture: one over M, or 2^M − 1;
- the count is how many bindings, components and targets give the same term. Each index that the term does not show runs
  over all views but those that it shows, so that the count is a polynomial in M of a degree no higher than the number
  of such indices; a set of views that the term does not show brings powers of 2^M. The count of a term that shows a set
  of s views is a polynomial in s and M.

So every coefficient is in the span of known functions. A function of that span is zero for all M if it is zero for so
many M that the functions are linearly independent there, which is checked in exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import sympy

from mvgraph.errors import UsageError
from mvgraph.language.expr import Expr
from mvgraph.objective.neatness import POWER, M, neat

SIZE = sympy.Symbol("s", integer=True, positive=True)  # of a set of views, neither one view nor all


class IrregularError(UsageError):
    """An objective that is not one formula for all numbers of views, or that is not known to be one."""


@dataclass(frozen=True)
class Space:
    """The span of some functions.

    Arguments:
        whole: the functions of M that coefficients of terms without a set of views are made of.
        parts: the functions of M and of the size of the set, for terms that show one.
        shown: at most how many single views a term shows, beside a set; with fewer, not every kind of term is there.
    """

    whole: tuple[Expr, ...]
    parts: tuple[Expr, ...] = ()
    shown: int = 0

    @cached_property
    def basis(self) -> tuple[Expr, ...]:
        """Functions of M that are linearly independent, of the same span."""
        return independent(self.whole)

    def __add__(self, other: Space) -> Space:
        whole, parts = (*self.whole, *other.whole), (*self.parts, *other.parts)
        return Space(tuple(dict.fromkeys(whole)), tuple(dict.fromkeys(parts)), max(self.shown, other.shown))

    def times(self, factors: Sequence[Expr]) -> Space:
        """The span of the products with some other functions of M."""
        whole, parts = (tuple(dict.fromkeys(f * b for f in factors for b in one)) for one in (self.whole, self.parts))
        return Space(whole, parts, self.shown)

    def decided_by(self, counts: Sequence[int]) -> bool:
        """Whether a function of the space that is zero at these numbers of views is zero for all."""
        many = [m for m in counts if m >= self.shown]
        inside, outside = max(self.shown, 2), max(self.shown, 1)
        sizes = [(m, s) for m in many for s in range(inside, m - outside + 1)]
        parts = independent(self.parts)
        return _values(self.basis, [(m, 0) for m in many]).rank() == len(self.basis) and (
            not parts or _values(parts, sizes).rank() == len(parts)
        )

    def formula(self, found: Mapping[int, Expr]) -> Expr:
        """The function of the space that has some values, by numbers of views.

        >>> Space((sympy.Integer(1), 1 / M)).formula({2: sympy.Rational(1, 2), 3: sympy.Rational(2, 3)})
        1 - 1/M

        Raises:
            IrregularError: there is none, or more than one.
        """
        table = _values(self.basis, [(m, 0) for m in found])
        if table.rank() < len(self.basis):
            raise IrregularError("too few numbers of views tell what a coefficient is")
        given = sympy.Matrix(list(found.values()))
        weights = ((table.T * table).inv() * table.T * given).applyfunc(sympy.expand)
        if any(sympy.expand(rest) != 0 for rest in table * weights - given):
            told = ", ".join(f"{value} at M = {m}" for m, value in found.items())
            raise IrregularError(f"a coefficient is no formula in M of the kind that its spec gives: {told}")
        return neat(sum((w * b for w, b in zip(weights, self.basis, strict=True)), start=sympy.Integer(0)))


def independent(functions: Iterable[Expr]) -> tuple[Expr, ...]:
    """As many of some rational functions of M, 2^M and the size of a set as are linearly independent."""
    given = tuple(dict.fromkeys(functions))
    if not given:
        return ()
    bottom = sympy.Integer(1)
    for one in given:
        bottom = sympy.lcm(bottom, sympy.fraction(sympy.together(one))[1])
    rows = [sympy.Poly(sympy.cancel(one * bottom), M, POWER, SIZE).as_dict() for one in given]
    powers = sorted({power for row in rows for power in row})
    table = sympy.Matrix(len(powers), len(rows), lambda i, j: rows[j].get(powers[i], 0))
    return tuple(given[j] for j in table.rref()[1])


def _values(functions: Sequence[Expr], places: Sequence[tuple[int, int]]) -> sympy.Matrix:
    """The values of functions at some numbers of views, and sizes of a set."""
    known = [{M: m, POWER: 2**m, SIZE: s} for m, s in places]
    return sympy.Matrix(len(known), len(functions), lambda i, j: functions[j].subs(known[i]))
