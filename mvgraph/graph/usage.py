"""Which posteriors the terms consult, with which evidence; and what follows for fusions and networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace

from mvgraph.errors import Path, Problem
from mvgraph.graph.finding import (
    Check,
    Reach,
    Written,
    attempt,
    components,
    densities,
    error,
    evidence,
    plated,
    posteriors,
    reach,
    routes,
    scored_node,
    used_latents,
    value,
    warning,
    written,
)
from mvgraph.language.density import Data, parse_density, parse_sample
from mvgraph.language.table import Table
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Posterior, Spec
from mvgraph.spec.terms import CrossEntropy, Divergence, Route, WrittenTerm
from mvgraph.vocab.fusion import Fusion

ELSEWHERE = 7  # added to a param, so that a formula is 0 only where it is so for every number


@dataclass(frozen=True)
class Use:
    """One term that consults the posterior of one latent: the views that may be evidence, and sizes of the sets."""

    path: Path
    latent: str
    evidence: Reach


def uses(spec: Spec) -> Iterator[Use]:
    """All uses of posteriors by terms whose weight is not zero."""
    for one in written(spec):
        if value(spec, one.term.weight) != 0 and not _vanishes(one.term):
            routed = _route(spec, one, one.term) if isinstance(one.term, Route) else ()
            remade = _remade(spec, one, one.term) if isinstance(one.term, Contest) else ()
            yield from (u for u in (*routed, *remade, *_named(spec, one)) if u.evidence.sizes)


def _vanishes(term: WrittenTerm) -> bool:
    """True of KL(q ‖ q), which is zero whatever q is; the cross-entropy of q and q is its entropy."""
    if not isinstance(term, Divergence) or isinstance(term, CrossEntropy):
        return False
    return attempt(parse_density, term.of) == attempt(parse_density, term.to)


def _route(spec: Spec, one: Written, route: Route) -> Iterator[Use]:
    given, scored = reach(spec, route, route.from_), reach(spec, route, route.to)
    if given is None or scored is None:
        return
    above = used_latents(spec, scored_node(route))
    for rule in (q for n, q in posteriors(spec).items() if n in above and q.reads in posteriors(spec)):
        yield Use((*one.path, "from"), str(rule.reads), Reach(given.views, frozenset({1})))
    for name in (n for n in posteriors(spec) if n in above):
        if plated(spec, name):
            own = scored.views if spec.posterior(name).absent == "own" else given.views & scored.views
            yield Use((*one.path, "from"), name, Reach(own, frozenset({1})))
        else:
            yield Use((*one.path, "from"), name, given)


def _remade(spec: Spec, one: Written, game: Contest) -> Iterator[Use]:
    """The posteriors behind the reconstructions of a game."""
    fake, given = attempt(parse_sample, game.fake), reach(spec, game, game.from_ or "V")
    if not isinstance(fake, Data) or given is None:
        return
    for name in (n for n in posteriors(spec) if n in spec.observed.given):
        copy = reach(spec, game, f"[{fake.copy}]")
        found = given if not plated(spec, name) else copy
        if found is not None:
            yield Use((*one.path, "from"), name, found)


def _named(spec: Spec, one: Written) -> Iterator[Use]:
    """The posteriors that a term names itself."""
    for path, density in densities(one):
        text = density.copy
        found = evidence(spec, one.term, density) if text is None else reach(spec, one.term, f"[{text}]")
        if density.which == "q" and found is not None and density.node in posteriors(spec):
            yield Use(path, density.node, found)


def fusions(spec: Spec) -> Iterator[Problem]:
    """MVG227: several views as evidence of a latent that has no fusion."""
    for use in uses(spec):
        several = any(size > 1 for size in components(spec, use.evidence.sizes))
        if several and spec.posterior(use.latent).fuse is None and not plated(spec, use.latent):
            message = f"'{use.latent}' has evidence of several views here, and q does not say how their experts meet"
            fuse = "poe" if spec.posterior(use.latent).expert.word in Fusion.registry["poe"].families else "joint"
            yield error("MVG227", use.path, message, f"add fuse: {fuse} to q.{use.latent}, or mixture: singles to q")


def joint_subsets(spec: Spec) -> Iterator[Problem]:
    """MVG307: a joint network, which reads all views at once, asked about some of several views."""
    for use in uses(spec):
        rule, some = spec.posterior(use.latent), {s for s in use.evidence.sizes if 1 < s < len(spec.views)}
        if _joint(rule) and some and spec.mixture == "none":
            message = (
                f"the joint network of '{use.latent}' needs all {len(spec.views)} views and is given {min(some)} here"
            )
            yield error("MVG307", use.path, message, f"write fuse: poe in q.{use.latent}, or give it V or one view")


def joint_mixtures(spec: Spec) -> Iterator[Problem]:
    """MVG308: a mixture over evidence sets whose components would need a joint network."""
    for name, rule in posteriors(spec).items():
        if _joint(rule) and spec.mixture != "none":
            message = f"mixture: {spec.mixture} splits the evidence, and the joint network of '{name}' needs all of it"
            yield error("MVG308", ("q", "mixture"), message, f"write mixture: none, or fuse: poe in q.{name}")


def _joint(rule: Posterior) -> bool:
    return rule.fuse is not None and rule.fuse.joint


@dataclass(frozen=True)
class Trained:
    """The networks that some term with a weight other than zero trains. The others are not built, and answer nothing.

    Arguments:
        experts: for each latent, the views whose own encoders are; a joint network is no view's own.
        joints: the latents whose joint network is.
        decoders: for the observed node and each pseudo node, the views whose decoders are.
    """

    experts: Mapping[str, frozenset[str]]
    joints: frozenset[str]
    decoders: Mapping[str, frozenset[str]]


def trained(spec: Spec) -> Trained:
    """Which networks the terms of a spec train: what is built, drawn, planned, checked and asked follows it."""
    found, rules = list(uses(spec)), posteriors(spec)
    experts = {
        name: frozenset(v for u in found if u.latent == name for v in _consulted(spec, rule, u.evidence))
        for name, rule in rules.items()
    }
    joints = frozenset(u.latent for u in found if _joint(rules[u.latent]) and max(u.evidence.sizes) > 1)
    return Trained(experts, joints, _decoded(spec, _scored(spec), _judged(spec)))


def needed(spec: Spec) -> Trained:
    """Which networks the terms of a spec ask for: encoders, and decoders of games, whatever numbers its params have.

    A divergence or game whose weight is 0 with the numbers of today trains nothing, and is evaluated all the same, as a
    part of the objective that is printed. A score of weight 0 is 0, and is not computed.
    """
    moved = {n: v + ELSEWHERE if isinstance(v, int | float) else v for n, v in spec.params.items()}
    anywhere = replace(spec, params=Table(moved))
    return replace(trained(anywhere), decoders=_decoded(spec, _scored(spec), _judged(anywhere)))


def _decoded(spec: Spec, scored: Mapping[str, set[str]], judged: Set[str]) -> dict[str, frozenset[str]]:
    """The views whose data, or copies of a pseudo node, are scored or reconstructed."""
    scored = {**scored, spec.observed.name: scored[spec.observed.name] | judged}
    return {node: frozenset(views) & frozenset(spec.scored_views) for node, views in scored.items()}


def _scored(spec: Spec) -> dict[str, set[str]]:
    """The views that the routes score, of the observed node and of each pseudo node."""
    found: dict[str, set[str]] = {node: set() for node in (spec.observed.name, *(n.name for n in spec.pseudo))}
    for one, route in routes(spec):
        scored = reach(spec, route, route.to)
        if scored is not None and value(spec, one.term.weight) != 0:
            node = scored_node(route) or spec.observed.name
            found.get(node, set()).update(v for v in scored.views if _weighs(spec, route, v))
    return found


def _judged(spec: Spec) -> frozenset[str]:
    """The views whose reconstructions the critics of games judge."""
    games = [one.term for one in written(spec) if value(spec, one.term.weight) != 0]
    fakes = [(game, attempt(parse_sample, game.fake)) for game in games if isinstance(game, Contest)]
    copies = [reach(spec, game, f"[{fake.copy}]") for game, fake in fakes if isinstance(fake, Data)]
    return frozenset().union(*(copy.views for copy in copies if copy))


def _weighs(spec: Spec, route: Route, view: str) -> bool:
    """False where the log-likelihood of a view has the weight zero."""
    weight = route.likelihood_weight
    formula = weight.get(view) if isinstance(weight, Table) else weight
    return formula is None or value(spec, formula) != 0


def dead_encoders(spec: Spec) -> Iterator[Problem]:
    """MVG228 (warning): experts that no term consults; their networks are not built."""
    for name, alive in trained(spec).experts.items():
        dead = [v for v in spec.scored_views if v not in alive]  # a condition is no expert, and lacks none
        if dead:
            views = ("view " if len(dead) == 1 else "views ") + ", ".join(dead)
            message = f"no term uses the expert of '{name}' for the {views}: it is not trained, and cannot encode alone"
            yield warning("MVG228", ("q", name), message, "give it a term, or leave it: its network is not built")


def _consulted(spec: Spec, rule: Posterior, given: Reach) -> frozenset[str]:
    """The views whose own experts take part; a joint network replaces them where it sees all views."""
    single = 1 in given.sizes and len(spec.views) > 0
    return given.views if single or not _joint(rule) else frozenset()


def unscored(spec: Spec) -> Iterator[Problem]:
    """MVG229 (warning): a view that no route scores, so that its decoder is not trained."""
    scored = trained(spec).decoders[spec.observed.name]
    for name in spec.scored_views:
        if scored and name not in scored:
            message = f"no route scores the view '{name}': its decoder is not trained, and is not built"
            yield warning("MVG229", ("views", name), message, "name it in `to`, e.g. to: V")


CHECKS: tuple[Check, ...] = (fusions, joint_subsets, joint_mixtures)
CONSEQUENCES: tuple[Check, ...] = (dead_encoders, unscored)  # of a spec without errors only
