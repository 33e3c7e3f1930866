"""From the two graphs and the routes to terms: the derivation itself (the rule of a route, expanded)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy

from mvgraph.language.density import parse_density
from mvgraph.language.expr import Expr, Formula, Reference, symbol
from mvgraph.language.index import parse_ranges
from mvgraph.objective.atoms import KL, Atom, Draw, Likelihood, LogMeanExp, Stratum
from mvgraph.objective.evidence import (
    Draws,
    Instance,
    Subset,
    Views,
    components,
    instance_count,
    instances,
)
from mvgraph.objective.family import Site, drawn, mixture_of, posterior_key, prior_key, relevant, scored_by
from mvgraph.objective.keys import Mixture, Ref
from mvgraph.objective.text import signed_sum
from mvgraph.spec.model import Divergence, Route, Spec

OBSERVED_COUNT = symbol("M_obs")


@dataclass(frozen=True)
class Scope:
    """When a term counts for a datum, and its share among its siblings, as a function of the observed views.

    Arguments:
        term: the written term.
        needs: views that must all be observed.
        evidence, targets: the route's sets.
        component: the component's own evidence, where the posterior family is a mixture.
        scored: at least one of these must be an observed target.
    """

    term: Route | Divergence
    needs: Views
    evidence: Subset
    targets: Subset
    component: Views | None
    scored: Views


@dataclass(frozen=True)
class Term:
    """coefficient · share · atom, to be maximised; `share` is the weight of the component and the binding."""

    coefficient: Expr
    share: Fraction
    atom: Atom
    scope: Scope
    count: Expr = sympy.Integer(1)  # of random evidence sets, as a symbol

    @property
    def drawn(self) -> int:
        """The number of the random evidence set that the term belongs to; 0 for none."""
        return self.scope.evidence.drawn


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
        one = _Binding(spec, term, instance, observed, draws, sign, Fraction(1, siblings))
        found = one.route(term) if isinstance(term, Route) else one.divergence(term)
        yield from (t for t in found if t.coefficient != 0)


@dataclass(frozen=True)
class _Binding:
    """One term with its variables bound, for one set of observed views."""

    spec: Spec
    term: Route | Divergence
    instance: Instance
    observed: Views
    draws: Draws
    sign: int
    share: Fraction

    def route(self, route: Route) -> Iterator[Term]:
        evidence = self.instance.subset(self.spec, route.from_)
        targets = self.instance.subset(self.spec, route.to)
        given, scored = evidence.at(self.observed, self.draws), targets.at(self.observed, self.draws)
        if not given or not scored:
            return
        parts = components(self.spec, given)
        if route.word == "iwae" and not (route.samples == 1 and route.strata == "outside"):
            yield self._log_mean_exp(route, evidence, targets, scored, parts)
            return
        for weight, part in parts:
            component = None if self.spec.mixture == "none" else part
            site = self._site(evidence, self._label(evidence, component), part)
            for view in sorted(scored):
                scope = self._scope(evidence, targets, component, {view})
                yield self._term(self._score(route, view), weight, self._likelihood(site, view), scope)
            yield from self._ratios(route, evidence, targets, scored, weight, component, site)
        if self._mixed(route, parts):
            yield from self._mixture_ratio(route, evidence, targets, scored, parts)

    def divergence(self, written: Divergence) -> Iterator[Term]:
        of, to = parse_density(written.of), parse_density(written.to)
        sets = [self._evidence(d.views) if d.views else None for d in (of, to)]
        givens = [s.at(self.observed, self.draws) if s else self.observed for s in sets]
        if not all(givens) or sets[0] is None:
            return
        evidence, copy = sets[0], self._copy(of.copy)
        ref = Ref(of.node, copy)
        labels = [s.views if s else self.observed for s in sets]
        first = self._site(evidence, labels[0], givens[0])
        second = Site(self.spec, labels[1], givens[1], self.observed)
        key = mixture_of(first, [ref]) if self.spec.mixture != "none" else posterior_key(first, ref)
        other = prior_key(self.spec, ref) if to.which == "p" else posterior_key(second, ref)
        if key == other:
            return
        parents = tuple(drawn(first, p) for p in getattr(other, "given", ()))
        against = drawn(second, ref).stream if to.which == "q" else None
        atom = KL(key, (other,), parents, _sampling(first, [ref], key), against)
        scored = frozenset({copy}) if copy else evidence.views
        scope = self._scope(evidence, sets[1] or evidence, None, scored)
        yield self._term(self._weight(written.weight), Fraction(1), atom, scope)

    def _term(self, coefficient: Expr, weight: Fraction, atom: Atom, scope: Scope) -> Term:
        counts = [r.count for text in self.term.for_.values() for r in parse_ranges(text) if r.word == "random"]
        count = self._weight(Formula(counts[0])) if counts and scope.evidence.drawn else sympy.Integer(1)
        whole = coefficient * self._weight(self.term.weight) if isinstance(self.term, Route) else coefficient
        return Term(sympy.expand(self.sign * whole), self.share * weight, atom, scope, count)

    def _site(self, evidence: Subset, label: Views, views: Views) -> Site:
        return Site(self.spec, label, views, self.observed, evidence.drawn, self.spec.estimator.samples)

    def _scope(self, evidence: Subset, targets: Subset, component: Views | None, scored: Views | set[str]) -> Scope:
        return Scope(self.term, self.instance.needs, evidence, targets, component, frozenset(scored))

    def _label(self, evidence: Subset, component: Views | None) -> Views:
        return evidence.views if component is None else component

    def _likelihood(self, site: Site, view: str) -> Likelihood:
        draws = [drawn(site, ref) for ref in relevant(self.spec, frozenset({view}), direct=True)]
        return Likelihood(Ref(self.spec.observed.name, view), tuple(sorted(draws, key=lambda d: str(d.ref))))

    def _ratios(
        self, route: Route, evidence: Subset, targets: Subset, scored: Views, weight: Fraction, component: Views | None, site: Site
    ) -> Iterator[Term]:
        """−β KL(q ‖ p) of each latent with a target below it, unless it is drawn from its prior or the mixture's."""
        mixed = self._mixed(route, components(self.spec, evidence.at(self.observed, self.draws)))
        for ref in relevant(self.spec, scored):
            draw = drawn(site, ref)
            if draw.stream.source in ("aux", "prior") or (mixed and ref.view is None):
                continue
            atom = self._kl(site, draw)
            scope = self._scope(evidence, targets, component, scored_by(self.spec, ref))
            if atom.of != atom.to[0]:
                yield self._term(-self._beta(route, ref), weight, atom, scope)

    def _kl(self, site: Site, draw: Draw) -> KL:
        prior = prior_key(self.spec, draw.ref)
        given = tuple(drawn(site, p) for p in prior.given)
        return KL(draw.key, (prior,), given, ((Fraction(1), (draw.stream,)),))

    def _mixed(self, route: Route, parts: list[tuple[Fraction, Views]]) -> bool:
        return route.density == "mixture" and len(parts) > 1

    def _mixture_ratio(
        self, route: Route, evidence: Subset, targets: Subset, scored: Views, parts: list[tuple[Fraction, Views]]
    ) -> Iterator[Term]:
        """−β KL(Σ_S w_S q_S ‖ p) over the shared latents together."""
        site = self._site(evidence, evidence.views, evidence.at(self.observed, self.draws))
        shared = [r for r in relevant(self.spec, scored) if r.view is None]
        if shared:
            atom = _mixture_kl(site, shared)
            scope = self._scope(evidence, targets, None, frozenset().union(*(scored_by(self.spec, r) for r in shared)))
            yield self._term(-self._beta(route, shared[0]), Fraction(1), atom, scope)

    def _log_mean_exp(
        self, route: Route, evidence: Subset, targets: Subset, scored: Views, parts: list[tuple[Fraction, Views]]
    ) -> Term:
        strata = tuple(self._stratum(route, evidence, scored, weight, part, parts) for weight, part in parts)
        text = signed_sum(_inner(strata, self._mixed(route, parts)), separator=" ")
        atom = LogMeanExp(route.samples, route.strata, strata, text)
        return self._term(sympy.Integer(1), Fraction(1), atom, self._scope(evidence, targets, None, targets.views))

    def _stratum(
        self, route: Route, evidence: Subset, scored: Views, weight: Fraction, part: Views, parts: list[tuple[Fraction, Views]]
    ) -> Stratum:
        label = part if self.spec.mixture != "none" else evidence.views
        site = Site(self.spec, label, part, self.observed, evidence.drawn, route.samples)
        scores = [(self._score(route, v), self._likelihood(site, v)) for v in sorted(scored)]
        refs = relevant(self.spec, scored)
        shared = [r for r in refs if r.view is None]
        ratios = []
        if self._mixed(route, parts) and shared:
            whole = Site(self.spec, evidence.views, part, self.observed, evidence.drawn, route.samples)
            given = evidence.at(self.observed, self.draws)
            ratios.append((self._beta(route, shared[0]), _mixture_kl(whole.given(given), shared, site)))
            refs = [r for r in refs if r.view is not None]
        own = [(r, drawn(site, r)) for r in refs]
        ratios += [(self._beta(route, r), self._kl(site, d)) for r, d in own if d.stream.source not in ("aux", "prior")]
        return Stratum(weight, tuple(s for s in scores if s[0] != 0), tuple(r for r in ratios if r[0] != 0))

    def _score(self, route: Route, view: str) -> Expr:
        weight = route.likelihood_weight
        formula = weight.get(view, Formula("1")) if isinstance(weight, Mapping) else weight
        return self._weight(formula, view)

    def _beta(self, route: Route, ref: Ref) -> Expr:
        formula = route.beta.get(ref.node, Formula("1")) if isinstance(route.beta, Mapping) else route.beta
        return self._weight(formula, ref.view)

    def _weight(self, formula: Formula, view: str | None = None) -> Expr:
        """A formula with its names resolved; an unbound `m` is the view that is scored."""

        def resolve(reference: Reference) -> Expr:
            if reference.size:
                return self._size(reference.name)
            if reference.name == "M":
                return sympy.Integer(len(self.spec.views))
            value, index = self.spec.params.get(reference.name), reference.index
            if not isinstance(value, Mapping):
                return symbol(reference.name)
            return symbol(f"{reference.name}_{self._copy(index, view) if index else view}")

        return formula.resolve(resolve)

    def _size(self, variable: str) -> Expr:
        bound = self.instance.bindings[variable]
        return OBSERVED_COUNT if bound.whole else sympy.Integer(len(bound.views))

    def _copy(self, name: str | None, default: str | None = None) -> str | None:
        """The view that a subscript names."""
        if name is None:
            return None
        if name in self.instance.bindings:
            return next(iter(self.instance.bindings[name].views))
        return default if name not in self.spec.view_names and default else name

    def _evidence(self, text: str) -> Subset:
        """The set behind the bar of a density: a variable, V, or names with commas."""
        plain = text == "V" or text in self.instance.bindings and text in self._set_variables()
        return self.instance.subset(self.spec, text if plain else f"[{text}]")

    def _set_variables(self) -> set[str]:
        return {name for name, text in self.term.for_.items() if text != "V"}


