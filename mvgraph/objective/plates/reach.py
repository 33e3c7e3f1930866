"""The space that the coefficients of a spec's objective are in, read off its written terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import sympy

from mvgraph.graph.pooling import pools
from mvgraph.language.density import parse_density
from mvgraph.language.expr import Expr, Formula, Reference, symbol
from mvgraph.language.index import parse_ranges, parse_views
from mvgraph.objective.evidence import random_parts
from mvgraph.objective.neatness import POWER, M
from mvgraph.objective.plates.space import SIZE, IrregularError, Space
from mvgraph.objective.routes import under_a_logarithm
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import JensenShannon, Route, WrittenTerm

SETS = POWER - 1  # how many non-empty sets of views there are
COUNTS: dict[str, Expr] = {"V": M, "singles": M, "full": sympy.Integer(1), "subsets": SETS}
DRAWABLE = POWER - M - 2  # how many sets of two views or more there are, but not of all
ONE = sympy.Integer(1)


def space(spec: Spec) -> Space:
    """The span of everything that a coefficient of a spec's objective can be.

    Raises:
        IrregularError: it is not of few dimensions, or views have params of their own.
    """
    tables = [name for name, value in spec.params.items() if isinstance(value, Mapping)]
    if tables:
        raise IrregularError(f"the param {tables[0]} has a value for each view, and so the views are not alike")
    phases = spec.by_phase.values() if spec.phases else (spec,)
    terms = [Reach(one, t) for one in phases for t in (*one.maximize, *one.minimize)]
    return sum((t.space for t in terms), start=Space((ONE,)))


@dataclass(frozen=True)
class Reach:
    """What the rule of a written term makes of the number of views.

    Arguments:
        spec, term: what is written.
    """

    spec: Spec
    term: WrittenTerm

    @property
    def space(self) -> Space:
        """What the coefficients that come from the term are made of."""
        found = [self._of(weight, share) for weight, share in product(self._weights(), self._shares())]
        return sum(found, start=Space((ONE,)))

    def _of(self, weight: Expr, share: Expr) -> Space:
        top, bottom = sympy.fraction(sympy.together(weight))
        bottom = _without_params(bottom) * share
        degree = {one: sympy.degree(top, one) if top.has(one) else 0 for one in (M, SIZE)}
        if self._hidden and sympy.fraction(weight)[1].has(SIZE):
            raise IrregularError("a weight divides by the size of a set of views that its term does not show")
        most = self._views + sum(degree.values())
        ends = {bottom.subs(SIZE, M), bottom.subs(SIZE, 1)}
        whole = [M**i * POWER**j / end for i in range(most + 1) for j in range(self._hidden + 1) for end in ends]
        if not self._sets:
            return Space(tuple(whole), shown=self._views + self._named)
        powers = ((i, k) for i in range(self._views + degree[M] + 1) for k in range(self._views + degree[SIZE] + 1))
        parts = [M**i * SIZE**k / bottom for i, k in powers if i + k <= most]
        return Space(tuple(whole), tuple(parts), self._views + self._named)

    @property
    def _bound(self) -> Iterator[tuple[str, set[str]]]:
        for name, text in self.term.for_.items():
            yield name, {r.word for r in parse_ranges(text)}

    @property
    def _views(self) -> int:
        """At most how many indices that are views there are: bound ones, components, targets, members of a prior."""
        bound = sum(bool(words & {"V", "singles"}) for _, words in self._bound)
        single = self.spec.mixture == "singles" and self._mixes
        listed = isinstance(self.term, Route) and parse_views(self.term.to).listed
        targets = isinstance(self.term, Route) and not listed
        return bound + single + targets + bool(pools(self.spec))

    @property
    def _named(self) -> int:
        """How many views are named: those of conditions, and in lists of the term."""
        listed = (parse_views(t).names for t in (self.term.from_, self.term.to)) if isinstance(self.term, Route) else ()
        names = {n for one in listed for n in one} - {*self.term.for_}
        return len(names) + len(self.spec.conditions)

    @property
    def _sets(self) -> int:
        """How many indices are sets of views of any size; more than one is refused."""
        bound = [name for name, words in self._bound if words & {"subsets", "random"}]
        components = self._mixes and self.spec.mixture == "subsets"
        if len(bound) + components > 1 or (bound and self._mixes):
            raise IrregularError("two sums over sets of views stand inside each other")
        return len(bound) + components

    @property
    def _mixes(self) -> bool:
        """Whether a posterior that is a mixture stands in the term."""
        return self.spec.mixture != "none" and not (
            isinstance(self.term, Route) and parse_views(self.term.from_).listed
        )

    @property
    def _hidden(self) -> int:
        """How many sets a term may not show: private latents are inferred from their own views."""
        named = {parse_density(text).views for _, text in self.term.densities}
        evidence = {self.term.from_} if isinstance(self.term, Route) else named
        bound = [name for name, words in self._bound if words & {"subsets", "random"}]
        shown = all(name in evidence for name in bound) and not any(v.plate for v in self.spec.latents)
        return 0 if shown else self._sets

    def _shares(self) -> Iterator[Expr]:
        """One over these: how many siblings a binding has, and components a mixture; how many sets are drawn from."""
        siblings = _product(self._siblings()) if self.term.combine == "mean" else ONE
        drawn = DRAWABLE if random_parts(self.term) else ONE
        members = self._members if isinstance(self.term, JensenShannon) else ONE
        pooled = (ONE, M) if pools(self.spec) else (ONE,)
        for part, pool in product(self._components(), pooled):
            yield siblings * drawn * members * part * pool

    def _components(self) -> tuple[Expr, ...]:
        """How many components share the weight of a term: all, where each has terms of its own, or one."""
        if not self._mixes:
            return (ONE,)
        every = SETS if self.spec.mixture == "subsets" else M
        route = self.term if isinstance(self.term, Route) else None
        apart = route is not None and route.from_ == "V" and route.density == "component"
        return (every,) if apart and route is not None and not under_a_logarithm(route) else (ONE, every)

    def _siblings(self) -> Iterator[Expr]:
        for text in self.term.for_.values():
            yield sum((COUNTS.get(r.word, ONE) for r in parse_ranges(text)), start=sympy.Integer(0))

    @property
    def _members(self) -> Expr:
        """Of how many densities a term takes the center: one each, or one for each value of the variables it names."""
        found = sympy.Integer(0)
        for _, text in self.term.densities:
            density = parse_density(text)
            bound = {name: parse_ranges(text) for name, text in self.term.for_.items()}
            named = [bound[n] for n in {density.views, density.copy} if n in bound]
            found += _product(sum((COUNTS.get(r.word, ONE) for r in parts), start=sympy.Integer(0)) for parts in named)
        return found

    def _weights(self) -> Iterator[Expr]:
        """The weights of the term, of its scores and of its ratios, as formulas in M and the size of a set."""
        outer = _weight(self.term.weight)
        if not isinstance(self.term, Route):
            yield outer
            return
        route = self.term
        scores = route.likelihood_weight
        inner = [*scores.values()] if isinstance(scores, Mapping) else [scores]
        inner += [route.beta_of(v.name) for v in self.spec.latents]
        yield from dict.fromkeys(sympy.expand(outer * _weight(one)) for one in inner)


def _weight(formula: Formula) -> Expr:
    def resolve(reference: Reference) -> Expr:
        if reference.size:
            return SIZE
        return M if reference.name == "M" else symbol(reference.name)

    return formula.resolve(resolve)


def _without_params(bottom: Expr) -> Expr:
    """The factors of what is divided by in which M, or a size, stands, and no params."""
    found = ONE
    for factor, power in sympy.factor_list(bottom)[1]:
        if factor.has(M, SIZE):
            if factor.free_symbols - {M, SIZE}:
                raise IrregularError(f"a weight divides by {factor}, in which the number of views stands with params")
            found *= factor**power
    return found


def _product(factors: Iterator[Expr]) -> Expr:
    return sympy.prod(factors)
