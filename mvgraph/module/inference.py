"""The posterior given any evidence: which components it has, with which weights and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor
from torch.distributions import Distribution

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.module import subsets
from mvgraph.module.belief import Belief, Known, Sampling, choose
from mvgraph.module.networks import Networks
from mvgraph.module.posteriors import Posteriors
from mvgraph.module.running import safe_log
from mvgraph.objective import evidence
from mvgraph.objective.atoms import Stream
from mvgraph.objective.evidence import Views
from mvgraph.objective.family import prior_key, read_by, reads_parents
from mvgraph.objective.keys import Ref
from mvgraph.planning import Plan
from mvgraph.spec.model import Spec
from mvgraph.tracing import known
from mvgraph.vocab.family import Family, Params
from mvgraph.vocab.family.delta import Delta
from mvgraph.vocab.sampler import Samples


@dataclass(frozen=True, eq=False)
class Inference:
    """q(· | x_S) for the evidence S that each row of a batch has.

    Arguments:
        networks: the parameters.
        plan: what training executes; experts that it never uses are no evidence.
        batch: the evidence, by its mask; values of views outside it are never looked at.
        generator: the randomness of samplers; a seed of their own, unless given.
        whole: S is asked for as the one component that it is in training, not as a mixture over parts of S.
    """

    networks: Networks
    plan: Plan
    batch: Batch
    generator: torch.Generator | None = None
    whole: bool = False

    @property
    def mixture(self) -> str:
        """What the posterior is a mixture over, as in the spec; `none` where one component is asked for.

        Raises:
            UsageError: no component looks at all that a row has.
        """
        if not self.whole or self.spec.mixture == "none":
            return self.spec.mixture
        if self.spec.mixture == "subsets":
            return "none"
        if known((self.mask.sum(1) > 1).any(), unknown=False):
            raise UsageError("each component of q looks at one view: give one, or ask for component='mixture'")
        return self.spec.mixture

    @property
    def spec(self) -> Spec:
        """The model."""
        return self.networks.spec

    @property
    def rows(self) -> int:
        """How many rows there are, as a size that stays one in a program."""
        return self.batch.mask.shape[0]

    @cached_property
    def bare(self) -> Tensor:
        """The rows that know nothing but what is conditioned on, bool `(row,)`: their posterior is the prior."""
        scored = [v in self.spec.scored_views for v in self.spec.view_names]
        there = (self.batch.mask & torch.tensor(scored, device=self.batch.mask.device)).any(1)
        return ~there if self.spec.conditions else torch.zeros_like(there)

    @cached_property
    def conditions(self) -> dict[Ref, Tensor]:
        """What is conditioned on, `(row, entry)` each."""
        return self.networks.conditions(self.views)

    @cached_property
    def live(self) -> list[bool]:
        """Which views may be evidence of shared latents: those whose experts are trained."""
        shared = [Ref(x.name) for x in self.spec.latents if not x.plate]
        columns = [all(self.networks.has_expert(r, v) for r in shared) for v in self.spec.view_names]
        joint = all(r.node in self.networks.trained.joints for r in shared) and bool(shared)
        whole = (self.batch.mask.all(1) | self.bare).all()
        joined = joint and known(whole, unknown=True)
        return [c or joined for c in columns]

    @cached_property
    def mask(self) -> Tensor:
        """The evidence of shared latents, bool `(row, view)`.

        Raises:
            UsageError: a row has no evidence that the model was trained to use.
        """
        live = torch.tensor(self.live, device=self.batch.mask.device)
        mask = self.batch.mask & live | self.bare[:, None]
        if not known(mask.any(1).all(), unknown=True):
            row = int((~mask.any(1)).nonzero()[0])
            given = [n for n, there in zip(self.spec.view_names, self.batch.mask[row].tolist(), strict=True) if there]
            trained = [n for n, there in zip(self.spec.view_names, self.live, strict=True) if there]
            raise UsageError(
                f"no posterior is defined given {', '.join(given) or 'no view'}: the objective trains encoders of "
                f"{', '.join(trained) or 'no view alone'} only"
            )
        return mask

    @cached_property
    def components(self) -> list[Views]:
        """The evidence of each component, over all rows."""
        columns = zip(self.spec.view_names, self.mask.any(0), self.live, strict=True)
        seen = frozenset(v for v, there, live in columns if known(there, unknown=live))
        if self.mixture == "subsets":
            return evidence.subsets(seen)
        if self.mixture == "singles":
            return [frozenset({v}) for v in sorted(seen)]
        return [frozenset(self.spec.view_names)]

    @cached_property
    def log_weights(self) -> Tensor:
        """log of each component's weight for each row, `(component, row)`; minus infinity where it has none."""
        like = self.networks.like
        if self.mixture == "none":
            return like.new_zeros(1, self.rows)
        rows = []
        for part in self.components:
            needed = torch.tensor([v in part for v in self.spec.view_names], device=self.mask.device)
            rows.append((self.mask | ~needed).all(1))
        there = torch.stack(rows).to(like.dtype)
        there[1:, self.bare] = 0.0  # the prior is one component
        return safe_log(there / there.sum(0))

    def above(self, ref: Ref) -> tuple[Ref, ...]:
        """The latents that the posterior of a latent is conditioned on: its parents, where their prior is an expert."""
        return prior_key(self.spec, ref).given if reads_parents(self.spec, ref) else ()

    def shared(self, ref: Ref, parents: Sequence[Tensor] = ()) -> list[Belief]:
        """What is known of a shared latent in every component.

        Arguments:
            ref: the latent.
            parents: values of those `above`, `(component, *batch, row, dim)` each; parameters are made for each.

        Raises:
            UsageError: the family does not define the posterior for this evidence.
        """
        rule = self.spec.posterior(ref.node)
        if (rule.fuse is None and self.spec.mixture == "none") or (rule.fuse is not None and rule.fuse.joint):
            return [self._whole_or_single(ref)]
        slots = [Stream(ref, "posterior", c) for c in self.components]
        return [self._inferred(s, slots, [p[c] for p in parents]) for c, s in enumerate(slots)]

    def private(self, ref: Ref, parents: Sequence[Tensor] = ()) -> Belief:
        """What is known of a private latent: its own posterior where its view was seen, else by its absence rule.

        Arguments:
            ref: the latent.
            parents: draws of its parents in p, `(sample, row, dim)` each.
        """
        rule, seen = self.spec.posterior(ref.node), self.seen(ref)
        if known(seen.all(), unknown=False):
            return self.own(ref, parents)
        if rule.absent == "aux" and rule.auxiliary is not None:
            absent: Belief = self._known(rule.auxiliary, self.networks.auxiliary(ref), ref)
        else:
            absent = self.prior(ref, parents)
        some = known(seen.any(), unknown=self.networks.has_expert(ref, str(ref.view)))
        return choose([(seen, self.own(ref, parents)), (~seen, absent)]) if some else absent

    def copies(self, ref: Ref, parents: Sequence[Sequence[Tensor]]) -> list[Belief]:
        """What is known of a private latent in every component, at the draws of its parents there."""
        return [self.private(ref, each) for each in parents]

    def alone(self, ref: Ref) -> Distribution:
        """The distribution of a private latent without parents."""
        return self.private(ref).distribution()

    def proposal(self, ref: Ref, parents: Sequence[Tensor] = ()) -> Belief:
        """What importance sampling draws a private latent from: its own posterior where its view was seen, or p."""
        seen, prior = self.seen(ref), self.prior(ref, parents)
        return choose([(seen, self.own(ref, parents)), (~seen, prior)]) if bool(seen.any()) else prior

    def prior(self, ref: Ref, parents: Sequence[Tensor] = ()) -> Belief:
        """p(v | pa), at draws of the parents `(sample, row, dim)`; or what an upper level makes of the latent."""
        loc = self.networks.reproduced(ref, parents)
        if loc is not None:
            return self._known(Delta(), {"loc": loc}, ref, parents)
        params = self.networks.prior(ref, parents, self.conditions)
        return self._known(self.spec.latent(ref.node).family, params, ref, parents)

    def seen(self, ref: Ref) -> Tensor:
        """Where the view of a private latent is evidence, bool `(row,)`: nowhere, where its expert is not trained."""
        there = self.batch.mask[:, self.spec.view_names.index(str(ref.view))]
        return there if self.networks.has_expert(ref, str(ref.view)) else torch.zeros_like(there)

    def own(self, ref: Ref, parents: Sequence[Tensor] = ()) -> Belief:
        """The posterior of a private latent given its own view; of no use in rows where that was not seen."""
        slot = Stream(ref, "own", frozenset({str(ref.view)}))
        return self._inferred(slot, [slot], parents)

    def _inferred(self, slot: Stream, slots: Sequence[Stream], parents: Sequence[Tensor]) -> Belief:
        """One of some posteriors of a latent, at values of its parents, or means of other latents, that it reads."""
        ref, family = slot.ref, self.spec.posterior(slot.ref.node).expert
        posteriors = self._posteriors(tuple(slots))
        if self.spec.posterior(ref.node).reads:
            read = read_by(self.spec, ref, frozenset(self.spec.scored_views))
            means = {str(r.view): self.own(r).draws(None, None)[0] for r in read}
            return self._known(family, posteriors.read(slot, means), ref)
        if not self.above(ref):
            return self._known(family, posteriors[slot], ref)
        return self._known(
            family, posteriors.at(slot, self.networks.prior(ref, parents, self.conditions)), ref, parents
        )

    def _known(self, family: Family, params: Params, ref: Ref, parents: Sequence[Tensor] = ()) -> Known:
        lead = tuple(parents[0].shape[:-1]) if parents else (self.rows,)
        return Known(family, params, (*lead, self.spec.dim(ref.node, ref.view)))

    @cached_property
    def views(self) -> dict[str, Tensor]:
        """The evidence, with zeros elsewhere."""
        columns = dict(zip(self.spec.view_names, self.batch.mask.T, strict=True))
        return {
            n: torch.where(columns[n].reshape(-1, *[1] * (v.dim() - 1)), v, 0.0) for n, v in self.batch.views.items()
        }

    def _posteriors(self, slots: tuple[Stream, ...]) -> Posteriors:
        """The posteriors of one latent, the same object whenever they are asked for."""
        none = self.batch.mask.new_zeros(0, *self.batch.mask.shape)
        mask = self.mask if slots[0].source == "posterior" else self.batch.mask
        if slots not in self._asked:
            plan = replace(self.plan, slots=slots)
            self._asked[slots] = Posteriors(self.spec, self.networks, plan, self.views, mask, none)
        return self._asked[slots]

    @cached_property
    def _asked(self) -> dict[tuple[Stream, ...], Posteriors]:
        return {}

    def _whole_or_single(self, ref: Ref) -> Belief:
        """The joint network where every view is there, the one expert where one is.

        Raises:
            UsageError: a row has several views, not all of which a joint network could read.
        """
        rule, count = self.spec.posterior(ref.node), self.mask.sum(1)
        whole = (self.batch.mask.all(1) | self.bare) & (count > 1)
        joined = ref.node in self.networks.trained.joints
        whole = whole if joined else torch.zeros_like(whole)
        several, parts = (count > 1) & ~whole, list[tuple[Tensor, Belief]]()
        if known(several.any(), unknown=False):
            parts.append((several, self._sampled(ref, several)))
        if known(whole.any(), unknown=joined):
            parts.append((whole, self._known(rule.family(whole=True), self.networks.joint(ref, self.views), ref)))
        for view, there in zip(self.spec.view_names, self.mask.T, strict=True):
            alone = there & (count == 1) & ~whole
            if known(alone.any(), unknown=self.networks.has_expert(ref, view)):
                expert = self.networks.expert(ref, view)(self.views[view])
                parts.append((alone, self._known(rule.expert, expert, ref)))
        return choose(parts)

    def _sampled(self, ref: Ref, several: Tensor) -> Belief:
        """Draws given several views for some rows, bool `(row,)`; zeros for the others.

        Raises:
            UsageError: the spec names no sampler.
        """
        rule, index = self.spec.posterior(ref.node), several.nonzero()[:, 0]
        if rule.subsets is None:
            raise UsageError(self._undefined(ref, int(index[0])))
        views = {v: x[index] for v, x in self.views.items()}
        generator = self.generator or torch.Generator(index.device).manual_seed(0)
        found = subsets.sample(self.networks, ref, rule.subsets, views, self.mask[index], generator)
        shape = (len(found.draws), len(self.batch), self.spec.dim(ref.node))
        draws = found.draws.new_zeros(shape).index_copy(1, index, found.draws)
        acceptance = found.acceptance.new_full((len(self.batch),), torch.nan).index_copy(0, index, found.acceptance)
        return Sampling(Samples(draws, acceptance))

    def _undefined(self, ref: Ref, row: int) -> str:
        given = [n for n, there in zip(self.spec.view_names, self.mask[row].tolist(), strict=True) if there]
        fused = self.spec.posterior(ref.node).fuse is not None
        network = "a joint network needs all views, and its experts are not fused"
        why = network if fused else "its experts are not fused (no `fuse`)"
        remedy = f"give one view, or write subsets: hmc in q.{ref.node}"
        return f"q({ref} | {', '.join(given)}) is not defined: {why}; {remedy}"