def _sampling(site: Site, refs: list[Ref], key: object) -> tuple[tuple[Fraction, tuple], ...]:
    if not isinstance(key, Mixture):
        return ((Fraction(1), tuple(drawn(site, r).stream for r in refs)),)
    return tuple(
        (w, tuple(drawn(site.part(s), r).stream for r in refs)) for w, s in components(site.spec, site.evidence)
    )


def _mixture_kl(site: Site, refs: list[Ref], at: Site | None = None) -> KL:
    """KL of the mixture over the shared latents; `at` names the one component that a stratum draws from."""
    key = mixture_of(site, refs)
    priors = tuple(prior_key(site.spec, r) for r in refs)
    streams = _sampling(site, refs, key) if at is None else ((Fraction(1), tuple(drawn(at, r).stream for r in refs)),)
    return KL(key, priors, (), streams)


def _inner(strata: tuple[Stratum, ...], mixed: bool) -> list[tuple[Expr, Atom]]:
    """The terms that a log-mean-exp would have with one sample, for print."""
    found: dict[Atom, Expr] = {}
    for s in strata:
        weight = sympy.Rational(s.weight.numerator, s.weight.denominator)
        for c, likelihood in s.scores:
            found[likelihood] = found.get(likelihood, 0) + weight * c
        for c, kl in s.ratios:
            found[kl] = found.get(kl, 0) - weight * c
    return [(sympy.expand(c), a) for a, c in found.items()]
