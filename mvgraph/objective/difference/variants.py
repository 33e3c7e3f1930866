"""Small changes of a spec that may make it another model: each in words, and as a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Literal

from mvgraph.graph.inference import exponents_of
from mvgraph.language.density import parse_density
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Latent, Posterior, Spec
from mvgraph.spec.phases import Objective
from mvgraph.spec.terms import BatchStatistic, CrossEntropy, Divergence, JensenShannon, Route, WrittenTerm
from mvgraph.vocab.fusion import Fusion
from mvgraph.vocab.fusion.poe import PoE
from mvgraph.vocab.mixed import Mixed

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


@lru_cache(maxsize=256)
def variants(spec: Spec) -> tuple[Variant, ...]:
    """The changes that are tried, those that change nothing left out."""
    found = ((words, change(spec)) for words, change in CHANGES.items())
    return tuple(Variant(words, changed) for words, changed in found if changed is not None and changed != spec)


def _with_posteriors(spec: Spec, change: Callable[[Posterior], Posterior]) -> Spec:
    return replace(spec, posteriors=tuple(map(change, spec.posteriors)))


def _without_prior(spec: Spec) -> Spec:
    return _with_posteriors(spec, lambda q: replace(q, prior_expert="never"))


def _always_with_prior(spec: Spec) -> Spec:
    return _with_posteriors(spec, lambda q: replace(q, prior_expert="always") if q.prior_expert == "full" else q)


def _absent_from_prior(spec: Spec) -> Spec:
    """Private latents of absent views from their prior, in place of an auxiliary one."""
    return _with_posteriors(spec, lambda q: replace(q, absent="prior", auxiliary=None) if q.absent == "aux" else q)


def _as_product(spec: Spec, *, joint: bool) -> Spec:
    """A product of experts in the place of a joint network, or of a generalised product."""

    def changed(rule: Posterior) -> Posterior:
        fusion: Fusion | None = rule.fuse
        other = fusion is not None and fusion.joint if joint else exponents_of(rule) is not None
        return replace(rule, fuse=PoE()) if other else rule

    return _with_posteriors(spec, changed)


def _without_private(spec: Spec) -> Spec | None:
    return _without_latents(spec, {v.name for v in spec.latents if v.plate})


def _one_level(spec: Spec) -> Spec | None:
    """The root of a hierarchy alone, next to the data."""
    levels = [v for v in spec.latents if v.level]
    if not levels:
        return None
    root = max(levels, key=lambda v: v.level.number if v.level else 0).name
    gone = {v.name for v in levels} - {root}
    beside = tuple(g for g in spec.observed.given if g not in gone | {root})
    return _without_latents(replace(spec, observed=replace(spec.observed, given=(root, *beside))), gone)


def _without_latents(spec: Spec, gone: set[str]) -> Spec | None:
    """The spec without some latents; None where something else needs them."""
    rest = [v for v in spec.latents if v.name not in gone]
    named = {parse_density(t).node for term in (*spec.maximize, *spec.minimize) for _, t in term.densities}
    needed = {g for v in rest for g in v.given} | {n.pseudo for n in spec.pseudo} | named
    if not rest or gone & needed or {q.reads for q in spec.posteriors} & gone:
        return None
    kept = tuple(q for q in spec.posteriors if q.name not in gone)
    observed = replace(spec.observed, given=tuple(g for g in spec.observed.given if g not in gone))
    shared = tuple(replace(q, share=None) if q.share in gone else q for q in kept)
    return replace(spec, latents=tuple(rest), posteriors=shared, observed=observed)


def _whole_evidence(spec: Spec) -> Spec:
    """The component of all views alone, in place of one for every set of them."""
    return replace(spec, mixture="none") if spec.mixture == "subsets" else spec


def _one_cluster(spec: Spec) -> Spec:
    """One component of a prior that is a mixture over a discrete node."""

    def alone(latent: Latent) -> Latent:
        family = latent.family.base if isinstance(latent.family, Mixed) else latent.family
        return replace(latent, family=family, marginal_over=None)

    return replace(spec, discretes=(), latents=tuple(map(alone, spec.latents)))


def _unconditional_prior(spec: Spec) -> Spec:
    """The same prior for every condition."""
    given = {n.name for n in spec.conditions}
    if not given:
        return spec

    def freed(latent: Latent) -> Latent:
        rest = tuple(g for g in latent.given if g not in given)
        return replace(latent, given=rest, network=latent.network if rest else None)

    return replace(spec, latents=tuple(map(freed, spec.latents)))


def _without_parts(spec: Spec) -> Spec | None:
    """Without the routes that infer from a part of the views, where there are others."""
    routes = [t for t in spec.maximize if isinstance(t, Route)]
    whole = [t for t in routes if t.from_ == "V"]
    if spec.phases or not whole or whole == routes:
        return None
    return _with_terms(spec, lambda t: None if isinstance(t, Route) and t.from_ != "V" else t)


def _first_phase(spec: Spec) -> Spec | None:
    """The first phase of training, as if there were no other."""
    return next(iter(spec.by_phase.values()), None)


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
    "without its routes from a part of the views": _without_parts,
    "in its first phase alone": _first_phase,
    "with the evidence of all views alone": _whole_evidence,
    "with the prior expert in every product": _always_with_prior,
    "with one cluster": _one_cluster,
    "with one level": _one_level,
    "with one prior for all conditions": _unconditional_prior,
}
