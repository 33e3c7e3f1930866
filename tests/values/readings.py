"""One written term with its variables bound: what its sets, densities and weights are, and the value of a route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from mvgraph.language.density import Density as Named
from mvgraph.language.density import parse_density
from mvgraph.language.expr import Formula, Reference
from mvgraph.language.index import parse_views
from mvgraph.objective.keys import Ref
from mvgraph.spec.model import Spec
from mvgraph.spec.nodes import Pseudo
from mvgraph.spec.terms import CrossEntropy, Divergence, Route, WrittenTerm
from mvgraph.vocab.family.mixture_of import MixtureOf

from .sites import Site, Views
from .world import STANDARD, Array, Blend, Density, World, log_mean_exp


@dataclass(frozen=True)
class Bound:
    """The value of a variable: a set of views, and whether it is written `full`."""

    views: Views
    whole: bool = False


Binding = Mapping[str, Bound]


def subsets(views: Views) -> list[Views]:
    """All that are not empty."""
    return [frozenset(c) for n in range(1, len(views) + 1) for c in combinations(sorted(views), n)]


@dataclass(frozen=True)
class Reading:
    """One written term at one binding of its variables."""

    world: World
    term: WrittenTerm
    binding: Binding

    @property
    def spec(self) -> Spec:
        """The spec of the world."""
        return self.world.spec

    @cached_property
    def views(self) -> Views:
        """All views."""
        return frozenset(self.spec.view_names)

    def weight(self, formula: Formula, view: str | None = None) -> float:
        """A formula as a number."""

        def resolve(reference: Reference) -> Any:
            if reference.size:
                return Formula(str(len(self.binding[reference.name].views))).expr
            if reference.name == "M":
                return Formula(str(len(self.views))).expr
            if not isinstance(self.spec.params.get(reference.name), Mapping):
                return self.world.number(reference.name)
            return self.world.number(f"{reference.name}_{self.at(reference.index, view)}")

        return float(formula.resolve(resolve))

    def at(self, index: str | None, view: str | None) -> str | None:
        """The view of a subscript."""
        if index in self.binding:
            return next(iter(self.binding[index].views))
        return index if index in self.views or view is None else view

    def set(self, text: str) -> Views:
        """The views that `V`, a variable or a list names."""
        written = parse_views(text)
        return self.views if written.all else frozenset().union(*map(self.one, written.names))

    def one(self, name: str) -> Views:
        """The views of a variable, or the one that a name or place stands for."""
        return self.binding[name].views if name in self.binding else frozenset({self.spec.view_named(name) or name})

    def components(self, views: Views) -> list[tuple[float, Views]]:
        """The components of the posterior family, and their weights."""
        parts = {"none": [views], "singles": [frozenset({v}) for v in sorted(views)], "subsets": subsets(views)}
        return [(1 / len(parts[self.spec.mixture]), s) for s in parts[self.spec.mixture]]

    # routes

    def route(self, route: Route) -> Array:
        """The bound, or the log-mean-exp, of one route."""
        given, node = self.set(route.from_), parse_views(route.to).node
        scored = sorted(self.set(route.to) & frozenset(self.spec.scored_views))
        if not scored:
            return 0.0
        parts = [
            (w, Site(self.world, s, route.samples if route.word == "iwae" else 1)) for w, s in self.components(given)
        ]
        logs = [self.log_weight(route, parts, i, node, scored) for i in range(len(parts))]
        shares = [w for w, _ in parts]
        if route.strata == "inside":
            each = [w / len(log) for w, log in zip(shares, logs, strict=True) for _ in log]
            return log_mean_exp(np.concatenate(logs), each)
        return sum(w * log_mean_exp(log) for w, log in zip(shares, logs, strict=True))

    def log_weight(
        self, route: Route, parts: Sequence[tuple[float, Site]], at: int, node: str, scored: list[str]
    ) -> Array:
        """log p(x, z) - log q(z) of one component, weighted, `(draw, row)`."""
        site = parts[at][1]
        found = np.zeros((site.draws, self.world.rows))
        for view in scored:
            lam = route.likelihood_weight
            formula = lam if isinstance(lam, Formula) else lam.get(view, Formula("1"))
            found = found + self.weight(formula, view) * self.score(site, view, node)
        above = self.ancestors(node, scored)
        mixed = [r for r in above if r.view is None] if route.density == "mixture" and len(parts) > 1 else []
        for ref in above:
            beta = self.weight(route.beta_of(ref.node), ref.view)
            if isinstance(self.spec.latent(ref.node).family, MixtureOf):
                found = found - beta * self.pull(site, ref)
            elif ref in mixed:
                found = found + beta * site.prior(ref).log(site.draw(ref))
            elif site.source(ref) == "posterior":
                z = site.draw(ref)
                found = found - beta * (site.posterior(ref).log(z) - site.prior(ref).log(z))
        if mixed:
            beta = self.weight(route.beta_of(mixed[0].node))
            found = found - beta * self.whole(site, parts, mixed)
        return found

    def whole(self, site: Site, parts: Sequence[tuple[float, Site]], refs: Sequence[Ref]) -> Array:
        """log Σ_S w_S Π q_S of the shared latents, at the draws of one component."""
        logs = []
        for weight, other in parts:
            there = Site(self.world, other.evidence, site.draws)
            there.known = {r: ("", site.draw(r)) for r in refs}  # its densities at the draws of this one
            logs.append(np.log(weight) + sum(there.posterior(r).log(site.draw(r)) for r in refs))
        return np.logaddexp.reduce(logs)

    def ancestors(self, node: str, scored: Sequence[str]) -> list[Ref]:
        """The latents above what is scored."""
        given = {v.name: v.given for v in self.spec.latents}
        names = [g for g in self.spec.target(node).given if g in given]
        for name in names:
            names += [g for g in given[name] if g in given and g not in names]
        plated = [(v.name, bool(v.plate)) for v in self.spec.latents if v.name in names]
        return [Ref(n, v) for n, plate in plated for v in (scored if plate else [None])]

    def score(self, site: Site, view: str, node: str) -> Array:
        """log p(x_view | its parents) at the draws of a site."""
        target = self.spec.target(node)
        parents = [site.draw(r) for r in site.above(Ref("x", view), target.given)]
        pseudo = isinstance(target, Pseudo)
        value = site.alone(view).draw(Ref(target.pseudo, view)) if isinstance(target, Pseudo) else self.world.data[view]
        return self.world.score(target.name if pseudo else "", view, [*parents, *site.fixed(target.given)], value)

    def reproduced(self, site: Site, view: str) -> Array:
        """The mean of a view's likelihood at the draws of a site."""
        target = self.spec.observed
        parents = [site.draw(r) for r in site.above(Ref(target.name, view), target.given)]
        return self.world.mean("", view, [*parents, *site.fixed(target.given)])

    def pull(self, site: Site, ref: Ref) -> Array:
        """log q - log h of a prior that is made of posteriors, or its convex bound."""
        family = self.spec.latent(ref.node).family
        assert isinstance(family, MixtureOf)
        alone, z = self.weight(Formula(str(family.standard))), site.draw(ref)
        own = site.density(ref)
        others = [site.density(Ref(ref.node, v)) for v in sorted(site.evidence)]
        shares = [alone, *[(1 - alone) / len(others)] * len(others)]
        parts = [STANDARD, *others]
        if family.bound == "convex":
            return sum(w * (own.log(z) - p.log(z)) for w, p in zip(shares, parts, strict=True))
        return own.log(z) - Blend(shares, parts).log(z)  # type: ignore[arg-type]

    # explicit terms

    def named(self, text: str) -> tuple[Named, Ref, Views]:
        """A density as it is written, its latent, and what stands behind the bar."""
        found = parse_density(text).among([v.name for v in self.spec.latents])
        behind = (
            self.views
            if found.views in (None, "V")
            else frozenset().union(*(self.one(n.strip()) for n in str(found.views).split(",")))
        )
        return found, Ref(found.node, self.at(found.copy, None) if found.copy else None), behind

    def parts(self, text: str) -> list[tuple[float, Site]]:
        """The components of a posterior with their weights; one for a prior, or a private latent."""
        found, ref, behind = self.named(text)
        if found.which == "p" or ref.view is not None:
            return [(1.0, Site(self.world, behind))]
        return [(w, Site(self.world, s)) for w, s in self.components(behind)]

    def taken(self, text: str, site: Site) -> Density | Blend:
        """The density that a text names, of one component."""
        found, ref, _ = self.named(text)
        return site.prior(ref) if found.which == "p" else site.density(ref)

    def log(self, text: str, z: Array, at: Site) -> Array:
        """log of a density that a text names, a mixture's too, given draws of a site."""
        _, ref, _ = self.named(text)
        logs = []
        for weight, own in self.parts(text):
            there = Site(self.world, own.evidence)
            there.known = {r: ("", at.draw(r)) for r in at.above(ref, self.spec.latent(ref.node).given)}
            logs.append(np.log(weight) + self.taken(text, there).log(z))
        return np.logaddexp.reduce(logs)

    def value_drawn(self, text: str, site: Site) -> Array:
        """A draw from what a text names."""
        found, ref, _ = self.named(text)
        if found.which == "q":
            return site.draw(ref)
        name = f"{self.world.named(ref.node)}.{ref.view}"
        above = [site.stream(r) for r in site.above(ref, self.spec.latent(ref.node).given)]
        return site.prior(ref).draw(self.world.noise(f"{name} p {above}"))

    def divergence(self, term: Divergence) -> Array:
        """E_of[log of - log to]; of a cross-entropy, without the first."""
        found = 0.0
        for weight, site in self.parts(term.of):
            z = self.value_drawn(term.of, site)
            inner = 0.0 if isinstance(term, CrossEntropy) else self.log(term.of, z, site)
            found = found + weight * (inner - self.log(term.to, z, site))[0]
        return found
