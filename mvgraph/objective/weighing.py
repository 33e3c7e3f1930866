"""Written weights as symbolic coefficients, for one binding of a term's variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy

from mvgraph.language.expr import Expr, Formula, Reference, symbol
from mvgraph.objective.evidence import Instance, random_parts
from mvgraph.objective.keys import Ref
from mvgraph.objective.terms import OBSERVED_COUNT
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import Route, WrittenTerm

ONE = Formula("1")


@dataclass(frozen=True)
class Weigher:
    """Resolves the names of formulas: params to symbols, `M` and `size(S)` to numbers, `lam[m]` to `lam_image`."""

    spec: Spec
    instance: Instance

    def weight(self, formula: Formula, view: str | None = None) -> Expr:
        """A formula with its names resolved; an unbound `m`, or a table without index, is that of `view`."""

        def resolve(reference: Reference) -> Expr:
            if reference.size:
                return self._size(reference.name)
            if reference.name == "M":
                return sympy.Integer(len(self.spec.scored_views))
            if not isinstance(self.spec.params.get(reference.name), Mapping):
                return symbol(reference.name)
            return symbol(f"{reference.name}_{self.copy(reference.index, view) or view}")

        return formula.resolve(resolve)

    def score(self, route: Route, view: str) -> Expr:
        """λ of a view's log-likelihood."""
        weight = route.likelihood_weight
        return self.weight(weight.get(view, ONE) if isinstance(weight, Mapping) else weight, view)

    def beta(self, route: Route, ref: Ref) -> Expr:
        """β of a latent's KL."""
        return self.weight(route.beta_of(ref.node), ref.view)

    def count(self, term: WrittenTerm) -> Expr:
        """k of `random(k)`, as a symbol where it is a param; 1 for terms without random evidence."""
        parts = random_parts(term)
        return self.weight(Formula(parts[0].count)) if parts else sympy.Integer(1)

    def copy(self, name: str | None, default: str | None = None) -> str | None:
        """The view that a subscript names: a bound variable's, or its own; `default` for any other variable."""
        if name is None:
            return None
        if name in self.instance.bindings:
            return next(iter(self.instance.bindings[name].views))
        return name if name in self.spec.view_names or default is None else default

    def _size(self, variable: str) -> Expr:
        bound = self.instance.bindings[variable]
        return OBSERVED_COUNT if bound.whole else sympy.Integer(len(bound.views))
