"""The divergence of one density from the center of several, for both executors."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from mvgraph.module.noise import family_of_stream
from mvgraph.module.pattern import Pattern
from mvgraph.module.running import Run, safe_log
from mvgraph.module.sharing import subset_mask
from mvgraph.objective.comparisons import Deviation
from mvgraph.objective.evaluation import closed_form
from mvgraph.objective.family import family_of
from mvgraph.vocab.center import Member
from mvgraph.vocab.divergence import closed_kl


def interpreted(pattern: Pattern, atom: Deviation) -> Tensor:
    """KL(of ‖ center) of rows that have all the members, `(row,)`."""
    rule, spec = atom.center.rule, pattern.spec
    members = [Member(family_of(spec, k), pattern.params(k)) for k in atom.center.members]
    logs = pattern.noise.sets.new_full((len(members), 1), -math.log(len(members)))
    own = pattern.params(atom.of)
    if formula := closed_form(spec, atom):
        return formula(own, rule.params(members, logs))
    draws = pattern.reparameterise(atom.own, own)
    return (family_of(spec, atom.of).log_prob(own, draws) - rule.log_prob(members, logs, draws)).mean(0)


def compiled(run: Run, _: int, atom: Deviation) -> Tensor:
    """KL(of ‖ center), the center being that of the members that each row has, `(row,)`."""
    rule, own = atom.center.rule, run.parameters(atom.own)
    members = [Member(family_of_stream(run.spec, s), run.parameters(s)) for _, s in atom.members]
    sets = [subset_mask(s, run.mask, run.drawn, run.spec.view_names) for s, _ in atom.members]
    there = torch.stack(sets).any(-1).to(run.noise.sets.dtype)  # (member, row)
    logs = safe_log(there / there.sum(0).clamp_min(1.0))
    if formula := closed_form(run.spec, atom):
        return formula(own, rule.params(members, logs))
    family, draws = family_of_stream(run.spec, atom.own), run.draws[atom.own]
    value = (family.log_prob(own, draws) - rule.log_prob(members, logs, draws)).mean(0)
    if run.complete or run.spec.estimator.kl == "sampled":
        return value
    return torch.where(there.sum(0) == 1, _from_one(Member(family, own), members, there, value), value)


def _from_one(own: Member, members: list[Member], there: Tensor, sampled: Tensor) -> Tensor:
    """KL(of ‖ the one member that a row has), in closed form where there is one, `(row,)`."""
    formulas = [closed_kl(own.family, m.family) for m in members]
    each = [f(own.params, m.params) if f else sampled for f, m in zip(formulas, members, strict=True)]
    return torch.where(there > 0, torch.stack(torch.broadcast_tensors(sampled, *each))[1:], 0.0).sum(0)
