"""From the two graphs and the routes to terms: the derivation itself (the rule of a route, expanded)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import sympy

from mvgraph.language.density import Density, parse_density
from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import KL, Atom, Likelihood, LogMeanExp, Stratum, Stream
from mvgraph.objective.evidence import Draws, Instance, Subset, Views, components, instance_count, instances
from mvgraph.objective.family import (
    Site,
    drawn,
    mixture_of,
    mixture_streams,
    prior_key,
    relevant,
    scored_by,
)
from mvgraph.objective.keys import Ref
from mvgraph.objective.terms import Scope, Term
from mvgraph.objective.text import signed_sum
from mvgraph.objective.weighing import Weigher
from mvgraph.spec.model import Divergence, Route, Spec

WHOLE = Fraction(1)
Parts = tuple[tuple[Fraction, tuple[Stream, ...]], ...]


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


def _expand_term(spec: Spec, term: Route | Divergence, sign: int, observed: Views, draws: Draws) -> Iterator[Term]:
    siblings = instance_count(spec, term, len(observed)) if term.combine == "mean" else 1
    for instance in instances(spec, term):
        if not instance.needs <= observed:
            continue
        frame = _Frame(spec, term, instance, observed, draws, Weigher(spec, instance), sign, Fraction(1, siblings))
        found = _divergence(frame, term) if isinstance(term, Divergence) else _route(frame, term)
        yield from (t for t in found if t.coefficient != 0)


@dataclass(frozen=True)
class _Frame:
    """One written term with its variables bound, for one set of observed views."""

    spec: Spec
    term: Route | Divergence
    instance: Instance
    observed: Views
    draws: Draws
    weigh: Weigher
    sign: int
    share: Fraction

    def subset(self, text: str) -> Subset:
        """The set that a text names."""
        return self.instance.subset(self.spec, text)

    def at(self, subset: Subset) -> Views:
        """What is left of a set under the mask."""
        return subset.at(self.observed, self.draws)

    def site(self, evidence: Subset, label: Views, views: Views, samples: int | None = None) -> Site:
        """Where posteriors are asked for: the evidence as written, and as it is."""
        count = self.spec.estimator.samples if samples is None else samples
        return Site(self.spec, label, views, self.observed, evidence.drawn, count)

    def build(self, coefficient: Expr, weight: Fraction, atom: Atom, scope: Scope) -> Term:
        """A term, weighted as a whole by the written term's own weight."""
        whole = sympy.expand(self.sign * self.weigh.weight(self.term.weight) * coefficient)
        return Term(whole, self.share * weight, atom, scope, self.weigh.count(self.term))


@dataclass(frozen=True)
class _Case:
    """A route whose sets are known: what is inferred from what, and what is scored."""

    frame: _Frame
    route: Route
    evidence: Subset
    targets: Subset
    given: Views
    scored: Views
    parts: tuple[tuple[Fraction, Views], ...]

    @property
    def mixed(self) -> bool:
        """True where the shared latents' KL is that of the mixture."""
        return self.route.density == "mixture" and len(self.parts) > 1

    @property
    def shared(self) -> list[Ref]:
        """The shared latents above the targets."""
        return [r for r in relevant(self.frame.spec, self.scored) if r.view is None]

    def site(self, part: Views, samples: int | None = None) -> Site:
        """The site of one component."""
        label = self.evidence.views if self.frame.spec.mixture == "none" else part
        return self.frame.site(self.evidence, label, part, samples)

    def whole(self, samples: int | None = None) -> Site:
        """The site of all the evidence."""
        return self.frame.site(self.evidence, self.evidence.views, self.given, samples)

    def scope(self, scored: Views, part: Views | None = None) -> Scope:
        """When a term of this route counts; `part` is the component it belongs to."""
        component = None if self.frame.spec.mixture == "none" else part
        return Scope(self.route, self.frame.instance.needs, self.evidence, self.targets, component, scored)


def _route(frame: _Frame, route: Route) -> Iterator[Term]:
    """Targets, latents above them, components; then a sum of terms, or one log-mean-exp."""
    evidence, targets = frame.subset(route.from_), frame.subset(route.to)
    given, scored = frame.at(evidence), frame.at(targets)
    if not given or not scored:
        return
    case = _Case(frame, route, evidence, targets, given, scored, tuple(components(frame.spec, given)))
    if route.word == "iwae" and (route.samples > 1 or route.strata == "inside"):
        yield from _log_mean_exp(case)
    else:
        yield from _bound(case)


