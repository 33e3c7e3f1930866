"""Bound indices: views that differ from each other, at most one set of them, and who is in it.

Every term is derived in the finest cases, so that two terms meet where they are equal: a set of evidence is all views
V, one view, or a set S with 2 ≤ |S| < M; a further view equals one that is bound, or differs from all of them, and lies
in S or outside. What the cases have in common is put together again when it is printed (`sums`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import sympy

from mvgraph.language.expr import Expr, symbol
from mvgraph.objective.neatness import POWER, M
from mvgraph.objective.plates.space import IrregularError

SETS = POWER - 1  # how many non-empty sets of views there are
DRAWABLE = POWER - M - 2  # how many of them hold two views or more, and not all
SET = "«S»"  # the bound set
SIZE = symbol(f"|{SET}|")
ONE = sympy.Integer(1)


@dataclass(frozen=True)
class Evidence:
    """A set of views as a value: all of them, the bound set, or some that are bound or named.

    Arguments:
        views: the views, where they are few; empty for all, and for the bound set.
        bound: it is the bound set.
    """

    views: tuple[str, ...] = ()
    bound: bool = False

    @property
    def everything(self) -> bool:
        """Whether it is V."""
        return not self.bound and not self.views

    @property
    def size(self) -> Expr:
        """|S|, as a formula."""
        return SIZE if self.bound else sympy.Integer(len(self.views)) if self.views else M

    def components(self, mixture: str) -> Expr:
        """How many components its posterior has, by the kind of mixture."""
        return {"none": ONE, "singles": self.size, "subsets": 2**self.size - 1}[mixture].subs(2**M, POWER)


ALL_VIEWS = Evidence()
BOUND_SET = Evidence(bound=True)


@dataclass(frozen=True)
class Indices:
    """What is bound where a term is derived.

    Arguments:
        named: the views that the spec calls by name; they differ from all that are bound.
        outside: bound views outside the set; all of them where there is none.
        inside: bound views in the set.
        has_set: whether there is a set.
        conditions: the named views that are conditioned on.
    """

    named: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    has_set: bool = False
    conditions: tuple[str, ...] = ()

    @property
    def views(self) -> tuple[str, ...]:
        """All bound views."""
        return (*self.inside, *self.outside)

    @cached_property
    def fresh(self) -> str:
        """A name for one view more."""
        return next(n for n in (f"«{k}»" for k in range(10)) if n not in self.views)

    def any_view(self) -> Iterator[tuple[str, Indices]]:
        """One view more: one that is there, or a new one."""
        for view in (*self.named, *self.views):
            yield view, self
        if self.has_set:
            yield self.fresh, replace(self, inside=(*self.inside, self.fresh))
        yield self.fresh, replace(self, outside=(*self.outside, self.fresh))

    def view_of(self, evidence: Evidence) -> Iterator[tuple[str, Indices]]:
        """One view more, among those of a set."""
        if evidence.views:
            yield from ((view, self) for view in evidence.views)
        elif evidence.bound:
            yield from ((view, self) for view in self.inside)
            yield self.fresh, replace(self, inside=(*self.inside, self.fresh))
        else:
            yield from self.any_view()

    def any_set(self) -> Iterator[Indices]:
        """A set S with 2 ≤ |S| < M: each view that is bound is in it, or is not.

        Raises:
            IrregularError: there is one already, or views have names.
        """
        if self.has_set:
            raise IrregularError("two sums over sets of views stand inside each other")
        if self.named:
            raise IrregularError("a sum over sets of views stands beside views that are named")
        for places in product((True, False), repeat=len(self.outside)):
            inside = tuple(v for v, place in zip(self.outside, places, strict=True) if place)
            yield replace(self, inside=inside, outside=tuple(v for v in self.outside if v not in inside), has_set=True)

    def holds(self, evidence: Evidence, view: str) -> bool:
        """Whether a view is in a set."""
        return view in evidence.views if evidence.views else view in self.inside if evidence.bound else True

    def number(self, view: str) -> Expr:
        """How many views may stand in the place of a bound one, all others being what they are."""
        if view in self.inside:
            return SIZE - (len(self.inside) - 1)
        return M - (SIZE if self.has_set else 0) - len(self.named) - (len(self.outside) - 1)


def number_of_sets(weight: Expr, inside: int, outside: int, sizes: tuple[bool, bool] = (False, False)) -> Expr:
    """Σ_S weight(|S|) over the sets that hold some views, and none of some others.

    With N views that are free, Σ_S (|S| − a)(|S| − a − 1)…(|S| − a − j + 1) over all of their sets is
    N (N − 1)…(N − j + 1) 2^(N−j); the sets of fewer than two views and that of all are taken away.

    Arguments:
        weight: a polynomial in |S|.
        inside, outside: how many views are in the set, and how many are not.
        sizes: whether the set may be one view, and whether it may be V.

    Raises:
        IrregularError: the weight is no polynomial in the size of the set.
    """
    free = M - inside - outside
    if not weight.is_polynomial(SIZE):
        raise IrregularError("a weight divides by the size of a set of views that its term does not show")
    shift = sympy.Symbol("t")
    rest = sympy.Poly(weight.subs(SIZE, shift + inside), shift)
    total = sympy.Integer(0)
    for degree in range(rest.degree(), -1, -1):
        leading = rest.coeff_monomial(shift**degree)
        falling, many = ONE, ONE
        for k in range(degree):
            falling, many = falling * (shift - k), many * (free - k)
        total += leading * many * POWER / 2 ** (inside + outside + degree)
        rest = sympy.Poly(rest.as_expr() - leading * falling, shift)
    none = weight.subs(SIZE, 0) if inside == 0 else 0
    alone = weight.subs(SIZE, 1) * {0: M - outside, 1: ONE}.get(inside, 0)
    everything = weight.subs(SIZE, M) if outside == 0 else 0
    return sympy.expand(total - none - (0 if sizes[0] else alone) - (0 if sizes[1] else everything))
