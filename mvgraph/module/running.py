"""One run of a step: divergences and log-mean-exps from posteriors, draws and scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import torch
from torch import Tensor

from mvgraph.module.coefficient import evaluate
from mvgraph.module.noise import family_of_stream
from mvgraph.module.scoring import Scores
from mvgraph.module.sharing import Shares, subset_mask
from mvgraph.objective.atoms import KL, Comparison, Draw, LogMeanExp, Stratum, Stream
from mvgraph.objective.comparisons import CE
from mvgraph.objective.evaluation import closed_form
from mvgraph.objective.family import family_of
from mvgraph.objective.keys import Mixture, Prior, Ref
from mvgraph.planning.calls import Key, calls
from mvgraph.vocab.family import ClosedKL, Family, Params


@dataclass(frozen=True, eq=False)
class Run(Scores):
    """One run of a step: what the values of its terms are made of.

    Arguments:
        terms: the shares of all terms.
        parts: for each term that has components, the shares of these.
    """

    terms: Shares
    parts: Mapping[int, Shares]

    @cached_property
    def shares(self) -> Tensor:
        """The share of each term for each row, `(term, row)`."""
        return self.terms(self.mask, self.drawn).to(self.noise.sets.dtype)

    @cached_property
    def asked(self) -> Mapping[Key, Tensor]:
        """The rows in which some term asks for a decoder at some draws, bool `(row,)`."""
        found: dict[Key, Tensor] = {}
        for index, term in enumerate(self.plan.terms):
            there, parts = self.shares[index] > 0, self.part_weights(index) > 0 if index in self.parts else None
            for call in calls(term.atom):
                rows = there if parts is None or call.component is None else there & parts[call.component]
                if call.scored:
                    rows = rows & self.mask[:, self.spec.view_names.index(str(call.target.view))]
                found[call.key] = found[call.key] | rows if call.key in found else rows
        return found

    def kl(self, index: int, atom: KL) -> Tensor:
        """KL(of ‖ to), `(row,)`."""
        if isinstance(atom.of, Mixture):
            return self.mixture_kl(index, atom)
        (_, streams), *_ = atom.parts
        if formula := closed_form(self.spec, atom):
            return self.closed(atom, streams[0], formula)
        return self.log_ratio(atom, streams).mean(0)

    def ce(self, _: int, atom: CE) -> Tensor:
        """CE(of ‖ to), `(row,)`."""
        streams = atom.parts[0][1]
        if formula := closed_form(self.spec, atom):
            return self.closed(atom, streams[0], formula)
        return -self.log_below(atom, streams).mean(0)

    def closed(self, atom: Comparison, stream: Stream, formula: ClosedKL) -> Tensor:
        """A closed form, at the draws of the condition, `(row,)`."""
        given = {d.ref: d.stream for d in atom.given}
        value = formula(self.parameters(stream), self.other(atom, 0, stream, given))
        return value.mean(0) if value.dim() > 1 else value

    def other(self, atom: Comparison, which: int, stream: Stream, at: Mapping[Ref, Stream]) -> Params:
        """The parameters of the density that a divergence is taken to, at the draws of the parents of `stream`."""
        key = atom.to[which]
        if atom.against is not None:
            return self.parameters(atom.against, stream.parents)
        assert isinstance(key, Prior)
        return self.prior(key.ref, tuple(at[p] for p in key.given))

    def log_ratio(self, atom: KL, streams: tuple[Stream, ...]) -> Tensor:
        """log of(z) − log to(z) of one posterior at its own draws, `(sample, row)`."""
        own = sum(family_of_stream(self.spec, s).log_prob(self.own(s), self.draws[s]) for s in streams)
        ratio = own - self.log_below(atom, streams)
        if atom.against is None:
            return ratio
        return torch.where(self.posteriors.same(streams[0], atom.against), 0.0, ratio)

    def log_below(self, atom: Comparison, streams: tuple[Stream, ...]) -> Tensor:
        """log to(z) at the draws of one component, `(sample, row)`."""
        at = {d.ref: d.stream for d in atom.given} | {s.ref: s for s in streams}
        terms = [
            family_of(self.spec, key).log_prob(self.other(atom, i, s, at), self.draws[s])
            for i, (key, s) in enumerate(zip(atom.to, streams, strict=True))
        ]
        return torch.stack(terms).sum(0)

    def log_mixture(self, groups: Sequence[tuple[Stream, ...]], log_weights: Tensor, at: tuple[Stream, ...]) -> Tensor:
        """log Σ_S w_S Π_v q_S(v) at one component's draws, `(sample, row)`, from `log_weights` `(component, row)`."""
        total = log_weights[:, None]
        for column, stream in enumerate(at):
            each = [self.own(g[column], stream.parents) for g in groups]
            total = total + log_probs(family_of_stream(self.spec, stream), each, self.draws[stream])
        return total.logsumexp(0)

    def mixture_kl(self, index: int, atom: KL) -> Tensor:
        """KL(Σ_S w_S q_S ‖ p), one set of draws a component; in closed form for rows that have one component."""
        weights = self.part_weights(index)
        groups = [streams for _, streams in atom.parts]
        logs = safe_log(weights)
        sampled = torch.stack([(self.log_mixture(groups, logs, g) - self.log_below(atom, g)).mean(0) for g in groups])
        value = torch.where(weights > 0, weights * sampled, 0.0).sum(0)
        if self.complete:
            return value
        alone = torch.stack([self.alone(atom, g) for g in groups])
        single = torch.where(weights > 0, alone, 0.0).sum(0)
        return torch.where((weights > 0).sum(0) == 1, single, value)

    def alone(self, atom: KL, streams: tuple[Stream, ...]) -> Tensor:
        """Σ_v KL(q_S(v) ‖ p(v)) of one component, in closed form where there is one."""
        assert isinstance(atom.of, Mixture)
        at = {s.ref: s for s in streams}
        values = []
        for key, to, stream in zip(atom.of.parts[0], atom.to, streams, strict=True):
            parents = to.given if isinstance(to, Prior) else ()
            given = tuple(Draw(p, Prior(p), at[p]) for p in parents if p in at) or atom.given
            one = KL(key, (to,), given, ((Fraction(1), (stream,)),), atom.against)
            formula = closed_form(self.spec, one)
            values.append(self.closed(one, stream, formula) if formula else self.log_ratio(one, (stream,)).mean(0))
        return torch.stack(values).sum(0)

    def part_weights(self, index: int) -> Tensor:
        """The weights of a term's components for each row, `(component, row)`, adding up to one."""
        weights = self.parts[index](self.mask, self.drawn).to(self.noise.sets.dtype)
        return weights / weights.sum(0).clamp_min(torch.finfo(weights.dtype).tiny)

    def log_mean_exp(self, index: int, atom: LogMeanExp) -> Tensor:
        """Log-weights under log-mean-exp: one mean a stratum, or one over all."""
        weights = self.part_weights(index)
        targets = subset_mask(self.plan.terms[index].scope.targets, self.mask, self.drawn, self.spec.view_names)
        there = dict(zip(self.spec.view_names, targets.T, strict=True))
        groups = [_shared(p) for p in atom.parts]
        each = [self.log_weight(p, there, groups, weights).expand(atom.samples, -1) for p in atom.parts]
        logs = torch.stack(each)  # (part, sample, row)
        if atom.strata == "outside":
            self.gates.weigh(atom.parts, logs.detach().softmax(1), self.values)
            means = logs.logsumexp(1) - math.log(atom.samples)
            return torch.where(weights > 0, weights * means, 0.0).sum(0)
        shifted = (logs + safe_log(weights)[:, None] - math.log(atom.samples)).flatten(0, 1)
        self.gates.weigh(atom.parts, shifted.detach().softmax(0).unflatten(0, logs.shape[:2]), self.values)
        return shifted.logsumexp(0)

    def log_weight(
        self, part: Stratum, there: Mapping[str, Tensor], groups: Sequence[tuple[Stream, ...]], weights: Tensor
    ) -> Tensor:
        """Σ λ log p(x | ·) + Σ β (log p − log q) of one stratum, `(sample, row)`, without views that are not there."""
        terms = []
        for c, score in part.scores:
            if (value := self.score_of(score)) is not None:
                terms.append(torch.where(there[str(score.target.view)], evaluate(c, self.values) * value, 0.0))
        for c, ratio in part.ratios:
            (_, streams), *_ = ratio.parts
            if isinstance(ratio.of, Mixture):
                value = self.log_mixture(groups, safe_log(weights), streams) - self.log_below(ratio, streams)
            else:
                value = self.log_ratio(ratio, streams)
            view = streams[0].ref.view
            scaled = -evaluate(c, self.values) * value
            terms.append(scaled if view is None else torch.where(there[view], scaled, 0.0))
        return torch.stack(terms).sum(0) if terms else self.noise.sets.new_zeros(1, self.mask.shape[0])


def log_probs(family: Family, each: Sequence[Params], value: Tensor) -> Tensor:
    """log q(value) of several posteriors of one family, `(posterior, sample, row)`, from `(sample, row, dim)`."""
    if not family.stackable:
        return torch.stack([family.log_prob(p, value) for p in each])
    shape = torch.broadcast_shapes(*(v.shape for p in each for v in p.values()))
    stacked = {name: torch.stack([p[name].expand(shape) for p in each]) for name in each[0]}
    wide = {name: v if v.dim() > 3 else v[:, None] for name, v in stacked.items()}  # (posterior, sample, row, dim)
    return family.log_prob(wide, value)


def _shared(part: Stratum) -> tuple[Stream, ...]:
    """The streams of a stratum's shared latents, where a mixture is taken over them."""
    return next((g for _, a in part.ratios if isinstance(a.of, Mixture) for _, g in a.parts), ())


def safe_log(weights: Tensor) -> Tensor:
    """log w, minus infinity where w is zero, and zero where no component has any weight."""
    tiny = torch.finfo(weights.dtype).tiny
    logs = torch.where(weights > 0, weights.clamp_min(tiny).log(), -math.inf)
    return torch.where((weights > 0).any(0), logs, 0.0)
