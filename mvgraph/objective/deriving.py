"""From the two graphs and the written terms to derived ones: the rule of each kind of term, applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from mvgraph.graph.pooling import pools
from mvgraph.objective.contests import contest
from mvgraph.objective.divergences import cross_entropy, divergence, jensen_shannon
from mvgraph.objective.evidence import Draws, Instance, Views, instance_count, instances, random_parts
from mvgraph.objective.frame import Frame
from mvgraph.objective.routes import route
from mvgraph.objective.statistics import statistic
from mvgraph.objective.terms import Term
from mvgraph.objective.weighing import Weigher
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import BatchStatistic, CrossEntropy, Divergence, JensenShannon, Route, WrittenTerm

RULES: dict[type, Callable[[Frame, Any], Iterator[Term]]] = {
    Route: route,
    Divergence: divergence,
    BatchStatistic: statistic,
    CrossEntropy: cross_entropy,
    JensenShannon: jensen_shannon,
    Contest: contest,
}


def expand(spec: Spec, observed: Views | None = None, draws: Draws | None = None) -> list[Term]:
    """Every term of the objective for a datum whose `observed` views are there (all of them, unless said).

    Arguments:
        spec: a checked spec.
        observed: the observed views; the result is that of the spec with the other views deleted, `M` apart.
        draws: the random evidence sets by number; routes with random evidence contribute nothing without.
    """
    seen = frozenset(spec.view_names) if observed is None else observed
    return [t for term, sign in _signed(spec) for t in _expand_term(spec, term, sign, seen, draws or {}, _any)]


def extent(spec: Spec) -> int:
    """At most how many terms `expand` gives, without expanding: sets of evidence, their components, what each has."""
    count, pooled = len(spec.views), pools(spec)
    parts = {"none": 1, "singles": count, "subsets": 2**count - 1}[spec.mixture]
    ratios = [(count if v.plate else 1) * (1 + count if v.name in pooled else 1) for v in spec.latents]
    one = parts * (count + sum(ratios))
    return sum(instance_count(spec, t, count) * (len(t.densities) + 1 if t.gathers else one) for t, _ in _signed(spec))


def expand_drawn(spec: Spec, chosen: Views) -> list[Term]:
    """Every term of the first random evidence set, where this is `chosen` and all views are observed."""
    seen, drawn = frozenset(spec.view_names), [(term, sign) for term, sign in _signed(spec) if random_parts(term)]
    found = (t for term, sign in drawn for t in _expand_term(spec, term, sign, seen, {1: chosen}, _of_first_draw))
    return [t for t in found if t.drawn == 1]


def _signed(spec: Spec) -> list[tuple[WrittenTerm, int]]:
    return [(term, 1) for term in spec.maximize] + [(term, -1) for term in spec.minimize]


def _any(_: Instance) -> bool:
    return True


def _of_first_draw(instance: Instance) -> bool:
    return any(b.drawn == 1 for b in instance.bindings.values())


def _expand_term(
    spec: Spec, term: WrittenTerm, sign: int, observed: Views, draws: Draws, wanted: Callable[[Instance], bool]
) -> Iterator[Term]:
    siblings = instance_count(spec, term, len(observed)) if term.combine == "mean" else 1
    for instance in [Instance({}, frozenset())] if term.gathers else instances(spec, term):
        if instance.needs <= observed and wanted(instance):
            weigh, share = Weigher(spec, instance), Fraction(1, siblings)
            frame = Frame(spec, term, instance, observed, draws, weigh, sign, share)
            yield from (t for t in RULES[type(term)](frame, term) if t.coefficient != 0)