def _bound(case: _Case) -> Iterator[Term]:
    """Σ_S w_S (Σ λ E log p(x | ·) − Σ β KL), the shared latents' KL taken once where their density is the mixture's."""
    frame, weigh = case.frame, case.frame.weigh
    for weight, part in case.parts:
        site = case.site(part)
        for view in sorted(case.scored):
            scope = case.scope(frozenset({view}), part)
            yield frame.build(weigh.score(case.route, view), weight, _likelihood(site, view), scope)
        for ref, atom in _ratios(case, site):
            if atom.of != atom.to[0]:
                scope = case.scope(scored_by(frame.spec, ref), part)
                yield frame.build(-weigh.beta(case.route, ref), weight, atom, scope)
    if case.mixed and case.shared:
        site = case.whole()
        atom = _mixture_kl(site, case.shared, mixture_streams(site, case.shared))
        scope = case.scope(frozenset().union(*(scored_by(frame.spec, r) for r in case.shared)))
        yield frame.build(-weigh.beta(case.route, case.shared[0]), WHOLE, atom, scope)


def _log_mean_exp(case: _Case) -> Iterator[Term]:
    strata = tuple(_stratum(case, weight, part) for weight, part in case.parts)
    if not any(s.scores or s.ratios for s in strata):
        return
    atom = LogMeanExp(case.route.samples, case.route.strata, strata, signed_sum(inner(strata), separator=" "))
    yield case.frame.build(sympy.Integer(1), WHOLE, atom, case.scope(case.targets.views))


def _stratum(case: _Case, weight: Fraction, part: Views) -> Stratum:
    """One component's log-weight."""
    weigh, site = case.frame.weigh, case.site(part, case.route.samples)
    scores = [(weigh.score(case.route, v), _likelihood(site, v)) for v in sorted(case.scored)]
    ratios = [(weigh.beta(case.route, ref), atom) for ref, atom in _ratios(case, site)]
    if case.mixed and case.shared:
        streams = ((WHOLE, tuple(drawn(site, r).stream for r in case.shared)),)
        mixture = _mixture_kl(case.whole(case.route.samples), case.shared, streams)
        ratios.append((weigh.beta(case.route, case.shared[0]), mixture))
    component = None if case.frame.spec.mixture == "none" else part
    return Stratum(weight, tuple(s for s in scores if s[0] != 0), tuple(r for r in ratios if r[0] != 0), component)


def _likelihood(site: Site, view: str) -> Likelihood:
    draws = [drawn(site, ref) for ref in relevant(site.spec, frozenset({view}), direct=True)]
    return Likelihood(Ref(site.spec.observed.name, view), tuple(sorted(draws, key=lambda d: str(d.ref))))


def _ratios(case: _Case, site: Site) -> Iterator[tuple[Ref, KL]]:
    """KL(q ‖ p) of each latent above the targets, unless it is drawn from a prior or its density is the mixture's."""
    for ref in relevant(case.frame.spec, case.scored):
        draw = drawn(site, ref)
        if draw.stream.source in ("posterior", "own") and not (case.mixed and ref.view is None):
            prior = prior_key(site.spec, ref)
            given = tuple(drawn(site, p) for p in prior.given)
            yield ref, KL(draw.key, (prior,), given, ((WHOLE, (draw.stream,)),))


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


def _divergence(frame: _Frame, written: Divergence) -> Iterator[Term]:
    """An explicit KL(of ‖ to), for evidence that exists under the mask."""
    of, to = parse_density(written.of), parse_density(written.to)
    first, second = _evidence(frame, of), _evidence(frame, to)
    if not frame.at(first) or not frame.at(second):
        return
    ref = Ref(of.node, frame.weigh.copy(of.copy))
    site, other_site = (frame.site(s, s.views, frame.at(s)) for s in (first, second))
    key = drawn(site, ref).key if ref.view or frame.spec.mixture == "none" else mixture_of(site, [ref])
    other = prior_key(frame.spec, ref) if to.which == "p" else drawn(other_site, ref).key
    same = key == other and first.drawn == second.drawn
    if not same and (ref.view is None or ref.view in frame.observed):
        given = tuple(drawn(site, p) for p in getattr(other, "given", ()))
        against = drawn(other_site, ref).stream if to.which == "q" else None
        streams = mixture_streams(site, [ref]) if ref.view is None else ((WHOLE, (drawn(site, ref).stream,)),)
        atom = KL(key, (other,), given, streams, against)
        scored = second.views if ref.view is None else frozenset({ref.view})
        scope = Scope(written, frame.instance.needs, first, second, None, scored)
        yield frame.build(sympy.Integer(1), WHOLE, atom, scope)


def _evidence(frame: _Frame, density: Density) -> Subset:
    """The set behind the bar of a density (all views for a prior): a variable, V, or names with commas."""
    text = density.views or "V"
    is_set = text == "V" or frame.term.for_.get(text, "V") != "V"
    return frame.subset(text if is_set else f"[{text}]")
