"""The rule of a route, with bound indices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mvgraph.graph.pooling import pools
from mvgraph.language.expr import Expr, Formula
from mvgraph.language.index import parse_views
from mvgraph.objective.atoms import KL, LogMeanExp, Stratum
from mvgraph.objective.comparisons import PooledKL
from mvgraph.objective.derivation.binding import Binding, components, mixture_of, several
from mvgraph.objective.derivation.indices import ALL_VIEWS, ONE, SET, Evidence, Indices
from mvgraph.objective.derivation.posterior import LiftedSite
from mvgraph.objective.derivation.sums import LiftedTerm, listed
from mvgraph.objective.family import prior_key, relevant
from mvgraph.objective.keys import Mixture, Pool, Ref, Standard
from mvgraph.objective.neatness import POWER, M
from mvgraph.objective.plates.space import IrregularError
from mvgraph.objective.ranges import ALL, Each, Range
from mvgraph.objective.routes import under_a_logarithm
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import Route
from mvgraph.vocab.family.mixture_of import MixtureOf

COMPONENT = "«c»"  # the index of the components of a mixture


def route(binding: Binding, written: Route, sign: int) -> Iterator[LiftedTerm]:
    """Targets, latents above them, components; then a sum of terms, or one log-mean-exp."""
    case = BoundRoute(binding, written, sign * binding.share * binding.weight(written.weight))
    yield from (case.log_mean_exp() if under_a_logarithm(written) else case.bound())


@dataclass(frozen=True)
class BoundRoute:
    """A route with its variables bound.

    Arguments:
        binding: of its variables.
        route: what is written.
        weight: of the whole.
    """

    binding: Binding
    route: Route
    weight: Expr

    @property
    def spec(self) -> Spec:
        """Whose route it is."""
        return self.binding.spec

    @property
    def evidence(self) -> Evidence:
        """What it infers from."""
        return self.binding.subset(self.route.from_)

    @property
    def node(self) -> str:
        """The node that is scored, where it is named."""
        return parse_views(self.route.to).node

    @property
    def mixed(self) -> bool:
        """Whether the shared latents' KL is that of the mixture."""
        return self.route.density == "mixture" and several(self.spec, self.evidence)

    def targets(self, indices: Indices) -> Iterator[tuple[str, Indices]]:
        """The views that are scored."""
        text = parse_views(self.route.to)
        targets = (
            ALL_VIEWS if text.all else self.binding.subset(self.route.to.partition(":")[2].strip(" }") or self.route.to)
        )
        yield from ((v, inner) for v, inner in indices.view_of(targets) if v not in indices.conditions)

    def latents(self, view: str, *, plated: bool) -> list[Ref]:
        """The latents above a target: those of its plate, or those that all views share."""
        return [r for r in relevant(self.spec, frozenset({view}), self.node) if (r.view is not None) == plated]

    def scores(self, evidence: Evidence, indices: Indices) -> Iterator[LiftedTerm]:
        """Σ λ E[log p(x | ·)]."""
        weight = self.binding.weight(self.route.likelihood_weight)
        for view, inner in self.targets(indices):
            yield LiftedTerm(weight, self.binding.site(evidence, inner).likelihood(view, self.node), inner)

    def ratios(self, evidence: Evidence, indices: Indices) -> Iterator[LiftedTerm]:
        """Σ β KL(q ‖ p) of each latent that has a posterior of its own here."""
        some = next((v for v, _ in self.targets(indices)), None)
        for ref in self.latents(some, plated=False) if some is not None else ():
            if not self.mixed or ref.view is not None:
                yield from self._ratio(self.binding.site(evidence, indices), ref)
        for view, inner in self.targets(indices):
            for ref in self.latents(view, plated=True):
                yield from self._ratio(self.binding.site(evidence, inner), ref)

    def _ratio(self, site: LiftedSite, ref: Ref) -> Iterator[LiftedTerm]:
        draw = site.drawn(ref)
        beta = self.binding.weight(self.route.beta_of(ref.node))
        pooled = pools(self.spec)
        if ref.node in pooled:
            yield from (replace(p, coefficient=beta * p.coefficient) for p in self._pulls(site, ref, pooled[ref.node]))
        elif draw.stream.source in ("posterior", "own"):
            prior = prior_key(self.spec, ref)
            given = tuple(dict.fromkeys((*(site.drawn(p) for p in prior.given), *draw.given)))
            if draw.key != prior:
                yield LiftedTerm(beta, KL(draw.key, (prior,), given), site.indices)

    def _pulls(self, site: LiftedSite, ref: Ref, family: MixtureOf) -> Iterator[LiftedTerm]:
        """The KL to a prior that is made of posteriors."""
        standard, own = self.binding.weight(Formula(str(family.standard))), site.drawn(ref)
        if family.bound == "exact":
            member = LiftedSite(self.spec, site.indices, Evidence((COMPONENT,))).drawn(Ref(ref.node, COMPONENT)).key
            if site.evidence.views:
                raise IrregularError("a prior that is made of the posteriors of some views")
            within = Range(COMPONENT, SET) if site.evidence.bound else Range(COMPONENT, ALL, count=M)
            pool = Pool(standard, (Each(member, (within,), size=site.evidence.size),))  # type: ignore[arg-type]
            yield LiftedTerm(ONE, PooledKL(own.key, pool, own.stream, ()), site.indices)
            return
        yield LiftedTerm(standard, KL(own.key, (Standard(ref),)), site.indices)
        for view, inner in site.indices.view_of(site.evidence):
            other = LiftedSite(self.spec, inner, site.evidence).drawn(Ref(ref.node, view)).key
            if other != own.key:
                yield LiftedTerm((1 - standard) / site.evidence.size, KL(own.key, (other,)), inner)

    def mixture(self, indices: Indices) -> Iterator[tuple[Expr, KL]]:
        """The KL of the shared latents together, where their density is that of the mixture."""
        some = next((v for v, _ in self.targets(indices)), None)
        shared = self.latents(some, plated=False) if some is not None else []
        if self.mixed and shared:
            mixture = mixture_of(self.spec, self.evidence, indices, shared)
            to = tuple(prior_key(self.spec, r) for r in shared)
            yield self.binding.weight(self.route.beta_of(shared[0].node)), KL(mixture, to)

    def bound(self) -> Iterator[LiftedTerm]:
        """Σ_S w_S (Σ λ E log p(x | ·) − Σ β KL)."""
        for share, part, indices in components(self.spec, self.evidence, self.binding.indices):
            weight = self.weight * share
            yield from (replace(s, coefficient=weight * s.coefficient) for s in self.scores(part, indices))
            yield from (replace(r, coefficient=-weight * r.coefficient) for r in self.ratios(part, indices))
        for beta, atom in self.mixture(self.binding.indices):
            yield LiftedTerm(-self.weight * beta, atom, self.binding.indices)

    def log_mean_exp(self) -> Iterator[LiftedTerm]:
        """One log-weight a component, under one logarithm each, or all under one."""
        spec, outer = self.spec, self.binding.indices
        strata: list[tuple[Stratum, Indices]] = []
        for share, part, indices in components(spec, self.evidence, outer):
            scores, ratios = list(self.scores(part, indices)), list(self.ratios(part, indices))
            ratios += [LiftedTerm(beta, atom, indices) for beta, atom in self.mixture(outer)]
            component = None if spec.mixture == "none" else frozenset(part.views or {SET if part.bound else ALL})
            order = {v.name: place for place, v in enumerate(spec.latents)}
            places = sorted({self._place(r.atom, order) for r in ratios})
            groups = ([r for r in ratios if self._place(r.atom, order) == place] for place in places)
            listed_ratios = tuple(x for group in groups for x in _weighted(group, indices))
            strata.append(
                (Stratum(share.subs(POWER, 2**M), _weighted(scores, indices), listed_ratios, component), indices)
            )
        parts = listed(strata, outer)
        if any(isinstance(p, Each) or p.scores or p.ratios for p in parts):
            yield LiftedTerm(self.weight, LogMeanExp(self.route.samples, self.route.strata, parts, str(parts)), outer)

    def _place(self, atom: KL, order: Mapping[str, int]) -> int:
        """Where a ratio stands: in the order of the latents, that of a mixture last."""
        return len(order) if isinstance(atom.of, Mixture) else order[atom.of.ref.node]


def _weighted(terms: list[LiftedTerm], indices: Indices) -> tuple[Any, ...]:
    """Terms under a logarithm as a list."""
    return listed((((t.coefficient, t.atom), t.indices) for t in terms if t.coefficient != 0), indices)
