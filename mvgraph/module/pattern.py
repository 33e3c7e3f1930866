"""Rows that share one pattern of observed views: the slow, obvious values of densities, draws and atoms."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import add
from types import MappingProxyType

import torch
from torch import Tensor

from mvgraph.module.coefficient import Values, evaluate
from mvgraph.module.conditional import Reader
from mvgraph.module.gradients import Gates, held
from mvgraph.module.networks import Networks
from mvgraph.module.noise import Noise, family_of_stream
from mvgraph.objective.atoms import KL, Atom, Comparison, Draw, Likelihood, LogMeanExp, Stratum, Stream, depth
from mvgraph.objective.comparisons import CE
from mvgraph.objective.evaluation import closed_form
from mvgraph.objective.evidence import Views
from mvgraph.objective.family import family_of
from mvgraph.objective.games import Generator, Match, Sample
from mvgraph.objective.keys import Auxiliary, Expert, Fused, Joint, Key, Mixture, Pooled, Ref
from mvgraph.planning.calls import Key as CallKey
from mvgraph.planning.calls import calls, key_of
from mvgraph.spec.model import Spec
from mvgraph.vocab.family import ClosedKL, Params
from mvgraph.vocab.fusion import Fusion

NOWHERE: Mapping[Ref, Tensor] = MappingProxyType({})


Judged = tuple[str, Ref, tuple[Stream, ...]]  # a critic, what it judges, from which streams
Run = Callable[[Tensor], Params]
Inputs = Callable[["Pattern"], "Tensor | None"]  # what a pattern asks of a network, where it asks


@dataclass(frozen=True, eq=False)
class Pattern:
    """Rows that share one pattern of observed views.

    Arguments:
        networks, spec: the model.
        views, noise, values: the rows, their randomness, and the params.
        observed: the views that were observed; all of them where it is None.
        atoms: those of the terms of the pattern.
        batch: all the patterns of the batch, of which this is one.
        asked: what networks that normalise by the batch have said to each of them.
    """

    networks: Networks
    spec: Spec
    views: Mapping[str, Tensor]
    noise: Noise
    values: Values
    observed: Views | None = None
    atoms: Sequence[Atom] = ()
    batch: list[Pattern] = field(default_factory=list)
    asked: dict[object, dict[Pattern, Params]] = field(default_factory=dict)

    def scores(self, atom: Likelihood) -> bool:
        """False where all that scores the view has the weight zero: its decoder is not built."""
        return self.networks.has_decoder(str(atom.target.view), atom.target.node)

    def log_likelihood(self, atom: Likelihood) -> Tensor:
        """log p(x | draws), `(sample, row)`."""
        view, node = str(atom.target.view), atom.target.node
        family, shape = self.networks.scored(view, node)
        value = self.sample(atom.value).detach() if atom.value else self.views[view]
        return family.log_prob(self.decoded(atom.target, atom.draws), value, len(shape))

    def decoded(self, target: Ref, draws: tuple[Draw, ...]) -> Params:
        """The parameters of a decoder at draws of its latents, `(sample, row, *shape)`."""
        view, node, key = str(target.view), target.node, key_of(target, draws)

        def inputs(pattern: Pattern) -> Tensor | None:
            asked = draws if pattern is self else pattern.calls.get(key)
            if asked is None:
                return None
            at = pattern.conditions | {d.ref: pattern.sample(d) for d in asked}
            return self.networks.inputs(view, at, node)

        return self.ask(self.networks.decoder(view, node), key, inputs)

    @cached_property
    def calls(self) -> dict[CallKey, tuple[Draw, ...]]:
        """The draws of every decoder call that the pattern asks for."""
        return {call.key: call.draws for atom in self.atoms for call in calls(atom)}

    @cached_property
    def judged(self) -> dict[Judged, Sample]:
        """The samples that critics judge."""
        matches = [a.match for a in self.atoms if isinstance(a, Generator)]
        return {named(m, s): s for m in matches for s in (m.real, *(f.sample for f in m.fakes))}

    def ask(self, network: Reader, key: object, inputs: Inputs, run: Run | None = None) -> Params:
        """What a network says to the rows of this pattern.

        One that normalises by the batch is asked once, of the rows of all the patterns that ask.

        Arguments:
            network: the one that is asked.
            key: what for.
            inputs: what each pattern asks, `(*batch, row, *inputs)`.
            run: how it is run; as it is, unless said.
        """
        run = run or network.raw
        if not network.batch_dependent:
            value = inputs(self)
            assert value is not None
            return network.constrained(run(value))
        if key not in self.asked:
            each = {p: value for p in self.batch or [self] if (value := inputs(p)) is not None}
            self.asked[key] = dict(zip(each, together(network, run, list(each.values())), strict=True))
        return network.constrained(self.asked[key][self])

    @property
    def conditions(self) -> dict[Ref, Tensor]:
        """What is conditioned on, `(row, entry)` each."""
        return self.networks.conditions(self.views)

    def sample(self, draw: Draw) -> Tensor:
        """One latent's draws, `(sample, row, dim)`."""
        return self.reparameterise(draw.stream, self.params(draw.key, self.samples(draw.given)))

    def samples(self, draws: Iterable[Draw]) -> dict[Ref, Tensor]:
        """Several latents' draws."""
        return {d.ref: self.sample(d) for d in draws}

    def reparameterise(self, stream: Stream, params: Params) -> Tensor:
        """The draws of a stream from these parameters, `(sample, row, dim)`."""
        draws = family_of_stream(self.spec, stream).rsample(params, self.noise.streams[stream])
        return self.gates.through(stream, draws)

    def own(self, key: Key, at: Mapping[Ref, Tensor] = NOWHERE) -> Params:
        """The parameters of a distribution for its density at its own draws: they may be held still."""
        return held(self.spec, self.params(key, at))

    @cached_property
    def gates(self) -> Gates:
        """What changes the gradient of draws on its way back."""
        return Gates()

    def params(self, key: Key, at: Mapping[Ref, Tensor] = NOWHERE) -> Params:
        """The parameters of a distribution, `(row, dim)` or broadcasting against it.

        `at` are the draws of the latents that it is conditioned on; with these it is `(sample, row, dim)`.
        """
        if isinstance(key, Expert):
            return self.expert(key.ref, key.view)
        if isinstance(key, Joint):
            return self.ask(self.networks.joint_network(key.ref), key, lambda p: self.networks.packed(p.views))
        if isinstance(key, Auxiliary):
            return self.networks.auxiliary(key.ref)
        if isinstance(key, Fused):
            return self.fused(key, at)
        if isinstance(key, Pooled):
            return self.pooled(key, at)
        return self.networks.prior(key.ref, [at[p] for p in key.given], self.conditions)

    def expert(self, ref: Ref, view: str) -> Params:
        """The parameters of q(ref | x_view), or the message of the view."""

        def inputs(pattern: Pattern) -> Tensor | None:
            there = pattern.observed is None or view in pattern.observed
            return pattern.views[view] if there else None

        return self.ask(self.networks.expert(ref, view), (ref, view), inputs)

    def pooled(self, key: Pooled, at: Mapping[Ref, Tensor]) -> Params:
        """The parameters that a network makes of the mean of messages."""
        rule = self.spec.posterior(key.ref.node).fuse
        assert isinstance(rule, Fusion)
        read = {str(r.view): at[r].detach() for r in key.reads}
        messages = [
            self.networks.expert(key.ref, v)(read[v]) if v in read else self.expert(key.ref, v) for v in key.views
        ]
        return self.networks.pool(key.ref, rule.fuse(messages)["message"])

    def fused(self, key: Fused, at: Mapping[Ref, Tensor]) -> Params:
        """The parameters of a fusion of experts."""
        expert = next(m for m in key.members if isinstance(m, Expert))
        rule = self.spec.posterior(expert.ref.node).fuse
        assert isinstance(rule, Fusion)
        exponents = self.networks.exponents(expert.ref.node)
        order = self.spec.view_names.index
        experts = [self.params(m, at) for m in key.members]
        if exponents is None:
            return rule.fuse(experts)
        return rule.fuse(experts, [exponents[order(m.view)] for m in key.members if isinstance(m, Expert)])

    def kl(self, atom: KL) -> Tensor:
        """KL(of ‖ to), `(row,)`."""
        if formula := closed_form(self.spec, atom):
            return self.closed(atom, formula)
        return sum_of(float(w) * self.log_ratio(atom, streams).mean(0) for w, streams in atom.parts)

    def ce(self, atom: CE) -> Tensor:
        """CE(of ‖ to), `(row,)`."""
        if formula := closed_form(self.spec, atom):
            return self.closed(atom, formula)
        streams = atom.parts[0][1]
        return -self.log_product(atom.to, [s.ref for s in streams], self.drawn(atom, streams)).mean(0)

    def closed(self, atom: Comparison, formula: ClosedKL) -> Tensor:
        """A closed form, at the draws of the condition, `(row,)`."""
        assert not isinstance(atom.of, Mixture)
        at = self.samples(atom.given)
        value = formula(self.params(atom.of, at), self.params(atom.to[0], at))
        return value.mean(0) if atom.given else value

    def log_ratio(self, atom: KL, streams: tuple[Stream, ...]) -> Tensor:
        """log of(z) − log to(z) at the draws of one component, `(sample, row)`."""
        refs, at = [s.ref for s in streams], self.drawn(atom, streams)
        return self.log_density(atom.of, refs, at) - self.log_product(atom.to, refs, at)

    def drawn(self, atom: Comparison, streams: tuple[Stream, ...]) -> dict[Ref, Tensor]:
        """The draws of the condition and of one component, of each latent `(sample, row, dim)`."""
        keys = dict(zip(streams, self.component(atom, streams), strict=True))
        at = self.samples(atom.given)
        for stream in sorted(streams, key=depth):  # parents first
            at[stream.ref] = self.reparameterise(stream, self.params(keys[stream], at))
        return at

    def component(self, atom: Comparison, streams: tuple[Stream, ...]) -> tuple[Key, ...]:
        """The part of a mixture that a group of streams draws from: the one made of the same evidence."""
        if not isinstance(atom.of, Mixture):
            return (atom.of,)
        return next(p for p in atom.of.parts if all(_evidence(k) == s.views for k, s in zip(p, streams, strict=True)))

    def log_density(self, key: Key | Mixture, refs: list[Ref], at: Mapping[Ref, Tensor]) -> Tensor:
        """log of a density at its own draws of each latent."""
        if not isinstance(key, Mixture):
            return self.log_product((key,), refs, at, own=True)
        each = zip(key.weights, key.parts, strict=True)
        parts = [self.log_product(p, refs, at, own=True) + math.log(w) for w, p in each]
        return torch.stack(parts).logsumexp(0)

    def log_product(
        self, keys: tuple[Key, ...], refs: list[Ref], at: Mapping[Ref, Tensor], *, own: bool = False
    ) -> Tensor:
        """log Π_v q(v) at draws of each latent; `own` says that they are draws of the product."""
        params = self.own if own else self.params
        each = zip(keys, refs, strict=True)
        return sum_of(family_of(self.spec, k).log_prob(params(k, at), at[r]) for k, r in each)

    def log_mean_exp(self, atom: LogMeanExp) -> Tensor:
        """Log-weights under log-mean-exp: one mean a stratum, or one over all."""
        weights = [self.log_weight(part).expand(atom.samples, -1) for part in atom.parts]  # each (sample, row)
        if atom.strata == "outside":
            self.gates.weigh(atom.parts, [w.detach().softmax(0) for w in weights], self.values)
            means = [w.logsumexp(0) - math.log(atom.samples) for w in weights]
            return sum_of(float(p.weight) * m for p, m in zip(atom.parts, means, strict=True))
        shifted = [w + math.log(p.weight / atom.samples) for p, w in zip(atom.parts, weights, strict=True)]
        whole = torch.cat(shifted)
        self.gates.weigh(atom.parts, whole.detach().softmax(0).split(atom.samples), self.values)
        return whole.logsumexp(0)

    def log_weight(self, part: Stratum) -> Tensor:
        """Σ λ log p(x | ·) + Σ β (log p − log q) of one stratum, `(sample, row)`."""
        scores = [evaluate(c, self.values) * self.log_likelihood(a) for c, a in part.scores if self.scores(a)]
        ratios = [-evaluate(c, self.values) * self.log_ratio(a, s) for c, a in part.ratios for _, s in a.parts]
        nothing = self.noise.sets.new_zeros(1, self.noise.sets.shape[1])
        return sum_of([nothing, *scores, *ratios])


def _evidence(key: Key) -> frozenset[str]:
    if isinstance(key, Fused):
        return frozenset().union(*(_evidence(m) for m in key.members))
    if isinstance(key, Joint | Pooled):
        return frozenset(key.views)
    return frozenset({key.view}) if isinstance(key, Expert) else frozenset()


def named(match: Match, sample: Sample) -> Judged:
    """A sample that a critic judges: the same for every mask, though what it is drawn from follows the mask."""
    return match.critic, sample.ref, tuple(d.stream for d in sample.draws)


def together(network: Reader, run: Run, values: Sequence[Tensor]) -> list[Params]:
    """What the heads of a network give for several groups of rows at once, `(*batch, row, *inputs)` each."""
    axis = values[0].dim() - len(network.inputs) - 1
    sizes = [v.shape[axis] for v in values]
    parts = {name: made.split(sizes, axis) for name, made in run(torch.cat(list(values), axis)).items()}
    return [{name: each[i] for name, each in parts.items()} for i in range(len(sizes))]


def sum_of(tensors: Iterable[Tensor]) -> Tensor:
    """The sum of some tensors that broadcast."""
    return reduce(add, tensors)
