"""The reference interpreter: the derived terms, evaluated one by one, for one pattern of observed views at a time.

It is slow and obvious on purpose: nothing is batched, masked or shared but the draws. The compiled step must
agree with it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

import torch
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.module.coefficient import evaluate
from mvgraph.module.networks import Networks
from mvgraph.module.noise import Noise, family_of_stream, random_masks
from mvgraph.objective.atoms import KL, Atom, Draw, Likelihood, LogMeanExp, Stratum, Stream
from mvgraph.objective.canonical import derive
from mvgraph.objective.deriving import expand
from mvgraph.objective.family import family_of
from mvgraph.objective.keys import Auxiliary, Expert, Fused, Joint, Key, Mixture, Prior, Ref
from mvgraph.objective.terms import OBSERVED_COUNT
from mvgraph.objective.text import signed
from mvgraph.planning.steps import is_closed
from mvgraph.spec.model import Spec
from mvgraph.vocab.divergence import closed_kl
from mvgraph.vocab.family import Params
from mvgraph.vocab.fusion import Fusion

Values = Mapping[str, Tensor | float]


def interpret(networks: Networks, batch: Batch, noise: Noise, values: Values) -> dict[str, Tensor]:
    """Every term's value for each row, `{printed term: (row,)}`, zero where it does not apply.

    A term that complete data do not have (of a pattern of missing views) is named as it is derived for its pattern.
    """
    sets = random_masks(noise.sets, batch.mask)
    objective = derive(networks.spec)
    printed = {atom: line for (_, atom), line in zip(objective.terms, objective.lines, strict=True)}
    found: dict[str, Tensor] = {}
    for (observed, drawn), rows in _patterns(batch, sets).items():
        index = torch.tensor(rows, device=batch.mask.device)
        views = {k: v[index] for k, v in batch.views.items()}
        pattern = _Pattern(networks, networks.spec, views, noise.rows(index), {**values, **_count(observed)})
        for term in expand(networks.spec, observed, dict(enumerate(drawn, 1))):
            coefficient = evaluate(term.coefficient, pattern.values) * float(term.share)
            name = printed.get(term.atom, signed(term.coefficient, term.atom))
            whole = found.get(name, batch.mask.new_zeros(len(batch), dtype=noise.sets.dtype))
            found[name] = whole.index_add(0, index, coefficient * pattern.value(term.atom))
    return found


def _patterns(batch: Batch, sets: Tensor) -> dict[tuple[frozenset[str], tuple[frozenset[str], ...]], list[int]]:
    """The rows of each pattern of observed views and random sets."""
    groups: dict[tuple[frozenset[str], tuple[frozenset[str], ...]], list[int]] = defaultdict(list)
    for row, mask in enumerate(batch.mask):
        drawn = tuple(_names(batch, s) for s in sets[:, row])
        groups[_names(batch, mask), drawn].append(row)
    return groups


def _names(batch: Batch, mask: Tensor) -> frozenset[str]:
    return frozenset(n for n, there in zip(batch.names, mask.tolist(), strict=True) if there)


def _count(observed: frozenset[str]) -> dict[str, float]:
    return {OBSERVED_COUNT.name: float(len(observed))}


@dataclass(frozen=True, eq=False)
class _Pattern:
    """Rows that share one pattern of observed views."""

    networks: Networks
    spec: Spec
    views: Mapping[str, Tensor]
    noise: Noise
    values: Values

    def value(self, atom: Atom) -> Tensor:
        """An atom's value, `(row,)`."""
        if isinstance(atom, Likelihood):
            return self.log_likelihood(atom).mean(0)
        return self.kl(atom) if isinstance(atom, KL) else self.log_mean_exp(atom)

    def log_likelihood(self, atom: Likelihood) -> Tensor:
        """log p(x | draws), `(sample, row)`."""
        view = str(atom.target.view)
        draws = {d.ref.node: self.sample(d) for d in atom.draws}
        params = self.networks.decode(view, torch.cat([draws[n] for n in self.spec.observed.given], -1))
        own = self.spec.view(view)
        assert own.likelihood is not None
        assert own.shape is not None
        return own.likelihood.log_prob(params, self.views[view], len(own.shape))

    def sample(self, draw: Draw) -> Tensor:
        """One latent's draws, `(sample, row, dim)`."""
        parents = [self.sample(d) for d in draw.given]
        params = self.networks.prior(draw.ref, parents) if parents else self.params(draw.key)
        return self.reparameterise(draw.stream, params)

    def reparameterise(self, stream: Stream, params: Params) -> Tensor:
        return family_of_stream(self.spec, stream).rsample(params, self.noise.streams[stream])

    def params(self, key: Key) -> Params:
        """The parameters of a distribution, `(row, dim)` or broadcasting against it."""
        if isinstance(key, Expert):
            expert: Params = self.networks.expert(key.ref, key.view)(self.views[key.view])
            return expert
        if isinstance(key, Joint):
            return self.networks.joint(key.ref, self.views)
        if isinstance(key, Auxiliary):
            return self.networks.auxiliary(key.ref)
        if isinstance(key, Fused):
            return self.fused(key)
        return self.networks.prior(key.ref)

    def fused(self, key: Fused) -> Params:
        expert = next(m for m in key.members if isinstance(m, Expert))
        rule = self.spec.posterior(expert.ref.node).fuse
        assert isinstance(rule, Fusion)
        exponents = self.networks.exponents(expert.ref.node)
        order = self.spec.view_names.index
        experts = [self.params(m) for m in key.members]
        if exponents is None:
            return rule.fuse(experts)
        return rule.fuse(experts, [exponents[order(m.view)] for m in key.members if isinstance(m, Expert)])

    def kl(self, atom: KL) -> Tensor:
        """KL(of ‖ to), `(row,)`."""
        if not is_closed(self.spec, atom):
            return sum_of(float(w) * self.log_ratio(atom, streams).mean(0) for w, streams in atom.streams)
        assert not isinstance(atom.of, Mixture)
        formula = closed_kl(family_of(self.spec, atom.of), family_of(self.spec, atom.to[0]))
        assert formula is not None
        at = {d.ref: self.sample(d) for d in atom.given}
        divergence = formula(self.params(atom.of), self.other(atom.to[0], at))
        return divergence.mean(0) if atom.given else divergence

    def other(self, key: Key, at: Mapping[Ref, Tensor]) -> Params:
        """The parameters of the density that a divergence is taken to, at the draws of its parents."""
        if isinstance(key, Prior) and key.given:
            return self.networks.prior(key.ref, [at[p] for p in key.given])
        return self.params(key)

    def log_ratio(self, atom: KL, streams: tuple[Stream, ...]) -> Tensor:
        """log of(z) − log to(z) at the draws of one component, `(sample, row)`."""
        keys = self.component(atom, streams)
        draws = [self.reparameterise(s, self.params(k)) for k, s in zip(keys, streams, strict=True)]
        at = {d.ref: self.sample(d) for d in atom.given} | {s.ref: z for s, z in zip(streams, draws, strict=True)}
        below = sum_of(
            family_of(self.spec, k).log_prob(self.other(k, at), z) for k, z in zip(atom.to, draws, strict=True)
        )
        return self.log_density(atom.of, draws) - below

    def component(self, atom: KL, streams: tuple[Stream, ...]) -> tuple[Key, ...]:
        """The part of a mixture that a group of streams draws from: the one made of the same evidence."""
        if not isinstance(atom.of, Mixture):
            return (atom.of,)
        return next(p for p in atom.of.parts if all(_evidence(k) == s.views for k, s in zip(p, streams, strict=True)))

    def log_density(self, key: Key | Mixture, draws: list[Tensor]) -> Tensor:
        """log of a density at draws of each latent."""
        if not isinstance(key, Mixture):
            return self.log_product((key,), draws)
        parts = [self.log_product(p, draws) + math.log(w) for w, p in zip(key.weights, key.parts, strict=True)]
        return torch.stack(parts).logsumexp(0)

    def log_product(self, keys: tuple[Key, ...], draws: list[Tensor]) -> Tensor:
        """log Π_v q(v) at draws of each latent."""
        return sum_of(family_of(self.spec, k).log_prob(self.params(k), z) for k, z in zip(keys, draws, strict=True))

    def log_mean_exp(self, atom: LogMeanExp) -> Tensor:
        """Log-weights under log-mean-exp: one mean a stratum, or one over all."""
        weights = [self.log_weight(part).expand(atom.samples, -1) for part in atom.parts]  # each (sample, row)
        if atom.strata == "outside":
            means = [w.logsumexp(0) - math.log(atom.samples) for w in weights]
            return sum_of(float(p.weight) * m for p, m in zip(atom.parts, means, strict=True))
        shifted = [w + math.log(p.weight / atom.samples) for p, w in zip(atom.parts, weights, strict=True)]
        return torch.cat(shifted).logsumexp(0)

    def log_weight(self, part: Stratum) -> Tensor:
        scores = [evaluate(c, self.values) * self.log_likelihood(a) for c, a in part.scores]
        ratios = [-evaluate(c, self.values) * self.log_ratio(a, s) for c, a in part.ratios for _, s in a.streams]
        nothing = self.noise.sets.new_zeros(1, self.noise.sets.shape[1])
        return sum_of([nothing, *scores, *ratios])


def _evidence(key: Key) -> frozenset[str]:
    if isinstance(key, Fused):
        return frozenset().union(*(_evidence(m) for m in key.members))
    if isinstance(key, Joint):
        return frozenset(key.views)
    return frozenset({key.view}) if isinstance(key, Expert) else frozenset()


def sum_of(tensors: Iterable[Tensor]) -> Tensor:
    """The sum of some tensors that broadcast."""
    return reduce(add, tensors)


