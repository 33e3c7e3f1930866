"""The rule of a route: targets, latents above them, components; then a sum of terms, or one log-mean-exp."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import sympy

from mvgraph.graph.pooling import pools
from mvgraph.language.expr import Expr
from mvgraph.language.index import parse_views
from mvgraph.objective.atoms import KL, Atom, Likelihood, LogMeanExp, Parts, Stratum
from mvgraph.objective.evidence import Subset, Views, components
from mvgraph.objective.family import (
    Site,
    alone,
    drawn,
    mixture_of,
    mixture_streams,
    parents,
    prior_key,
    relevant,
    scored_by,
)
from mvgraph.objective.frame import WHOLE, Frame
from mvgraph.objective.keys import Ref
from mvgraph.objective.pooling import pulls
from mvgraph.objective.terms import Scope, Term
from mvgraph.objective.text import signed_sum
from mvgraph.spec.nodes import Pseudo
from mvgraph.spec.terms import Route


@dataclass(frozen=True)
class Case:
    """A route whose sets are known: what is inferred from what, and what is scored."""

    frame: Frame
    route: Route
    evidence: Subset
    targets: Subset
    given: Views
    scored: Views
    parts: tuple[tuple[Fraction, Views], ...]
    node: str = ""

    @property
    def relevant(self) -> list[Ref]:
        """The latents above the targets."""
        return relevant(self.frame.spec, self.scored, self.node)

    @property
    def mixed(self) -> bool:
        """True where the shared latents' KL is that of the mixture."""
        return self.route.density == "mixture" and len(self.parts) > 1

    @property
    def shared(self) -> list[Ref]:
        """The shared latents above the targets."""
        return [r for r in self.relevant if r.view is None]

    def site(self, part: Views, samples: int | None = None) -> Site:
        """The site of one component."""
        label = self.evidence.views if self.frame.spec.mixture == "none" else part
        return self.frame.site(self.evidence, label, part, samples)

    def stratum(self, part: Views) -> Site:
        """The site of one component under a log-mean; where its weights scale gradients, its draws are its own."""
        site, spec = self.site(part, self.route.samples), self.frame.spec
        if spec.estimator.gradient != "dreg":
            return site
        place = [t is self.frame.term for t in (*spec.maximize, *spec.minimize)].index(True)
        evidence = "" if spec.mixture == "none" else f" given {','.join(sorted(part))}"
        return replace(site, owner=f"term {place + 1}{self.frame.instance}{evidence}")

    def whole(self, samples: int | None = None) -> Site:
        """The site of all the evidence."""
        return self.frame.site(self.evidence, self.evidence.views, self.given, samples)

    def scope(self, scored: Views, part: Views | None = None) -> Scope:
        """When a term of this route counts; `part` is the component it belongs to."""
        component = None if self.frame.spec.mixture == "none" else part
        return Scope(self.route, self.frame.instance.needs, self.evidence, self.targets, component, scored)


def route(frame: Frame, written: Route) -> Iterator[Term]:
    """Targets, latents above them, components; then a sum of terms, or one log-mean-exp."""
    found = case(frame, written)
    if found is not None:
        yield from (_log_mean_exp if under_a_logarithm(written) else _bound)(found)


def under_a_logarithm(written: Route) -> bool:
    """Whether a route is a log-mean-exp; with one draw and one logarithm a component it is the bound itself (R4)."""
    return written.word == "iwae" and (written.samples > 1 or written.strata == "inside")


def case(frame: Frame, written: Route) -> Case | None:
    """A route with its sets; nothing where there is no evidence, or nothing to score."""
    evidence, targets = frame.evidence(written), frame.subset(written.to)
    given, scored = frame.at(evidence), frame.at(targets) & frozenset(frame.spec.scored_views)
    if not given or not scored:
        return None
    parts, node = tuple(components(frame.spec, given)), parse_views(written.to).node
    return Case(frame, written, evidence, targets, given, scored, parts, node)


def _bound(case: Case) -> Iterator[Term]:
    """Σ_S w_S (Σ λ E log p(x | ·) − Σ β KL), the shared latents' KL taken once where their density is the mixture's."""
    frame, weigh = case.frame, case.frame.weigh
    for weight, part in case.parts:
        site = case.site(part)
        for view in sorted(case.scored):
            scope = case.scope(frozenset({view}), part)
            yield frame.build(weigh.score(case.route, view), weight, likelihood(site, view, case.node), scope)
        for ref, atom in _ratios(case, site):
            if atom.of != atom.to[0]:
                scope = case.scope(scored_by(frame.spec, ref), part)
                yield frame.build(-weigh.beta(case.route, ref), weight, atom, scope)
        yield from _pooled(case, site)
    if case.mixed and case.shared:
        site = case.whole()
        atom = _mixture_kl(site, case.shared, mixture_streams(site, case.shared))
        scope = case.scope(frozenset().union(*(scored_by(frame.spec, r) for r in case.shared)))
        yield frame.build(-weigh.beta(case.route, case.shared[0]), WHOLE, atom, scope)


