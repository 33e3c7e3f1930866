"""Latents inferred from one evidence set, by the rules of the posterior family, each drawn once."""

from __future__ import annotations

from collections.abc import Sequence

from mvgraph.objective.keys import Ref

from .world import Array, Blend, Density, World

Views = frozenset[str]


class Site:
    """The latents inferred from one evidence set, each drawn once.

    Arguments:
        world: where densities are found.
        evidence: the views that are inferred from.
        draws: how many draws of each latent.
    """

    def __init__(self, world: World, evidence: Views, draws: int = 1) -> None:
        self.world, self.spec, self.evidence, self.draws = world, world.spec, evidence, draws
        self.known: dict[Ref, tuple[str, Array]] = {}

    def alone(self, view: str) -> Site:
        """The site of one view."""
        return Site(self.world, frozenset({view}), self.draws)

    def above(self, ref: Ref, given: Sequence[str]) -> list[Ref]:
        """The latents among some nodes, in an order that no other names change."""
        plated = {v.name: bool(v.plate) for v in self.spec.latents}
        names = sorted((g for g in given if g in plated), key=self.world.named)
        return [Ref(n, ref.view if plated[n] else None) for n in names]

    def fixed(self, given: Sequence[str]) -> list[Array]:
        """What is conditioned on, among some nodes."""
        return [self.world.data[v] for n, v in self.spec.conditioned.items() if n in given]

    def source(self, ref: Ref) -> str:
        """Where a latent comes from."""
        if ref.view is None or ref.view in self.evidence:
            return "posterior"
        return {"own": "posterior"}.get(self.spec.posterior(ref.node).absent, self.spec.posterior(ref.node).absent)

    def prior(self, ref: Ref) -> Density | Blend:
        """Its prior, at the draws of its parents."""
        latent = self.spec.latent(ref.node)
        parents = [self.draw(r) for r in self.above(ref, latent.given)]
        return self.world.prior(latent, ref.view, [*parents, *self.fixed(latent.given)])

    def reads(self, ref: Ref) -> list[Ref]:
        """The parents that its posterior reads: those of a conditional prior that is one of the experts."""
        rule = self.spec.posterior(ref.node)
        full = rule.prior_expert == "full" and self.of(ref) == frozenset(self.spec.view_names)
        if rule.fuse is None or not (rule.prior_expert == "always" or full):
            return []
        return self.above(ref, self.spec.latent(ref.node).given)

    def of(self, ref: Ref) -> Views:
        """The views that the posterior of a latent looks at."""
        return self.evidence if ref.view is None else frozenset({ref.view})

    def posterior(self, ref: Ref) -> Density:
        """q(z | x_S) by the rule for experts, their fusion, and the prior as one more."""
        rule, views, world = self.spec.posterior(ref.node), self.of(ref), self.world
        if rule.fuse is not None and rule.fuse.joint and len(views) > 1:
            return world.joint(ref.node, views)
        if rule.fuse is not None and rule.fuse.pools:
            return world.pooled(ref.node, {v: self.message(rule.reads, v) for v in sorted(views)})
        experts = [world.expert(ref.node, ref.view, v) for v in sorted(views)]
        weights = getattr(rule.fuse, "weights", None)
        powers = [world.exponent(str(weights), v) for v in sorted(views)] if weights else []
        full = rule.prior_expert == "full" and views == frozenset(self.spec.view_names)
        if rule.fuse is None:
            return experts[0]
        if rule.prior_expert == "always" or full:
            experts.append(self.prior(ref))  # type: ignore[arg-type]
        plain = len(experts) == 1 and not powers
        return experts[0] if plain else world.fused(rule.fuse.symbol, experts, powers)

    def message(self, reads: str | None, view: str) -> Array:
        """What a pooled posterior reads of a view: its data, or the draw of its private latent."""
        return self.alone(view).draw(Ref(reads, view)) if reads else self.world.data[view]

    def density(self, ref: Ref) -> Density | Blend:
        """What a latent is drawn from."""
        source = self.source(ref)
        if source == "posterior":
            return self.posterior(ref)
        return self.world.auxiliary(ref.node, ref.view) if source == "aux" else self.prior(ref)

    def stream(self, ref: Ref) -> str:
        """The name of its noise: what it is drawn from."""
        name, source = f"{self.world.named(ref.node)}.{ref.view}", self.source(ref)
        if source == "aux":
            return f"{name} r"
        if source == "prior":
            above = [self.stream(r) for r in self.above(ref, self.spec.latent(ref.node).given)]
            return f"{name} p {above}"
        read = self.spec.posterior(ref.node).reads
        above = [self.stream(r) for r in self.reads(ref)]
        above += [self.alone(v).stream(Ref(read, v)) for v in sorted(self.of(ref)) if read]
        return f"{name} q {sorted(self.of(ref))} {above}"

    def draw(self, ref: Ref) -> Array:
        """A latent, `(draw, row)`."""
        if ref not in self.known:
            stream = self.stream(ref)
            self.known[ref] = stream, self.density(ref).draw(self.world.noise(stream, self.draws))
        return self.known[ref][1]
