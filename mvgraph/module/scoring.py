"""What every term of a step reads: posteriors, draws, and log-likelihoods, each made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from mvgraph.module.coefficient import Values
from mvgraph.module.conditional import Conditional
from mvgraph.module.gradients import Gates, held
from mvgraph.module.networks import Networks
from mvgraph.module.noise import Noise, evidence_sets, family_of_stream
from mvgraph.module.posteriors import Posteriors
from mvgraph.objective.atoms import Likelihood, Stream
from mvgraph.objective.family import reads_parents
from mvgraph.objective.keys import Ref
from mvgraph.objective.terms import OBSERVED_COUNT
from mvgraph.planning.calls import Key
from mvgraph.planning.steps import Decode, Plan, slot_of
from mvgraph.spec.model import Spec
from mvgraph.vocab.family import Params

_Condition = tuple[Ref, tuple[Stream, ...]]


@dataclass(frozen=True, eq=False)
class Scores:
    """One batch under one draw of the noise: every value made once, when first asked for.

    Arguments:
        spec, plan, networks: the model.
        raw: values by view `(row, *shape)`; entries of missing views may hold anything.
        mask: observed views, bool `(row, view)`.
        noise: all randomness.
        params: the params by name.
        complete: a promise that every view of every row was observed, which saves work.
    """

    spec: Spec
    plan: Plan
    networks: Networks
    raw: Mapping[str, Tensor]
    mask: Tensor
    noise: Noise
    params: Values
    complete: bool

    @cached_property
    def drawn(self) -> Tensor:
        """The random evidence sets, bool `(set, row, view)`."""
        return evidence_sets(self.spec, self.noise.sets, self.mask)

    @cached_property
    def values(self) -> Values:
        """The params, with the number of observed views of each row, those that are conditioned on apart."""
        seen = self.mask.sum(-1) - len(self.spec.conditioned)  # of which no row lacks one
        return {**self.params, OBSERVED_COUNT.name: seen.to(self.noise.sets.dtype)}

    @cached_property
    def views(self) -> dict[str, Tensor]:
        """The data with zeros where a view is missing, so that no garbage enters a network."""
        there = dict(zip(self.spec.view_names, self.mask.T, strict=True))
        return {n: torch.where(there[n].reshape(-1, *[1] * (v.dim() - 1)), v, 0.0) for n, v in self.raw.items()}

    @cached_property
    def posteriors(self) -> Posteriors:
        """Every posterior of the plan: each encoder runs once, each latent's evidence sets are fused in one call."""
        return Posteriors(self.spec, self.networks, self.plan, self.views, self.mask, self.drawn)

    @cached_property
    def gates(self) -> Gates:
        """What changes the gradient of draws on its way back."""
        return Gates()

    @cached_property
    def draws(self) -> Mapping[Stream, Tensor]:
        """Every stream's draws, `(sample, row, dim)`, each made when first asked for, after those of its parents."""
        return _Draws(self)

    @cached_property
    def conditions(self) -> dict[Ref, Tensor]:
        """What is conditioned on, `(row, entry)` each."""
        return self.networks.conditions(self.views)

    def parameters(self, stream: Stream, parents: tuple[Stream, ...] | None = None) -> Params:
        """The parameters that a stream draws from, at the draws of its own parents unless others are given.

        `(row, dim)`, or `(sample, row, dim)` where they depend on parents, or broadcasting against these.
        """
        above = stream.parents if parents is None else parents
        if stream.source == "prior":
            return self.prior(stream.ref, above)
        if stream.source == "aux":
            return self.networks.auxiliary(stream.ref)
        slot = slot_of(stream)
        if self.spec.posterior(stream.ref.node).reads:
            return self.read(stream)
        if not reads_parents(self.spec, stream.ref):
            return self.posteriors[slot]
        if (stream, above) not in self._made:
            self._made[stream, above] = self.posteriors.at(slot, self.prior(stream.ref, above))
        return self._made[stream, above]

    def own(self, stream: Stream, parents: tuple[Stream, ...] | None = None) -> Params:
        """The same for a density at its own draws: the gradient estimator may hold them still."""
        return held(self.spec, self.parameters(stream, parents))

    def read(self, stream: Stream) -> Params:
        """The parameters of a posterior that reads draws, `(sample, row, dim)`; no gradient goes back into these."""
        if (stream, ()) not in self._made:
            values = {str(p.ref.view): self.draws[p].detach() for p in stream.parents}
            self._made[stream, ()] = self.posteriors.read(slot_of(stream), values)
        return self._made[stream, ()]

    def prior(self, ref: Ref, parents: tuple[Stream, ...] = ()) -> Params:
        """p(ref | parents) at the draws of the parents; those of all draws of a latent are made by one call."""
        if (ref, parents) not in self._priors:
            drawn = (s.parents for s in self.plan.streams if s.ref == ref and s.parents)
            groups = dict.fromkeys(g for g in (parents, *drawn) if (ref, g) not in self._priors)
            self._priors.update(self._conditional(ref, tuple(groups)))
        return self._priors[ref, parents]

    def _conditional(self, ref: Ref, groups: tuple[tuple[Stream, ...], ...]) -> dict[_Condition, Params]:
        if not groups[0]:
            return {(ref, ()): self.networks.prior(ref, (), self.conditions)}
        given = [torch.cat([self.draws[g[i]] for g in groups]) for i in range(len(groups[0]))]
        params = self.networks.prior(ref, given, self.conditions)  # (all samples, row, dim)
        sizes = [g[0].samples for g in groups]
        parts = {n: p.split(sizes) if p.dim() == 3 else [p] * len(groups) for n, p in params.items()}
        return {(ref, g): {n: p[i] for n, p in parts.items()} for i, g in enumerate(groups)}

    @cached_property
    def _made(self) -> dict[tuple[Stream, tuple[Stream, ...]], Params]:
        return {}

    @cached_property
    def _priors(self) -> dict[_Condition, Params]:
        return {}

    @cached_property
    def scores(self) -> dict[tuple[Ref, tuple[Stream, ...]], Tensor]:
        """log p(x_m | draws) of every decoder row, `(sample, row)`, by one decoder call a view."""
        return {key: value for decode in self.plan.decodes for key, value in self.decode(decode)}

    def score_of(self, atom: Likelihood) -> Tensor | None:
        """A log-likelihood, `(sample, row)`; None where all that scores the view has the weight zero."""
        return self.scores.get((atom.target, tuple(d.stream for d in atom.draws)))

    @property
    def nothing(self) -> Tensor:
        """Zero for each row, `(row,)`."""
        return self.noise.sets.new_zeros(self.mask.shape[0])

    def decode(self, decode: Decode) -> list[tuple[tuple[Ref, tuple[Stream, ...]], Tensor]]:
        """One view: all latents through its decoder at once."""
        if self.decoder(decode.target).batch_dependent:
            return [((decode.target, row), self.score(decode, i)) for i, row in enumerate(decode.rows)]
        view, node = str(decode.target.view), decode.target.node
        inputs = torch.cat([self.inputs(view, row, node) for row in decode.rows])  # (all samples, row, width)
        values = torch.cat([self.draws[s].detach() for s in decode.values]) if decode.values else self.views[view]
        family, shape = self.networks.scored(view, node)
        scores = family.log_prob(self.networks.decode(view, inputs, node), values, len(shape))
        parts = scores.split([max(s.samples for s in row) for row in decode.rows])
        return [((decode.target, row), part) for row, part in zip(decode.rows, parts, strict=True)]

    def score(self, decode: Decode, index: int) -> Tensor:
        """One row of a decoder call by itself, as a decoder that normalises by the batch has to be asked."""
        target, row = decode.target, decode.rows[index]
        value = self.draws[decode.values[index]].detach() if decode.values else self.views[str(target.view)]
        family, shape = self.networks.scored(str(target.view), target.node)
        return family.log_prob(self.decoded(target, row), value, len(shape))

    def decoded(self, target: Ref, row: tuple[Stream, ...]) -> Params:
        """The parameters of a decoder at some draws; made once, where it normalises by the batch."""
        view, node = str(target.view), target.node
        if not self.decoder(target).batch_dependent:
            return self.networks.decode(view, self.inputs(view, row, node), node)
        if (target, row) not in self._decoded:
            made = self.networks.decode(view, self.inputs(view, row, node), node, self.asked[target, row])
            self._decoded[target, row] = made
        return self._decoded[target, row]

    def reconstructed(self, target: Ref, row: tuple[Stream, ...]) -> Params:
        """The same for a game; what is scored comes first, so that running statistics are updated in one order."""
        if self.decoder(target).batch_dependent and self.plan.decodes:
            assert self.scores is not None
        return self.decoded(target, row)

    def decoder(self, target: Ref) -> Conditional:
        """The decoder of a target."""
        return self.networks.decoder(str(target.view), target.node)

    @property
    def asked(self) -> Mapping[Key, Tensor]:
        """The rows in which some term asks for a decoder at some draws, bool `(row,)`."""
        raise NotImplementedError

    @cached_property
    def _decoded(self) -> dict[Key, Params]:
        return {}

    def inputs(self, view: str, row: tuple[Stream, ...], node: str = "") -> Tensor:
        """The decoder's input of one row: draws of its latents and conditions side by side, `(sample, row, width)`."""
        return self.networks.inputs(view, {**self.conditions, **{s.ref: self.draws[s] for s in row}}, node)


class _Draws(dict[Stream, Tensor]):
    """Draws by their streams, made when first asked for."""

    def __init__(self, scores: Scores) -> None:
        super().__init__()
        self.scores = scores

    def __missing__(self, stream: Stream) -> Tensor:
        family = family_of_stream(self.scores.spec, stream)
        draws = family.rsample(self.scores.parameters(stream), self.scores.noise.streams[stream])
        self[stream] = self.scores.gates.through(stream, draws)
        return self[stream]