def _log_mean_exp(case: Case) -> Iterator[Term]:
    strata = tuple(_stratum(case, weight, part) for weight, part in case.parts)
    if not any(s.scores or s.ratios for s in strata):
        return
    atom = LogMeanExp(case.route.samples, case.route.strata, strata, signed_sum(inner(strata), separator=" "))
    scored = case.targets.views & frozenset(case.frame.spec.scored_views)
    yield case.frame.build(sympy.Integer(1), WHOLE, atom, case.scope(scored))


def _stratum(case: Case, weight: Fraction, part: Views) -> Stratum:
    """One component's log-weight."""
    weigh, site = case.frame.weigh, case.stratum(part)
    scores = [(weigh.score(case.route, v), likelihood(site, v, case.node)) for v in sorted(case.scored)]
    ratios = [(weigh.beta(case.route, ref), atom) for ref, atom in _ratios(case, site)]
    if case.mixed and case.shared:
        streams = ((WHOLE, tuple(drawn(site, r).stream for r in case.shared)),)
        mixture = _mixture_kl(case.whole(case.route.samples), case.shared, streams)
        ratios.append((weigh.beta(case.route, case.shared[0]), mixture))
    component = None if case.frame.spec.mixture == "none" else part
    return Stratum(weight, tuple(s for s in scores if s[0] != 0), tuple(r for r in ratios if r[0] != 0), component)


def likelihood(site: Site, view: str, node: str = "") -> Likelihood:
    """E[log p(x_view | ·)] at the draws of a site; of a pseudo node's copy, where it is named."""
    draws = [drawn(site, ref) for ref in relevant(site.spec, frozenset({view}), node, direct=True)]
    target = site.spec.target(node)
    _, fixed = parents(site.spec, target.given, view)
    value = drawn(alone(site, view), Ref(target.pseudo, view)) if isinstance(target, Pseudo) else None
    return Likelihood(Ref(target.name, view), tuple(sorted(draws, key=lambda d: str(d.ref))), fixed, value)


def _ratios(case: Case, site: Site) -> Iterator[tuple[Ref, KL]]:
    """KL(q ‖ p) of each latent above the targets, unless it is drawn from a prior or its density is a mixture's."""
    pooled = pools(site.spec)
    for ref in case.relevant:
        draw = drawn(site, ref)
        mixed = ref.node in pooled or (case.mixed and ref.view is None)
        if draw.stream.source in ("posterior", "own") and not mixed:
            prior = prior_key(site.spec, ref)
            given = tuple(dict.fromkeys((*(drawn(site, p) for p in prior.given), *draw.given)))
            yield ref, KL(draw.key, (prior,), given, ((WHOLE, (draw.stream,)),))


def _pooled(case: Case, site: Site) -> Iterator[Term]:
    """β KL(q ‖ h) of each latent above the targets whose prior is made of posteriors."""
    pooled, weigh = pools(site.spec), case.frame.weigh
    for ref in (r for r in case.relevant if r.node in pooled):
        for pull in pulls(site, weigh, ref, pooled[ref.node]):
            scope = case.scope(scored_by(case.frame.spec, ref))
            scope = replace(scope, component=pull.member, split="singles")
            beta = -weigh.beta(case.route, ref) * pull.factor
            yield case.frame.build(beta, pull.share, pull.atom, scope)


def _mixture_kl(site: Site, refs: list[Ref], streams: Parts) -> KL:
    """KL(Σ_S w_S Π_v q_S(v) ‖ Π_v p(v)) over the shared latents together."""
    return KL(mixture_of(site, refs), tuple(prior_key(site.spec, r) for r in refs), (), streams)


def inner(strata: tuple[Stratum, ...]) -> list[tuple[Expr, Atom]]:
    """The terms that a log-mean-exp would have with one sample, for print."""
    found: dict[Atom, Expr] = {}
    for s in strata:
        weight = sympy.Rational(s.weight.numerator, s.weight.denominator)
        for sign, terms in ((1, s.scores), (-1, s.ratios)):
            for coefficient, atom in terms:
                found[atom] = found.get(atom, 0) + sign * weight * coefficient
    return [(sympy.expand(c), a) for a, c in found.items()]
