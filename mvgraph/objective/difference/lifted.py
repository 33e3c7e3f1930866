"""Two sums beside each other for every number of views, with coefficients that are formulas in M."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Atom
from mvgraph.objective.difference.gaps import Constant
from mvgraph.objective.difference.sides import Side
from mvgraph.objective.difference.sums import Sum
from mvgraph.objective.folding.pieces import Piece, sums
from mvgraph.objective.folding.summed import summed
from mvgraph.objective.neatness import POWER, M, neat
from mvgraph.objective.plates.space import Space
from mvgraph.objective.plates.uniform import Sums, Uniform
from mvgraph.objective.terms import OBSERVED_COUNT
from mvgraph.objective.text import order
from mvgraph.spec.model import Spec

OURS, THEIRS = sympy.Symbol("coefficient in A"), sympy.Symbol("coefficient in B")
Weighted = tuple[Expr, Atom]


@dataclass(frozen=True)
class Lifted:
    """Two sums over the same terms.

    Arguments:
        a, b: the sums; 2^M is a symbol of its own in their coefficients.
        uniform: both together.
    """

    a: Sum
    b: Sum
    uniform: Uniform


def lifted(both: Callable[[int], tuple[Sum, Sum]], spec: Callable[[int], Spec], space: Space, least: int) -> Lifted:
    """Two sums as functions of the number of views, each term folded as in the other.

    Arguments:
        both: the two, at a number of views.
        spec: whose views they are about.
        space: what coefficients can be.
        least: the least number of views.

    Raises:
        IrregularError: they are not of one form for all numbers of views.
    """

    def terms(number: int) -> list[Weighted]:
        a, b = both(number)
        marked = ((a.get(x, 0) * OURS + b.get(x, 0) * THEIRS, x) for x in dict.fromkeys((*a, *b)))
        return sorted(marked, key=order)

    uniform = Sums(spec, terms, space, least).uniform
    a: Sum = {}
    b: Sum = {}
    for coefficient, atom in map(_atom, uniform.pieces):
        for one, mark in ((a, OURS), (b, THEIRS)):
            if (found := _formula(coefficient.diff(mark))) != 0:
                one[atom] = found
    return Lifted(a, b, uniform)


def _atom(piece: Piece) -> Weighted:
    """A term under index sets as an atom; a constant stays one."""
    if isinstance(piece.value, Constant):
        return piece.coefficient, Constant(f"{sums(piece.ranges)}{piece.value}")
    return summed(piece)


def _formula(coefficient: Expr) -> Expr:
    return sympy.cancel(sympy.together(coefficient.subs(2**M, POWER)))


@dataclass(frozen=True)
class LiftedSide(Side):
    """A side whose terms are those for every number of views."""

    lifted: Sum = field(default_factory=dict)

    @cached_property
    def sum(self) -> Sum:
        """The terms."""
        return self.lifted

    @cached_property
    def declared(self) -> dict[Expr, Expr]:
        """The declared numbers; how many views a datum has is M."""
        return {**super().declared, OBSERVED_COUNT: M}

    @property
    def phases(self) -> list[Side]:
        """None: each phase is a side of its own."""
        return []

    @property
    def inside(self) -> set[str]:
        """None is looked for: no terms stand at hand in which a param could be given a value."""
        return set()

    @property
    def symbols(self) -> list[Expr]:
        """The params; the number of views is none."""
        return [s for s in super().symbols if s not in (M, POWER)]


def sign(formula: Expr, since: int) -> int:
    """1 where a formula in M is above 0 for every M from a number on, -1 where it is below, 0 where that is not seen.

    M is put as since + t, and 2^M as 2^since (1 + t + r), in which t and r are at least 0: a polynomial with
    coefficients of one sign has that sign.

    >>> sign(1 - 1 / M, 2), sign(1 / (M + 1 - POWER), 2), sign(M - 3, 2)
    (1, -1, 0)
    """
    top, bottom = sympy.fraction(sympy.together(formula.subs(2**M, POWER)))
    t, r = sympy.symbols("t r", nonnegative=True)
    whole = (top * bottom).subs({M: since + t, POWER: 2**since * (1 + t + r)})
    if whole.free_symbols - {t, r}:
        return 0
    found = sympy.Poly(whole, t, r)
    signs = {sympy.sign(c) for c in found.coeffs()}
    constant = found.coeff_monomial(1)
    return int(sympy.sign(constant)) if len(signs) == 1 and constant != 0 else 0


def shown(one: Sum) -> Sum:
    """A sum with formulas as people write them."""
    return {atom: neat(c) for atom, c in one.items()}
