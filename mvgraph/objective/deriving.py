"""From the two graphs and the written terms to derived ones: the rule of each kind of term, applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from mvgraph.objective.contests import contest
from mvgraph.objective.divergences import cross_entropy, divergence, jensen_shannon
from mvgraph.objective.evidence import Draws, Instance, Views, instance_count, instances
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
    signed = [(term, 1) for term in spec.maximize] + [(term, -1) for term in spec.minimize]
    return [t for term, sign in signed for t in _expand_term(spec, term, sign, seen, draws or {})]


def _expand_term(spec: Spec, term: WrittenTerm, sign: int, observed: Views, draws: Draws) -> Iterator[Term]:
    siblings = instance_count(spec, term, len(observed)) if term.combine == "mean" else 1
    for instance in [Instance({}, frozenset())] if term.gathers else instances(spec, term):
        if instance.needs <= observed:
            weigh, share = Weigher(spec, instance), Fraction(1, siblings)
            frame = Frame(spec, term, instance, observed, draws, weigh, sign, share)
            yield from (t for t in RULES[type(term)](frame, term) if t.coefficient != 0)
