"""Which evidence and which targets a route has, for any set of observed views."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

from mvgraph.language.index import Range, parse_ranges, parse_views
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import Route, WrittenTerm
from mvgraph.vocab.param import Param

Views = frozenset[str]
Draws = Mapping[int, Views]  # the random evidence sets, by their numbers


@dataclass(frozen=True)
class Bound:
    """The value of a bound variable: a set of views (one, for a view), and how it follows the mask.

    Arguments:
        views: the set, as written for complete data.
        whole: it stands for all observed views (`full`), whichever they are.
        drawn: the number of a random set, from 1; else 0.
    """

    views: Views
    whole: bool = False
    drawn: int = 0


@dataclass(frozen=True)
class Subset:
    """An evidence or target set as written, and the set that it is for some observed views.

    Arguments:
        views: the set for complete data.
        strict: every view must be observed for the set to exist (it was bound to a variable).
        drawn: the number of a random set, from 1; else 0.
        dropped: a part of the set is left out of some data by chance; without draws it is whole.
    """

    views: Views
    strict: bool = False
    drawn: int = 0
    dropped: bool = False

    def at(self, observed: Views, draws: Draws) -> Views:
        """The views that remain; empty where the set does not exist."""
        if self.drawn and not (self.dropped and self.drawn not in draws):
            return draws.get(self.drawn, frozenset()) & observed
        if self.strict and not self.views <= observed:
            return frozenset()
        return self.views & observed


@dataclass(frozen=True)
class Instance:
    """One binding of a term's variables."""

    bindings: Mapping[str, Bound]
    needs: Views

    @property
    def drawn(self) -> int:
        """The number of the random set that is bound, 0 where there is none."""
        return max((b.drawn for b in self.bindings.values()), default=0)

    def __str__(self) -> str:
        return "".join(f", {n} = {b.drawn or ','.join(sorted(b.views))}" for n, b in sorted(self.bindings.items()))

    def subset(self, spec: Spec, text: str) -> Subset:
        """The set that a text such as `V`, `S` or `[m, image]` names."""
        written = parse_views(text)
        if written.all:
            return Subset(frozenset(spec.view_names))
        if not written.listed:
            bound = self.bindings[written.names[0]]
            return Subset(bound.views, not bound.whole and not bound.drawn, bound.drawn)
        named = [self._view(spec, n) for n in written.names]
        return Subset(frozenset().union(*named), all(n in self.bindings for n in written.names))

    def _view(self, spec: Spec, name: str) -> Views:
        if name in self.bindings:
            return self.bindings[name].views
        return frozenset({spec.view_named(name) or name})


def instances(spec: Spec, term: WrittenTerm) -> Iterator[Instance]:
    """Every binding of the variables of `for:`, for complete data."""
    choices = [[(name, b) for r in parse_ranges(text) for b in _values(spec, r)] for name, text in term.for_.items()]
    for pairs in product(*choices):
        bindings = dict(pairs)
        kept = [b.views for b in bindings.values() if not b.whole and not b.drawn]
        yield Instance(bindings, frozenset().union(*kept))


def instance_count(spec: Spec, term: WrittenTerm, size: int) -> int:
    """How many bindings there are where `size` views are observed, those that are conditioned on apart."""
    counts = {"V": size, "singles": size, "full": 1, "subsets": 2**size - 1}
    parts = [parse_ranges(text) for text in term.for_.values()]
    return math.prod(sum(draws_of(spec, r) if r.word == "random" else counts[r.word] for r in part) for part in parts)


def random_parts(term: WrittenTerm) -> list[Range]:
    """The parts `random(k)` of the ranges that a term is bound over."""
    return [r for text in term.for_.values() for r in parse_ranges(text) if r.word == "random"]


def draws_of(spec: Spec, part: Range) -> int:
    """The k of `random(k)`: a number, or the value of a param."""
    value = spec.params.get(part.count, part.count)
    return 0 if isinstance(value, Param | Mapping) else int(value)


def _values(spec: Spec, part: Range) -> list[Bound]:
    everything = frozenset(spec.view_names)
    if part.word == "full":
        return [Bound(everything, whole=True)]
    if part.word == "random":
        return [Bound(everything, drawn=j + 1) for j in range(draws_of(spec, part))]
    if part.word == "subsets":
        return [Bound(s) for s in subsets(frozenset(spec.scored_views))]
    return [Bound(frozenset({v})) for v in spec.scored_views]


def subsets(views: Views) -> list[Views]:
    """All non-empty subsets, the small ones first, in a stable order."""
    return list(each_subset(views))


def each_subset(views: Views) -> Iterator[Views]:
    """The same, one after another: of many views nobody has all."""
    ordered = sorted(views)
    return (frozenset(c) for n in range(1, len(ordered) + 1) for c in combinations(ordered, n))


def random_count(spec: Spec) -> int:
    """How many random evidence sets the terms of a spec draw at once by `random(k)`."""
    parts = (r for t in (*spec.maximize, *spec.minimize) for r in random_parts(t))
    return max((draws_of(spec, r) for r in parts), default=0)


def dropping(spec: Spec) -> dict[Route, int]:
    """The routes that drop evidence, with the numbers of their random sets: they follow those of `random(k)`."""
    routes = [t for t in (*spec.maximize, *spec.minimize) if isinstance(t, Route) and t.drop is not None]
    return {route: random_count(spec) + i + 1 for i, route in enumerate(dict.fromkeys(routes))}


def drop_rates(spec: Spec) -> tuple[float, ...]:
    """The probability of each route that drops evidence, in the order of their numbers."""
    return tuple(route.drop.p for route in dropping(spec) if route.drop is not None)


def random_subsets(observed: Views) -> list[Views]:
    """The sets that `random(k)` draws from, all equally likely: 2 <= |S| < number of observed views."""
    return [s for s in subsets(observed) if 2 <= len(s) < len(observed)]


def components(spec: Spec, evidence: Views) -> list[tuple[Fraction, Views]]:
    """The components of the posterior family given `evidence`, with their weights."""
    if spec.mixture == "none":
        return [(Fraction(1), evidence)]
    parts = subsets(evidence) if spec.mixture == "subsets" else [frozenset({v}) for v in sorted(evidence)]
    return [(Fraction(1, len(parts)), s) for s in parts]
