"""The posterior family read off the spec: what each latent is drawn from, for any evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import sympy

from mvgraph.graph.inference import exponents_of
from mvgraph.objective.atoms import Draw, Parts, Source, Stream
from mvgraph.objective.evidence import Views, components
from mvgraph.objective.keys import (
    Auxiliary,
    Empirical,
    Expert,
    Fused,
    Joint,
    Key,
    Marginalised,
    Mixture,
    Pooled,
    Prior,
    Ref,
    Standard,
    fused,
)
from mvgraph.objective.neatness import formula_text
from mvgraph.spec.model import Posterior, Spec
from mvgraph.spec.nodes import Pseudo
from mvgraph.vocab.family import Family
from mvgraph.vocab.family.mixture_of import STANDARD, MixtureOf
from mvgraph.vocab.mixed import Mixed


@dataclass(frozen=True)
class Site:
    """One evidence set: as the spec writes it (`label`), and what is left of it under the mask (`evidence`)."""

    spec: Spec
    label: Views
    evidence: Views
    observed: Views
    number: int = 0
    samples: int = 1
    owner: str = ""

    def given(self, evidence: Views) -> Site:
        """The same site with other evidence."""
        return replace(self, evidence=evidence)

    def part(self, component: Views) -> Site:
        """The site of one component of the mixture."""
        return replace(self, label=component, evidence=component)

    @cached_property
    def known(self) -> dict[Ref, Draw]:
        """What was asked for here before: every view below a latent asks for it again."""
        return {}


def alone(site: Site, view: str) -> Site:
    """The site whose evidence is one view."""
    return replace(site, label=frozenset({view}), evidence=frozenset({view}), number=0)


def relevant(spec: Spec, targets: Views, node: str = "", *, direct: bool = False) -> list[Ref]:
    """The latents above a node's copies in `targets`; all others are barren. `direct` gives parents only.

    The node is the observed one, unless it is named.
    """
    given = spec.target(node).given
    names = list(given) if direct else _ancestors(spec, given)
    refs = []
    for latent in (x for x in spec.latents if x.name in names):
        refs += [Ref(latent.name, v) for v in sorted(targets)] if latent.plate else [Ref(latent.name)]
    return refs


def _ancestors(spec: Spec, parents: Sequence[str]) -> list[str]:
    given = {x.name: x.given for x in spec.latents}
    names = [g for g in parents if g in given]
    for name in names:  # grows while it is walked
        names += [g for g in given[name] if g in given and g not in names]
    return names


def scored_by(spec: Spec, ref: Ref) -> Views:
    """The views whose observed nodes lie below a latent."""
    return frozenset({ref.view}) if ref.view is not None else frozenset(spec.scored_views)


def prior_key(spec: Spec, ref: Ref) -> Prior:
    """The prior of a latent, given its parents in the same plate."""
    family = spec.latent(ref.node).family
    if isinstance(family, Mixed):
        return Marginalised(ref, over=family.over)
    kind = Empirical if isinstance(family, MixtureOf) else Prior
    latents, fixed = parents(spec, spec.latent(ref.node).given, ref.view)
    return kind(ref, latents, fixed)


def upper(spec: Spec, ref: Ref) -> Pseudo | None:
    """The node of an upper level that reproduces draws of a latent, if there is one."""
    return next((n for n in spec.pseudo if n.pseudo == ref.node), None)


def causes(spec: Spec, ref: Ref) -> tuple[Ref, ...]:
    """The latents that a latent is generated from: its parents, or those of the upper level that reproduces it."""
    node = upper(spec, ref)
    return prior_key(spec, ref).given if node is None else parents(spec, node.given, ref.view)[0]


def parents(spec: Spec, given: Sequence[str], view: str | None) -> tuple[tuple[Ref, ...], tuple[Ref, ...]]:
    """The nodes that `given` names: latents (their copies in the plate of `view`), and those conditioned on."""
    plated = {x.name: x.plate for x in spec.latents}
    latents = tuple(Ref(g, view if plated[g] else None) for g in given if g in plated)
    return latents, tuple(Ref(g) for g in given if g in spec.conditioned)


def drawn(site: Site, ref: Ref) -> Draw:
    """What a latent is drawn from at a site, by its own rule for absent evidence."""
    if ref not in site.known:
        site.known[ref] = _drawn(site, ref)
    return site.known[ref]


def _drawn(site: Site, ref: Ref) -> Draw:
    posterior = site.spec.posterior(ref.node)
    if ref.view is None:
        return _inferred(site, site, ref, "posterior")
    if ref.view in site.evidence or posterior.absent == "own":
        return _inferred(site, alone(site, ref.view), ref, "own")
    if posterior.absent == "aux":
        return Draw(ref, Auxiliary(ref), _stream(replace(site, label=frozenset(), number=0), ref, "aux"))
    return drawn_from_prior(site, ref)


def drawn_from_prior(site: Site, ref: Ref) -> Draw:
    """A latent drawn from its prior, at the draws of its parents."""
    prior = prior_key(site.spec, ref)
    given = tuple(drawn(site, p) for p in prior.given)
    nothing = replace(site, label=frozenset(), number=0)
    return Draw(ref, prior, replace(_stream(nothing, ref, "prior"), parents=tuple(d.stream for d in given)), given)


def _inferred(site: Site, own: Site, ref: Ref, source: Source) -> Draw:
    """A latent drawn from its posterior at `own`, given the latents that this reads.

    These are its parents at `site` where their prior is an expert, or the latents of the views below. Its stream has
    them for every mask; the draw has those that the posterior reads under this one.
    """
    key = posterior_key(own, ref)
    parents = prior_key(site.spec, ref).given if reads_parents(site.spec, ref) else ()
    above = [drawn(site, p) for p in parents]
    above += [drawn(alone(site, str(r.view)), r) for r in read_by(site.spec, ref, own.label)]
    stream = replace(_stream(own, ref, source), parents=tuple(d.stream for d in above))
    read = parents_of(key)
    return Draw(ref, key, stream, tuple(d for d in above if d.ref in read))


def read_by(spec: Spec, ref: Ref, views: Views) -> tuple[Ref, ...]:
    """The latents whose draws the posterior of a latent reads in place of some views."""
    reads = spec.posterior(ref.node).reads
    return tuple(Ref(reads, v) for v in sorted(views)) if reads else ()


def reads_parents(spec: Spec, ref: Ref) -> bool:
    """Whether the posterior of a latent may depend on its parents: their conditional prior is one of its experts."""
    return spec.posterior(ref.node).prior_expert != "never" and bool(prior_key(spec, ref).given)


def parents_of(key: Key | Mixture) -> tuple[Ref, ...]:
    """The latents that a distribution is conditioned on."""
    if isinstance(key, Prior):
        return key.given
    if isinstance(key, Pooled):
        return key.reads
    return tuple(r for m in key.members for r in parents_of(m)) if isinstance(key, Fused) else ()


def _stream(site: Site, ref: Ref, source: Source) -> Stream:
    return Stream(ref, source, site.label, site.number, site.samples, owner=site.owner)


def posterior_key(site: Site, ref: Ref) -> Key:
    """q(v | x_S) by the family's rules, S being the site's evidence."""
    rule = site.spec.posterior(ref.node)
    if rule.fuse is not None and rule.fuse.joint and len(site.evidence) > 1:
        return Joint(ref, tuple(v for v in site.spec.view_names if v in site.evidence))
    if rule.fuse is not None and rule.fuse.pools:
        return Pooled(ref, tuple(sorted(site.evidence)), read_by(site.spec, ref, site.evidence))
    experts: list[Key] = [Expert(ref, v) for v in sorted(site.evidence)]
    exponents = _exponents(site, rule)
    if _has_prior(site, rule):
        experts.append(prior_key(site.spec, ref))
    if rule.fuse is None:
        return experts[0]
    return fused(rule.fuse.symbol, tuple(experts), exponents, single_is_expert=rule.fuse.single_is_expert)


def _has_prior(site: Site, rule: Posterior) -> bool:
    """Whether the prior is an expert of the site's evidence, which alone decides: q(v | x_S) is a function of S."""
    full = rule.prior_expert == "full" and frozenset(site.spec.view_names) - site.evidence <= site.spec.given_views
    return rule.prior_expert == "always" or full


