"""Small changes of a spec that may make it another model: each in words, and as a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from mvgraph.language.density import parse_density
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Posterior, Spec
from mvgraph.spec.phases import Objective
from mvgraph.spec.terms import BatchStatistic, CrossEntropy, Divergence, JensenShannon, Route, WrittenTerm
from mvgraph.vocab.fusion import Fusion
from mvgraph.vocab.fusion.poe import PoE

Term = WrittenTerm | None
Density = Literal["mixture", "component"]


@dataclass(frozen=True)
class Variant:
    """A spec changed in one point.

    Arguments:
        words: what was changed.
        spec: the result.
    """

    words: str
    spec: Spec


def variants(spec: Spec) -> Iterator[Variant]:
    """The changes that are tried, those that change nothing left out."""
    for words, change in CHANGES.items():
        found = change(spec)
        if found is not None and found != spec:
            yield Variant(words, found)


def _with_posteriors(spec: Spec, change: Callable[[Posterior], Posterior]) -> Spec:
    return replace(spec, posteriors=tuple(map(change, spec.posteriors)))


def _without_prior(spec: Spec) -> Spec:
    return _with_posteriors(spec, lambda q: replace(q, prior_expert="never"))


def _absent_from_prior(spec: Spec) -> Spec:
    """Private latents of absent views from their prior, in place of an auxiliary one."""
    return _with_posteriors(spec, lambda q: replace(q, absent="prior", auxiliary=None) if q.absent == "aux" else q)


def _as_product(spec: Spec, *, joint: bool) -> Spec:
    """A product of experts in the place of a joint network, or of a generalised product."""

    def changed(rule: Posterior) -> Posterior:
        fusion: Fusion | None = rule.fuse
        other = fusion is not None and fusion.joint if joint else bool(getattr(fusion, "weights", None))
        return replace(rule, fuse=PoE()) if other else rule

    return _with_posteriors(spec, changed)


def _without_private(spec: Spec) -> Spec | None:
    gone = {v.name for v in spec.latents if v.plate}
    rest = [v for v in spec.latents if v.name not in gone]
    named = {parse_density(t).node for term in (*spec.maximize, *spec.minimize) for _, t in term.densities}
    needed = {g for v in rest for g in v.given} | {n.pseudo for n in spec.pseudo} | named
    if not rest or gone & needed or {q.reads for q in spec.posteriors} & gone:
        return None
    kept = tuple(q for q in spec.posteriors if q.name not in gone)
    observed = replace(spec.observed, given=tuple(g for g in spec.observed.given if g not in gone))
    shared = tuple(replace(q, share=None) if q.share in gone else q for q in kept)
    return replace(spec, latents=tuple(rest), posteriors=shared, observed=observed)


def _with_terms(spec: Spec, change: Callable[[WrittenTerm], Term]) -> Spec:
    """The spec with every term changed; None takes one out."""

    def changed(objective: Objective) -> Objective:
        up, down = (map(change, terms) for terms in (objective.maximize, objective.minimize))
        return Objective(tuple(t for t in up if t is not None), tuple(t for t in down if t is not None))

    phases = tuple(replace(p, objective=changed(p.objective)) for p in spec.phases)
    return replace(spec, objective=changed(spec.objective), phases=phases)


def _without(kinds: tuple[type, ...], term: WrittenTerm) -> Term:
    return None if isinstance(term, kinds) else term


def _one_draw(term: WrittenTerm) -> Term:
    return replace(term, samples=1) if isinstance(term, Route) else term


def _density(word: Density, term: WrittenTerm) -> Term:
    return replace(term, density=word) if isinstance(term, Route) else term


def _outside(term: WrittenTerm) -> Term:
    return replace(term, strata="outside") if isinstance(term, Route) else term


CHANGES: dict[str, Callable[[Spec], Spec | None]] = {
    "without the prior expert": _without_prior,
    "without private latents": _without_private,
    "with one draw": partial(_with_terms, change=_one_draw),
    "with one logarithm a component": partial(_with_terms, change=_outside),
    "with the density of the component": partial(_with_terms, change=partial(_density, "component")),
    "with a product of experts in place of the joint network": partial(_as_product, joint=True),
    "with exponents 1": partial(_as_product, joint=False),
    "with absent private latents from their prior": _absent_from_prior,
    "without its game": partial(_with_terms, change=partial(_without, (Contest,))),
    "without its statistic": partial(_with_terms, change=partial(_without, (BatchStatistic,))),
    "without its explicit divergence": partial(
        _with_terms, change=partial(_without, (Divergence, CrossEntropy, JensenShannon))
    ),
}
