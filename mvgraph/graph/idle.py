"""Options that change nothing where they stand: an accepted key is never ignored, so that nobody relies on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from mvgraph.errors import Path, Problem
from mvgraph.graph.finding import (
    Check,
    attempt,
    error,
    plated,
    posteriors,
    reach,
    routes,
    scored_node,
    used_latents,
    value,
    written,
)
from mvgraph.language.level import node_of
from mvgraph.language.table import Table
from mvgraph.spec.model import Posterior, Spec
from mvgraph.spec.terms import Route
from mvgraph.vocab.family import Family, Role
from mvgraph.vocab.network import Network


@dataclass(frozen=True)
class Idle:
    """An option without effect: where it stands in its record, as it is written, why, and what to do."""

    path: Path
    text: str
    reason: str
    remedy: str


def options(spec: Spec) -> Iterator[Problem]:
    """MVG324: an option that changes nothing where it stands."""
    rules = (_of_terms, _of_latents, _of_posteriors, _of_views, _of_phases, _of_estimator)
    for path, idle in (found for rule in rules for found in rule(spec)):
        yield error("MVG324", (*path, *idle.path), f"{idle.text} changes nothing: {idle.reason}", idle.remedy)


def _of_terms(spec: Spec) -> Iterator[tuple[Path, Idle]]:
    for one in written(spec):
        if one.term.combine == "mean" and not one.term.for_:
            remedy = "drop it, or bind a variable, e.g. for: {m: V}"
            yield one.path, Idle(("combine",), "combine: mean", "the term binds no variable", remedy)
    for one, route in routes(spec):
        yield from ((one.path, idle) for rule in ROUTES for idle in rule(spec, route))


def _samples(_spec: Spec, route: Route) -> Iterator[Idle]:
    if route.word == "elbo" and route.samples != 1:
        text = f"samples: {route.samples}"
        remedy = f"write estimator: {{{text}}} for more draws of every posterior, or iwae for a bound of several draws"
        yield Idle(("samples",), text, "an elbo is a mean over its draws, however many there are", remedy)


def _strata(spec: Spec, route: Route) -> Iterator[Idle]:
    if route.strata != "inside":
        return
    if route.word == "elbo":
        yield Idle(("strata",), "strata: inside", "an elbo has no logarithm of a mean", "drop it, or write iwae")
    elif not _is_mixed(spec, route):
        yield Idle(("strata",), "strata: inside", _unmixed(spec), "drop it, or write mixture: singles in q")


def _density(spec: Spec, route: Route) -> Iterator[Idle]:
    shared = [n for n in used_latents(spec, scored_node(route)) if not plated(spec, n)]
    if route.density == "component" and not (_is_mixed(spec, route) and shared):
        reason = _unmixed(spec) if shared else "no latent is shared, and a private one has a density of its own"
        yield Idle(("density",), "density: component", reason, "drop it, or write mixture: singles in q")


def _betas(spec: Spec, route: Route) -> Iterator[Idle]:
    above = used_latents(spec, scored_node(route))
    names = {*above, *map(node_of, above)}
    known = {v.name for v in spec.latents} | {node_of(v.name) for v in spec.latents}
    for name in route.beta if isinstance(route.beta, Table) else ():
        if name in known - names:
            reason = f"the route scores nothing that depends on '{name}'"
            yield Idle(("beta", name), f"the weight of '{name}'", reason, "drop it")


def _likelihood_weights(spec: Spec, route: Route) -> Iterator[Idle]:
    scored = reach(spec, route, route.to)
    for view in route.likelihood_weight if isinstance(route.likelihood_weight, Table) and scored else ():
        if scored is not None and view in spec.scored_views and view not in scored.views:
            yield Idle(("likelihood_weight", view), f"the weight of '{view}'", "the route does not score it", "drop it")


ROUTES: tuple[Callable[[Spec, Route], Iterator[Idle]], ...] = (_samples, _strata, _density, _betas, _likelihood_weights)


def _is_mixed(spec: Spec, route: Route) -> bool:
    """Whether q is a mixture of several parts for what the route infers from, once there are several views."""
    evidence = reach(spec, route, route.from_)
    several = evidence is None or len(spec.views) == 1 or max(evidence.sizes, default=0) > 1
    return spec.mixture != "none" and several


def _unmixed(spec: Spec) -> str:
    return "q is no mixture" if spec.mixture == "none" else "the evidence is one view, and a mixture has one part then"


def _of_latents(spec: Spec) -> Iterator[tuple[Path, Idle]]:
    for latent in spec.latents:
        level = latent.level
        name, parents = (level.node, level.given) if level else (latent.name, latent.given)  # levels are written as one
        if latent.network is not None and not parents and (level is None or level.number == 1):
            reason = f"'{name}' has no parents that it could read"
            yield ("p", name), Idle(("network",), "network", reason, "drop it, or add given")


def _of_posteriors(spec: Spec) -> Iterator[tuple[Path, Idle]]:
    for name, rule in posteriors(spec).items():
        if rule.fuse is None:
            continue
        if plated(spec, name):
            reason, remedy = f"'{name}' is private, and its one expert meets no other", "drop it"
        else:
            reason, remedy = f"mixture: {spec.mixture} gives each part one view", "drop it, or write mixture: subsets"
        if (plated(spec, name) or spec.mixture == "singles") and _is_expert(rule):
            yield ("q", name), Idle(("fuse",), f"fuse: {rule.fuse.word}", reason, remedy)


def _is_expert(rule: Posterior) -> bool:
    """Whether the fusion of one expert is that expert."""
    return (
        rule.fuse is not None
        and rule.fuse.single_is_expert
        and not (rule.fuse.pools or rule.fuse.joint)
        and rule.prior_expert == "never"
    )


def _of_views(spec: Spec) -> Iterator[tuple[Path, Idle]]:
    node, rules = spec.observed, list(posteriors(spec).values())
    inferred = bool(rules) and all(q.network is not None or q.reads is not None for q in rules)
    for view in spec.views:
        pairs = (("likelihood", view.likelihood, node.likelihood), ("decoder", view.decoder, node.network))
        for key, word, common in pairs if view.name in spec.scored_views else ():
            if word is not None and common is not None and word != common:
                reason, remedy = f"'{node.name}' in p has one for all views", f"drop it, or that of '{node.name}'"
                yield ("views", view.name), Idle((key,), f"the {key} of '{view.name}'", reason, remedy)
        if view.decoder is not None and view.name not in spec.scored_views:
            reason = "the view is given, and never scored"
            yield ("views", view.name), Idle(("decoder",), f"the decoder of '{view.name}'", reason, "drop it")
        yield from ((("views", view.name, "decoder"), idle) for idle in _of_encoders(view.decoder))
        if view.encoder is not None and inferred:
            reason, remedy = "every posterior of q has a network of its own", "drop it, or the networks in q"
            yield ("views", view.name), Idle(("encoder",), f"the encoder of '{view.name}'", reason, remedy)


def _of_encoders(decoder: Network | None) -> Iterator[Idle]:
    """Options of a decoder that only an encoder reads."""
    if decoder is None:
        return
    for option in sorted(decoder.of_encoders):
        chosen = getattr(decoder, option)
        if chosen != getattr(type(decoder), option):
            yield Idle((decoder.word, option), f"{option}: {chosen}", "only an encoder reads it", "drop it")


def networks(spec: Spec) -> Iterator[Problem]:
    """MVG325: a network that has nothing to make, as all parameters of its distribution are fixed or learnt."""
    for name, rule in posteriors(spec).items():
        if attempt(partial(_heads, rule.expert), "expert") == {}:
            message = f"the experts of '{name}' look at no data: all their parameters are fixed or learnt"
            yield error("MVG325", ("q", name, "expert"), message, "leave one to the network, e.g. expert: normal")
    for view in map(spec.view, spec.scored_views):
        if view.likelihood is not None and attempt(partial(_heads, view.likelihood), "likelihood") == {}:
            message = f"the likelihood of '{view.name}' depends on no latent: all its parameters are fixed or learnt"
            remedy = "leave one to the decoder, e.g. likelihood: {normal: {learnt: [scale]}}"
            yield error("MVG325", ("views", view.name, "likelihood"), message, remedy)


def _heads(family: Family, role: Role) -> object:
    return family.heads((2,), role)


def _of_phases(spec: Spec) -> Iterator[tuple[Path, Idle]]:
    if spec.phases and spec.phases[0].reset:
        yield ("phases", 0), Idle(("reset",), "reset", "the first phase starts with everything new", "drop it")


def _of_estimator(spec: Spec) -> Iterator[tuple[Path, Idle]]:
    terms = [one.term for one in written(spec)]
    bounds = [t for t in terms if not (isinstance(t, Route) and _is_log_mean(t))]
    compared = [t for t in bounds if t.compares or (isinstance(t, Route) and not _is_unweighted(spec, t))]
    if spec.estimator.samples != 1 and terms and not bounds:
        text, remedy = f"samples: {spec.estimator.samples}", "drop it, and write samples in the iwae"
        yield ("estimator",), Idle(("samples",), text, "an iwae says itself how many draws it takes", remedy)
    if spec.estimator.kl == "sampled" and terms and not compared:
        yield ("estimator",), Idle(("kl",), "kl: sampled", "no divergence stands outside of a logarithm", "drop it")


def _is_log_mean(route: Route) -> bool:
    return route.word == "iwae" and (route.samples > 1 or route.strata == "inside")


def _is_unweighted(spec: Spec, route: Route) -> bool:
    """Whether no divergence of a route counts."""
    return not isinstance(route.beta, Table) and value(spec, route.beta) == 0


CHECKS: tuple[Check, ...] = (options, networks)