def _exponents(site: Site, rule: Posterior) -> tuple[str, ...]:
    weights, count = exponents_of(rule), sympy.Integer(len(site.spec.scored_views))
    if weights is None:
        return ()
    if weights.text in site.spec.params:
        return tuple(f"{weights}_{v}" for v in sorted(site.evidence))
    return (formula_text(weights.resolve(lambda _: count)),) * len(site.evidence)


def mixture_of(site: Site, refs: Sequence[Ref]) -> Mixture | Key:
    """The mixture over the components of the site's evidence; a single component is itself (R1)."""
    parts = components(site.spec, site.evidence)
    keys = [tuple(posterior_key(site.part(s), r) for r in refs) for _, s in parts]
    if len(parts) == 1 and len(refs) == 1:
        return keys[0][0]
    pairs = sorted(zip((w for w, _ in parts), keys, strict=True), key=lambda p: [str(k) for k in p[1]])
    return Mixture(tuple(w for w, _ in pairs), tuple(k for _, k in pairs))


def mixture_streams(site: Site, refs: Sequence[Ref]) -> Parts:
    """For each component of the site's evidence, its weight and one stream for each latent."""
    if site.spec.mixture == "none":
        return ((Fraction(1), tuple(drawn(site, r).stream for r in refs)),)
    parts = components(site.spec, site.evidence)
    return tuple((w, tuple(drawn(site.part(s), r).stream for r in refs)) for w, s in parts)


def family_of(spec: Spec, key: Key) -> Family:
    """The family that a distribution belongs to."""
    if isinstance(key, Standard):
        return STANDARD
    if isinstance(key, Prior):
        return spec.latent(key.ref.node).family
    if isinstance(key, Auxiliary):
        return spec.posterior(key.ref.node).auxiliary or spec.latent(key.ref.node).family
    return spec.posterior(key.ref.node).family(whole=isinstance(key, Joint))
