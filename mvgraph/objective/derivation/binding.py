"""What the variables of a written term are bound to, and the components of the posterior given a set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy

from mvgraph.language.density import Data, Density, parse_density
from mvgraph.language.expr import Expr, Formula, Reference, symbol
from mvgraph.language.index import parse_ranges, parse_views
from mvgraph.objective.derivation.indices import ALL_VIEWS, BOUND_SET, DRAWABLE, ONE, SETS, Evidence, Indices
from mvgraph.objective.derivation.posterior import LiftedSite
from mvgraph.objective.derivation.sums import listed
from mvgraph.objective.evidence import draws_of
from mvgraph.objective.keys import Key, Mixture, Ref
from mvgraph.objective.neatness import POWER, M
from mvgraph.objective.plates.space import IrregularError
from mvgraph.objective.terms import OBSERVED_COUNT
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import WrittenTerm


@dataclass(frozen=True)
class Binding:
    """One case of what the variables of a written term are bound to.

    Arguments:
        spec, term: what is written.
        values: the set of each variable.
        indices: what is bound.
        share: the weight of the binding.
        whole: variables that stand for all observed views, whichever these are.
    """

    spec: Spec
    term: WrittenTerm
    values: Mapping[str, Evidence]
    indices: Indices
    share: Expr = ONE
    whole: frozenset[str] = frozenset()

    def subset(self, text: str) -> Evidence:
        """The set that a text such as `V`, `S` or `[m, image]` names."""
        written = parse_views(text)
        if written.all:
            return ALL_VIEWS
        if not written.listed:
            return self.values[written.names[0]]
        names = [self.view(n) for n in written.names]
        if len(names) > 1 and set(names) != set(self.spec.view_names):
            raise IrregularError("a list of several views is no set of one form for all numbers of views")
        return Evidence(tuple(names))

    def view(self, name: str) -> str:
        """The view that a name or a variable stands for."""
        if name in self.values:
            return self.values[name].views[0]
        return self.spec.view_named(name) or name

    def weight(self, formula: Formula | Any) -> Expr:
        """A formula with its names resolved."""
        if isinstance(formula, Mapping):
            raise IrregularError("a weight has a value for each view, and so the views are not alike")

        def resolve(reference: Reference) -> Expr:
            if reference.size:
                return OBSERVED_COUNT if reference.name in self.whole else self.values[reference.name].size
            if isinstance(self.spec.params.get(reference.name), Mapping):
                raise IrregularError(
                    f"the param {reference.name} has a value for each view, and so the views are not alike"
                )
            return M - len(self.indices.conditions) if reference.name == "M" else symbol(reference.name)

        return formula.resolve(resolve)

    def behind(self, density: Density) -> Evidence:
        """The set behind the bar of a density, all views for a prior."""
        text = density.views or "V"
        is_set = text == "V" or self.term.for_.get(text, "V") != "V"
        return self.subset(text if is_set else f"[{text}]")

    def ref(self, density: Density | Data) -> Ref:
        """The latent, or the data, that a text names."""
        return Ref(density.node, None if density.copy is None else self.view(density.copy))

    def density(self, text: str) -> Density:
        """The density that a text names."""
        return parse_density(text).among([x.name for x in self.spec.latents])

    def site(self, evidence: Evidence, indices: Indices | None = None) -> LiftedSite:
        """Where posteriors are asked for."""
        return LiftedSite(self.spec, indices or self.indices, evidence)


def bindings(
    spec: Spec, term: WrittenTerm, indices: Indices, names: tuple[str, ...] | None = None
) -> Iterator[Binding]:
    """Every case of what variables are bound to; all of them, unless some are named."""
    chosen = tuple(term.for_) if names is None else names
    views = M - len(indices.conditions)
    total = sympy.prod(_siblings(spec, term.for_[name], views) for name in chosen)
    start = [Binding(spec, term, {}, indices, 1 / total if term.combine == "mean" else ONE)]
    for name in chosen:
        start = [new for one in start for new in _bound(one, name, term.for_[name])]
    yield from start


def _siblings(spec: Spec, text: str, views: Expr) -> Expr:
    known = {"V": views, "singles": views, "full": ONE, "subsets": SETS}
    return sum(
        (known[r.word] if r.word in known else draws_of(spec, r) for r in parse_ranges(text)), start=sympy.Integer(0)
    )


def _bound(before: Binding, name: str, text: str) -> Iterator[Binding]:
    def bound(value: Evidence, indices: Indices, share: Expr = ONE, whole: bool = False) -> Binding:
        values, every = {**before.values, name: value}, before.whole | ({name} if whole else set())
        return replace(before, values=values, indices=indices, share=before.share * share, whole=every)

    for part in parse_ranges(text):
        if part.word in ("V", "singles", "subsets"):
            singles = before.indices.any_view()
            yield from (bound(Evidence((v,)), inner) for v, inner in singles if v not in inner.conditions)
        if part.word in ("full", "subsets"):
            yield bound(ALL_VIEWS, before.indices, whole=part.word == "full")
        if part.word in ("subsets", "random"):
            drawn = before.weight(Formula(part.count)) / DRAWABLE if part.word == "random" else ONE
            yield from (bound(BOUND_SET, indices, drawn) for indices in before.indices.any_set())


def components(spec: Spec, evidence: Evidence, indices: Indices) -> Iterator[tuple[Expr, Evidence, Indices]]:
    """The components of the posterior family given some evidence, with their weights."""
    if spec.mixture == "none" or len(evidence.views) == 1:
        yield ONE, evidence, indices
        return
    singles = ((Evidence((view,)), inner) for view, inner in indices.view_of(evidence))
    if spec.mixture == "singles":
        yield from ((1 / evidence.size, one, inner) for one, inner in singles)
        return
    if not evidence.everything:
        raise IrregularError("two sums over sets of views stand inside each other")
    yield from ((1 / SETS, one, inner) for one, inner in singles)
    yield 1 / SETS, ALL_VIEWS, indices
    yield from ((1 / SETS, BOUND_SET, inner) for inner in indices.any_set())


def several(spec: Spec, evidence: Evidence) -> bool:
    """Whether the posterior of some evidence has more than one component."""
    return spec.mixture != "none" and len(evidence.views) != 1


def mixture_of(spec: Spec, evidence: Evidence, indices: Indices, refs: list[Ref]) -> Mixture | Key:
    """The mixture over the components of some evidence."""
    parts = [
        (tuple(LiftedSite(spec, inner, part).posterior(r) for r in refs), inner)
        for _, part, inner in components(spec, evidence, indices)
    ]
    if not several(spec, evidence) and len(refs) == 1:
        return parts[0][0][0]
    keys = listed(parts, indices)
    return Mixture((1 / evidence.components(spec.mixture).subs(POWER, 2**M),) * len(keys), keys)
