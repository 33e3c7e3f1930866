"""One written term with its variables bound: what every rule of derivation starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import sympy

from mvgraph.language.density import Density, parse_density
from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Atom
from mvgraph.objective.evidence import Draws, Instance, Subset, Views, dropping, instances
from mvgraph.objective.family import Site
from mvgraph.objective.terms import Scope, Term
from mvgraph.objective.weighing import Weigher
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import Route, WrittenTerm

WHOLE = Fraction(1)


@dataclass(frozen=True)
class Frame:
    """One written term with its variables bound, for one set of observed views.

    Arguments:
        spec, term, instance: what is written, and one binding of its variables.
        observed, draws: the observed views and the random evidence sets.
        weigh: resolves weights.
        sign: 1 under `maximize`, −1 under `minimize`.
        share: of this binding among its siblings.
    """

    spec: Spec
    term: WrittenTerm
    instance: Instance
    observed: Views
    draws: Draws
    weigh: Weigher
    sign: int
    share: Fraction

    def members(self) -> list[Frame]:
        """One frame for each binding of the variables, for a term that gathers its members."""
        bindings = instances(self.spec, self.term)
        return [replace(self, instance=i, weigh=Weigher(self.spec, i)) for i in bindings]

    def subset(self, text: str) -> Subset:
        """The set that a text names."""
        return self.instance.subset(self.spec, text)

    def density(self, text: str) -> Density:
        """The density that a text names."""
        return parse_density(text).among([x.name for x in self.spec.latents])

    def evidence(self, route: Route) -> Subset:
        """What a route infers from; by chance a part of it, where it drops some."""
        found = self.subset(route.from_)
        number = dropping(self.spec).get(route)
        return found if number is None else replace(found, drawn=number, dropped=True)

    def at(self, subset: Subset) -> Views:
        """What is left of a set under the mask."""
        return subset.at(self.observed, self.draws)

    def site(self, evidence: Subset, label: Views, views: Views, samples: int | None = None) -> Site:
        """Where posteriors are asked for: the evidence as written, and as it is."""
        count = self.spec.estimator.samples if samples is None else samples
        return Site(self.spec, label, views, self.observed, evidence.drawn, count)

    def build(self, coefficient: Expr, weight: Fraction, atom: Atom, scope: Scope) -> Term:
        """A term, weighted as a whole by the written term's own weight."""
        whole = sympy.expand(self.weight * coefficient)
        return Term(whole, self.share * weight, atom, scope, self.count)

    @cached_property
    def weight(self) -> Expr:
        """That of the written term, with its sign."""
        return self.sign * self.weigh.weight(self.term.weight)

    @cached_property
    def count(self) -> Expr:
        """How many random evidence sets the written term has."""
        return self.weigh.count(self.term)


def behind(frame: Frame, density: Density) -> Subset:
    """The set behind the bar of a density (all views for a prior): a variable, V, or names with commas."""
    text = density.views or "V"
    is_set = text == "V" or frame.term.for_.get(text, "V") != "V"
    return frame.subset(text if is_set else f"[{text}]")
