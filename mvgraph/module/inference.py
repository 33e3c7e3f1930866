"""The posterior given any evidence: which components it has, with which weights and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.module.networks import Networks
from mvgraph.module.posteriors import Posteriors
from mvgraph.module.running import safe_log
from mvgraph.objective.atoms import Stream
from mvgraph.objective.evidence import Views, subsets
from mvgraph.objective.keys import Ref
from mvgraph.planning import Plan
from mvgraph.planning.steps import live_experts
from mvgraph.spec.model import Spec
from mvgraph.vocab.family import Family, Params


@dataclass(frozen=True, eq=False)
class Inference:
    """q(· | x_S) for the evidence S that each row of a batch has.

    Arguments:
        networks: the parameters.
        plan: what training executes; experts that it never uses are no evidence.
        batch: the evidence, by its mask; values of views outside it are never looked at.
    """

    networks: Networks
    plan: Plan
    batch: Batch

    @property
    def spec(self) -> Spec:
        """The model."""
        return self.networks.spec

    @cached_property
    def live(self) -> Tensor:
        """Which views may be evidence of shared latents: those whose experts are trained, bool `(view,)`."""
        trained = {(r, v) for r, v in live_experts(self.spec, self.plan.terms)}
        shared = [Ref(x.name) for x in self.spec.latents if not x.plate]
        columns = [all((r, v) in trained for r in shared) for v in self.spec.view_names]
        joint = all(r in self.plan.joints for r in shared) and bool(shared)
        whole = self.batch.mask.all(1).all()
        return torch.tensor([c or (joint and bool(whole)) for c in columns], device=self.batch.mask.device)

    @cached_property
    def mask(self) -> Tensor:
        """The evidence of shared latents, bool `(row, view)`.

        Raises:
            UsageError: a row has no evidence that the model was trained to use.
        """
        mask = self.batch.mask & self.live
        if not bool(mask.any(1).all()):
            row = int((~mask.any(1)).nonzero()[0])
            given = [n for n, there in zip(self.spec.view_names, self.batch.mask[row].tolist(), strict=True) if there]
            known = [n for n, there in zip(self.spec.view_names, self.live.tolist(), strict=True) if there]
            raise UsageError(
                f"no posterior is defined given {', '.join(given) or 'no view'}: the objective trains encoders of "
                f"{', '.join(known) or 'no view alone'} only"
            )
        return mask

    @cached_property
    def components(self) -> list[Views]:
        """The evidence of each component, over all rows."""
        seen = frozenset(v for v, any_ in zip(self.spec.view_names, self.mask.any(0).tolist(), strict=True) if any_)
        if self.spec.mixture == "subsets":
            return subsets(seen)
        if self.spec.mixture == "singles":
            return [frozenset({v}) for v in sorted(seen)]
        return [frozenset(self.spec.view_names)]

    @cached_property
    def log_weights(self) -> Tensor:
        """log of each component's weight for each row, `(component, row)`; minus infinity where it has none."""
        like = next(self.networks.decoders.parameters())
        if self.spec.mixture == "none":
            return like.new_zeros(1, len(self.batch))
        rows = []
        for part in self.components:
            needed = torch.tensor([v in part for v in self.spec.view_names], device=self.mask.device)
            rows.append((self.mask | ~needed).all(1))
        there = torch.stack(rows).to(like.dtype)
        return safe_log(there / there.sum(0))

    def shared(self, ref: Ref) -> Params:
        """A shared latent's parameters in every component, `(component, row, dim)`.

        Raises:
            UsageError: the family does not define the posterior for this evidence.
        """
        rule = self.spec.posterior(ref.node)
        if rule.fuse is not None and rule.fuse.joint:
            return self._joint(ref)
        if rule.fuse is None and self.spec.mixture == "none":
            self._require_single(ref, "its experts are not fused (no `fuse`)")
            return self._single(ref)
        slots = [Stream(ref, "posterior", c) for c in self.components]
        posteriors = self._posteriors(slots)
        each = [posteriors[s] for s in slots]
        return {name: torch.stack([p[name] for p in each]) for name in each[0]}

    def private(self, ref: Ref) -> tuple[Family, Params, Tensor]:
        """A private latent's family, parameters `(row, dim)`, and where its own view was seen, bool `(row,)`."""
        own = Stream(ref, "own", frozenset({str(ref.view)}))
        seen = self.batch.mask[:, self.spec.view_names.index(str(ref.view))]
        return self.spec.posterior(ref.node).expert, self._posteriors([own])[own], seen

    def absent(self, ref: Ref, parents: Sequence[Tensor] = ()) -> tuple[Family, Params]:
        """What a private latent is drawn from where its view was not seen: the auxiliary prior, or its prior."""
        rule = self.spec.posterior(ref.node)
        if rule.absent == "aux" and rule.auxiliary is not None:
            return rule.auxiliary, self.networks.auxiliary(ref)
        return self.spec.latent(ref.node).family, self.networks.prior(ref, parents)

    @cached_property
    def views(self) -> dict[str, Tensor]:
        """The evidence, with zeros elsewhere."""
        columns = dict(zip(self.spec.view_names, self.batch.mask.T, strict=True))
        return {
            n: torch.where(columns[n].reshape(-1, *[1] * (v.dim() - 1)), v, 0.0) for n, v in self.batch.views.items()
        }

    def _posteriors(self, slots: Sequence[Stream]) -> Posteriors:
        none = self.batch.mask.new_zeros(0, *self.batch.mask.shape)
        mask = self.mask if slots[0].source == "posterior" else self.batch.mask
        return Posteriors(self.spec, self.networks, replace(self.plan, slots=tuple(slots)), self.views, mask, none)

    def _joint(self, ref: Ref) -> Params:
        """The joint network where every view is there, the one expert where one is."""
        whole = self.batch.mask.all(1)
        if bool(whole.all()):
            return {n: v[None] for n, v in self.networks.joint(ref, self.views).items()}
        self._require_single(ref, "a joint network needs all views, and its experts are not fused", whole)
        single = self._single(ref)
        joint = self.networks.joint(ref, self.views)
        return {n: torch.where(whole[:, None], joint[n], single[n]) for n in joint}

    def _require_single(self, ref: Ref, why: str, besides: Tensor | None = None) -> None:
        several = self.mask.sum(1) > 1
        if besides is not None:
            several &= ~besides
        if bool(several.any()):
            row = int(several.nonzero()[0])
            given = [n for n, there in zip(self.spec.view_names, self.mask[row].tolist(), strict=True) if there]
            raise UsageError(f"q({ref} | {', '.join(given)}) is not defined: {why}; give one view")

    def _single(self, ref: Ref) -> Params:
        """The expert of the one view that each row has, `(1, row, dim)`."""
        used = [v for v, any_ in zip(self.spec.view_names, self.mask.any(0).tolist(), strict=True) if any_]
        each = {v: self.networks.expert(ref, v)(self.views[v]) for v in used}
        found = dict(each[used[0]])
        for view in used[1:]:
            there = self.mask[:, self.spec.view_names.index(view), None]
            found = {n: torch.where(there, each[view][n], found[n]) for n in found}
        return {n: v[None] for n, v in found.items()}
