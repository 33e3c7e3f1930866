"""All the posteriors of a plan under a mask: each encoder runs once, each latent's sets are fused in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mvgraph.module.networks import Networks
from mvgraph.objective.atoms import Stream
from mvgraph.objective.family import reads_parents
from mvgraph.objective.keys import Ref
from mvgraph.planning.steps import Plan, is_joint
from mvgraph.spec.model import Posterior, Spec
from mvgraph.vocab.family import Params


class Posteriors:
    """The parameters of every slot, made when first asked for.

    Of a posterior with a conditional prior among its experts, a slot holds the product of the other experts, which is
    the same for all draws of the parents; `at` makes the whole.

    Arguments:
        spec, networks, plan: the model.
        views: values `(row, *shape)`, finite everywhere.
        mask: observed views, bool `(row, view)`.
        drawn: random evidence sets, bool `(set, row, view)`.
    """

    def __init__(
        self, spec: Spec, networks: Networks, plan: Plan, views: Mapping[str, Tensor], mask: Tensor, drawn: Tensor
    ) -> None:
        self.spec, self.networks, self.plan = spec, networks, plan
        self.views, self.mask, self.drawn = views, mask, drawn
        self._experts: dict[tuple[Ref, str], Params] = {}
        self._slots: dict[Stream, Params] = {}

    def __getitem__(self, slot: Stream) -> Params:
        if slot not in self._slots:
            self._make(slot)
        return self._slots[slot]

    def at(self, slot: Stream, prior: Params) -> Params:
        """The parameters where the conditional prior has these, `(*batch, row, dim)`."""
        rule = self.spec.posterior(slot.ref.node)
        assert rule.fuse is not None
        views = self[slot]
        shape = torch.broadcast_shapes(*(p.shape for p in (*prior.values(), *views.values())))
        flat = [{n: v.expand(shape).reshape(-1, shape[-1]) for n, v in p.items()} for p in (views, prior)]
        both = {name: value[None] for name, value in flat[0].items()}
        alone = torch.ones(1, 1, 1, dtype=torch.bool, device=self.mask.device)
        taken = self._prior_mask(rule, self._evidence(slot)).expand(shape[:-1]).reshape(1, -1)
        fused = rule.fuse.fuse_all(both, alone, flat[1], taken, None)
        return {name: value.reshape(shape) for name, value in fused.items()}

    def read(self, slot: Stream, values: Mapping[str, Tensor]) -> Params:
        """The parameters of a posterior that reads these in place of the views, `(*sample, row, dim)` as they are."""
        rule, views = self.spec.posterior(slot.ref.node), list(values)
        assert rule.fuse is not None
        index = torch.tensor([self.spec.view_names.index(v) for v in views], device=self.mask.device)
        each = [self.networks.expert(slot.ref, v)(values[v])["message"] for v in views]
        messages = torch.stack([m.flatten(0, -2) for m in each])  # (view, sample · row, width)
        mask = self._evidence(slot)[:, index].expand(*each[0].shape[:-1], -1).flatten(0, -2)
        mean = rule.fuse.fuse_all({"message": messages}, mask[None], None, None, None)["message"][0]
        return self.networks.pool(slot.ref, mean.unflatten(0, each[0].shape[:-1]))

    def expert(self, ref: Ref, view: str) -> Params:
        """q(ref | x_view), the encoder run once."""
        if (ref, view) not in self._experts:
            there = self.mask[:, self.spec.view_names.index(view)]
            self._experts[ref, view] = self.networks.expert(ref, view)(self.views[view], there)
        return self._experts[ref, view]

    def _make(self, slot: Stream) -> None:
        rule = self.spec.posterior(slot.ref.node)
        if is_joint(self.spec, slot):
            self._slots[slot] = self.networks.joint(slot.ref, self.views)
        elif self._is_expert(slot, rule):
            self._slots[slot] = self.expert(slot.ref, next(iter(slot.views)))
        else:
            same = [s for s in self.plan.slots if s.ref == slot.ref and not is_joint(self.spec, s)]
            self._slots |= self._fuse(slot.ref, rule, [s for s in same if not self._is_expert(s, rule)])

    def _is_expert(self, slot: Stream, rule: Posterior) -> bool:
        """True where the slot is one expert, whatever the mask."""
        if rule.fuse is not None and rule.fuse.pools:
            return False
        plain = rule.fuse is None or rule.fuse.joint or (not self._has_prior(slot.ref) and rule.fuse.single_is_expert)
        return plain and len(slot.views) == 1

    def _has_prior(self, ref: Ref) -> bool:
        """Whether the prior is one of the experts that a slot multiplies."""
        return self.spec.posterior(ref.node).prior_expert != "never" and not reads_parents(self.spec, ref)

    def _fuse(self, ref: Ref, rule: Posterior, slots: Sequence[Stream]) -> dict[Stream, Params]:
        """All the evidence sets of one latent at once."""
        assert rule.fuse is not None
        named = [v for v in self.spec.view_names if any(v in s.views for s in slots)]
        used = [v for v in named if self.networks.builds_expert(ref, v)]  # where no term asks for it, it is no evidence
        index = torch.tensor([self.spec.view_names.index(v) for v in used], device=self.mask.device)
        each = [self.expert(ref, v) for v in used]
        experts = {name: torch.stack([e[name] for e in each]) for name in each[0]}
        sets = torch.stack([self._evidence(s) for s in slots])  # (set, row, view)
        prior = self.networks.prior(ref, (), self.networks.conditions(self.views)) if self._has_prior(ref) else None
        prior_mask = None if prior is None else self._prior_mask(rule, sets)
        exponents = self.networks.exponents(ref.node)
        weights = None if exponents is None else exponents[index]
        fused: Params = rule.fuse.fuse_all(experts, sets[..., index], prior, prior_mask, weights)
        if rule.fuse.pools:
            fused = self.networks.pool(ref, fused["message"])
        return {s: {name: value[i] for name, value in fused.items()} for i, s in enumerate(slots)}

    def same(self, one: Stream, other: Stream) -> Tensor:
        """Where two streams of a latent have one posterior, for the mask leaves them one evidence, bool `(row,)`."""
        if one.drawn != other.drawn:
            return torch.zeros_like(self.mask[:, 0])
        return (self._evidence(one) == self._evidence(other)).all(-1)

    def _evidence(self, slot: Stream) -> Tensor:
        """What the mask leaves of a slot's evidence, bool `(row, view)`."""
        if slot.drawn and slot.source == "posterior":
            own = self.drawn[slot.drawn - 1]
            return own & self._named(slot) if self.spec.mixture != "none" else own
        return self.mask & self._named(slot)

    def _named(self, slot: Stream) -> Tensor:
        return torch.tensor([v in slot.views for v in self.spec.view_names], device=self.mask.device)

    def _prior_mask(self, rule: Posterior, sets: Tensor) -> Tensor:
        """Where the prior is one more expert: everywhere, or where the evidence is all the views of the spec."""
        given = torch.tensor([v in self.spec.given_views for v in self.spec.view_names], device=sets.device)
        whole = (sets | given).all(-1)
        return torch.ones_like(whole) if rule.prior_expert == "always" else whole
