"""A derived term: coefficient, share, atom, and when it counts."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import sympy

from mvgraph.language.expr import Expr, symbol
from mvgraph.objective.atoms import Atom
from mvgraph.objective.evidence import Subset, Views
from mvgraph.spec.terms import WrittenTerm

OBSERVED_COUNT = symbol("M_obs")


@dataclass(frozen=True)
class Scope:
    """When a term counts for a datum, and its share among its siblings, as a function of the observed views.

    Arguments:
        term: the written term.
        needs: views that must all be observed.
        evidence, targets: the route's sets.
        component: the component's own evidence, where the posterior family is a mixture.
        scored: at least one of these must be an observed target.
        split: how the evidence falls into components, where not as the posterior family's mixture does.
        among: the sets of its siblings and itself, where those that exist have equal shares.
    """

    term: WrittenTerm
    needs: Views
    evidence: Subset
    targets: Subset
    component: Views | None
    scored: Views
    split: Literal["singles"] | None = None
    among: tuple[Subset, ...] = ()


@dataclass(frozen=True)
class Term:
    """coefficient · share · atom, to be maximised.

    Arguments:
        coefficient: a formula over params, with its sign.
        share: the weight of the component and of the binding, for the views that the term was derived for.
        atom: what is weighted.
        scope: when the term counts.
        count: how many random evidence sets there are, as a formula; one for terms without.
    """

    coefficient: Expr
    share: Fraction
    atom: Atom
    scope: Scope
    count: Expr

    @property
    def weight(self) -> Expr:
        """coefficient · share, as one expression."""
        return sympy.Rational(self.share.numerator, self.share.denominator) * self.coefficient

    @property
    def drawn(self) -> int:
        """The number of the random set that the term belongs to; 0 for none, and for evidence that is only dropped."""
        evidence = self.scope.evidence
        return 0 if evidence.dropped else evidence.drawn or self.scope.targets.drawn
