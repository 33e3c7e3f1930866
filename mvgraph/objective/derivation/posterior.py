"""The posterior family for a set of evidence that is a value: what each latent is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mvgraph.graph.inference import exponents_of
from mvgraph.objective.atoms import Draw, Likelihood, Source, Stream
from mvgraph.objective.derivation.indices import SET, SIZE, Evidence, Indices
from mvgraph.objective.family import parents, prior_key, reads_parents, relevant
from mvgraph.objective.keys import Auxiliary, Expert, Fused, Joint, Key, Pooled, Ref, fused
from mvgraph.objective.neatness import M
from mvgraph.objective.ranges import ALL, Each, Range
from mvgraph.spec.model import Posterior, Spec
from mvgraph.spec.nodes import Pseudo

MEMBER = "«e»"  # the index of a list of experts


@dataclass(frozen=True)
class LiftedSite:
    """Where posteriors are asked for.

    Arguments:
        spec: whose.
        indices: the bound indices.
        evidence: the set that is inferred from.
    """

    spec: Spec
    indices: Indices
    evidence: Evidence
    known: dict[Ref, Draw] = field(default_factory=dict, compare=False)

    def alone(self, view: str) -> LiftedSite:
        """The site whose evidence is one view."""
        return LiftedSite(self.spec, self.indices, Evidence((view,)))

    def drawn(self, ref: Ref) -> Draw:
        """What a latent is drawn from, by its own rule for absent evidence."""
        if ref not in self.known:
            self.known[ref] = self._drawn(ref)
        return self.known[ref]

    def _drawn(self, ref: Ref) -> Draw:
        rule = self.spec.posterior(ref.node)
        if ref.view is None:
            return self._inferred(self, ref, "posterior")
        if rule.absent == "own" or self.indices.holds(self.evidence, ref.view):
            return self._inferred(self.alone(ref.view), ref, "own")
        if rule.absent == "aux":
            return Draw(ref, Auxiliary(ref), _stream(ref, "aux"))
        return self.from_prior(ref)

    def from_prior(self, ref: Ref) -> Draw:
        """A latent drawn from its prior, at the draws of its parents."""
        prior = prior_key(self.spec, ref)
        return Draw(ref, prior, _stream(ref, "prior"), tuple(self.drawn(p) for p in prior.given))

    def _inferred(self, at: LiftedSite, ref: Ref, source: Source) -> Draw:
        """A latent drawn from its posterior at a site, given the latents that this reads."""
        key, rule = at.posterior(ref), self.spec.posterior(ref.node)
        conditional = reads_parents(self.spec, ref) and at.has_prior(rule)
        given: list[Any] = [self.drawn(p) for p in prior_key(self.spec, ref).given] if conditional else []
        if rule.reads and isinstance(key, Pooled):
            lower = Draw(Ref(rule.reads, MEMBER), Expert(Ref(rule.reads, MEMBER), MEMBER), _stream(ref, "own"))
            given += at.listed(lower, Ref(rule.reads, MEMBER))
        return Draw(ref, key, _stream(ref, source), tuple(given))

    def listed(self, item: Any, at_one: Ref) -> list[Any]:
        """A part for each view of the evidence."""
        if self.evidence.views:
            return [replaced(item, at_one, view) for view in self.evidence.views]
        return [Each(item, (self.members,), size=self._size)]

    @cached_property
    def members(self) -> Range:
        """The range of the evidence's views."""
        return Range(MEMBER, SET) if self.evidence.bound else Range(MEMBER, ALL, count=M)

    @property
    def _size(self) -> Any:
        return SIZE if self.evidence.bound else M

    def posterior(self, ref: Ref) -> Key:
        """q(v | x_S) by the family's rules."""
        rule, views = self.spec.posterior(ref.node), self.evidence.views
        if rule.fuse is not None and rule.fuse.joint and len(views) != 1:
            return Joint(ref, views or (Each(MEMBER, (replace(self.members, sorted=False),), size=self._size),))  # type: ignore[arg-type]
        if rule.fuse is not None and rule.fuse.pools:
            reads = tuple(self.listed(Ref(rule.reads, MEMBER), Ref(rule.reads, MEMBER))) if rule.reads else ()
            return Pooled(ref, views or (Each(MEMBER, (self.members,), size=self._size),), reads)  # type: ignore[arg-type]
        experts: list[Any] = [Expert(ref, view) for view in views]
        experts = experts or [Each(Expert(ref, MEMBER), (self.members,), product=True, size=self._size)]
        exponents = self._exponents(rule)
        prior = [prior_key(self.spec, ref)] if self.has_prior(rule) else []
        if rule.fuse is None:
            return Expert(ref, views[0])
        alone = rule.fuse.single_is_expert and bool(views)
        if not alone and not prior:
            return Fused(rule.fuse.symbol, tuple(experts), exponents)
        return fused(rule.fuse.symbol, (*prior, *experts), exponents, single_is_expert=alone)

    def _exponents(self, rule: Posterior) -> tuple[Any, ...]:
        """The exponents of the experts: numbers of their own by name, or one number, which may depend on M."""
        weights, named = exponents_of(rule), self.evidence.views or (MEMBER,)
        if weights is None:
            return ()
        if weights.text in self.spec.params:
            return tuple(f"{weights}_{v}" for v in named)
        return (weights.resolve(lambda _: M - len(self.indices.conditions)),) * len(named)

    def has_prior(self, rule: Posterior) -> bool:
        """Whether the prior is one of the experts."""
        return rule.prior_expert == "always" or (rule.prior_expert == "full" and self.evidence.everything)

    def likelihood(self, view: str, node: str = "") -> Likelihood:
        """E[log p(x_view | ·)] at the draws of the site; of a pseudo node's copy, where it is named."""
        draws = [self.drawn(ref) for ref in relevant(self.spec, frozenset({view}), node, direct=True)]
        target = self.spec.target(node)
        _, fixed = parents(self.spec, target.given, view)
        value = self.alone(view).drawn(Ref(target.pseudo, view)) if isinstance(target, Pseudo) else None
        return Likelihood(Ref(target.name, view), tuple(sorted(draws, key=lambda d: str(d.ref))), fixed, value)


def replaced(item: Any, old: Ref, view: str) -> Any:
    """A part of a list at one view."""
    new = Ref(old.node, view)
    return Draw(new, Expert(new, view), item.stream) if isinstance(item, Draw) else new


def _stream(ref: Ref, source: Source) -> Stream:
    """A stand-in: what is printed and compared has no draws of its own."""
    return Stream(ref, source, frozenset())
