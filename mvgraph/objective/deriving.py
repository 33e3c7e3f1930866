"""From the two graphs and the written terms to derived ones: the rule of each kind of term, applied."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from mvgraph.errors import UsageError
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

MOST_TERMS = 100_000  # a minute of work; beyond, the computer would run out of memory before anything is said
ASTRONOMIC = 10**12

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

    Raises:
        UsageError: there would be more terms than a computer has room for.
    """
    _refuse_many(spec)
    found = (f for written in (*spec.maximize, *spec.minimize) for f in frames(spec, written, observed, draws))
    return [t for frame in found for t in raw(frame) if t.coefficient != 0]


def extent(spec: Spec) -> int:
    """At most how many terms `expand` gives, without expanding: sets of evidence, their components, what each has."""
    count, pooled = len(spec.views), pools(spec)
    parts = {"none": 1, "singles": count, "subsets": 2**count - 1}[spec.mixture]
    ratios = [(count if v.plate else 1) * (1 + count if v.name in pooled else 1) for v in spec.latents]
    one = parts * (count + sum(ratios))
    every = (*spec.maximize, *spec.minimize)
    drawn = 2**count if any(map(random_parts, every)) else 0
    return drawn + sum(instance_count(spec, t, count) * (len(t.densities) + 1 if t.gathers else one) for t in every)


def _refuse_many(spec: Spec) -> None:
    if (many := extent(spec)) > MOST_TERMS:
        text = f"{many:,}" if many < ASTRONOMIC else f"10^{int(math.log10(many))}"
        raise UsageError(
            f"with its {len(spec.views)} views the objective of {spec.name} has up to {text} terms, and more than "
            f"{MOST_TERMS:,} are not derived; ask for fewer views, e.g. --views 5"
        )


def expand_drawn(spec: Spec, chosen: Views) -> list[Term]:
    """Every term of the first random evidence set, where this is `chosen` and all views are observed."""
    drawn = (t for t in (*spec.maximize, *spec.minimize) if random_parts(t))
    found = (f for written in drawn for f in frames(spec, written, draws={1: chosen}) if f.instance.drawn == 1)
    return [t for frame in found for t in raw(frame) if t.coefficient != 0 and t.drawn == 1]


def frames(
    spec: Spec, written: WrittenTerm, observed: Views | None = None, draws: Draws | None = None
) -> Iterator[Frame]:
    """One written term with its variables bound, for each binding that the observed views allow."""
    seen = frozenset(spec.view_names) if observed is None else observed
    sign = 1 if any(t is written for t in spec.maximize) else -1
    counted = len(seen.intersection(spec.scored_views))
    siblings = instance_count(spec, written, counted) if written.combine == "mean" else 1
    for instance in [Instance({}, frozenset())] if written.gathers else instances(spec, written):
        if instance.needs <= seen:
            weigh, share = Weigher(spec, instance), Fraction(1, siblings)
            yield Frame(spec, written, instance, seen, draws or {}, weigh, sign, share)


def raw(frame: Frame) -> Iterator[Term]:
    """The terms that the rule of a written term gives, those of weight 0 too."""
    yield from RULES[type(frame.term)](frame, frame.term)
