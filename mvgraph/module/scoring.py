"""What every term of a step reads: posteriors, draws, and log-likelihoods, each made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from mvgraph.module.networks import Networks
from mvgraph.module.noise import Noise, family_of_stream, random_masks
from mvgraph.module.posteriors import Posteriors
from mvgraph.objective.atoms import Stream
from mvgraph.objective.keys import Ref
from mvgraph.objective.terms import OBSERVED_COUNT
from mvgraph.planning.steps import Decode, Plan, slot_of
from mvgraph.spec.model import Spec
from mvgraph.vocab.family import Params

Values = Mapping[str, Tensor | float]


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
        return random_masks(self.noise.sets, self.mask)

    @cached_property
    def values(self) -> Values:
        """The params, with the number of observed views of each row."""
        return {**self.params, OBSERVED_COUNT.name: self.mask.sum(-1).to(self.noise.sets.dtype)}

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
    def draws(self) -> dict[Stream, Tensor]:
        """Every stream's draws, `(sample, row, dim)`."""
        found: dict[Stream, Tensor] = {}
        for stream in sorted(self.plan.streams, key=lambda s: len(_ancestry(s))):
            family = family_of_stream(self.spec, stream)
            found[stream] = family.rsample(self.source(stream, found), self.noise.streams[stream])
        return found

    def source(self, stream: Stream, found: Mapping[Stream, Tensor]) -> Params:
        """The parameters that a stream draws from."""
        if stream.source == "prior":
            return self.networks.prior(stream.ref, [found[p] for p in stream.parents])
        return self.networks.auxiliary(stream.ref) if stream.source == "aux" else self.posteriors[slot_of(stream)]

    @cached_property
    def scores(self) -> dict[tuple[Ref, tuple[Stream, ...]], Tensor]:
        """log p(x_m | draws) of every decoder row, `(sample, row)`, by one decoder call a view."""
        return {key: value for decode in self.plan.decodes for key, value in self.decode(decode)}

    def decode(self, decode: Decode) -> list[tuple[tuple[Ref, tuple[Stream, ...]], Tensor]]:
        """One view: all latents through its decoder at once."""
        view, own = str(decode.target.view), self.spec.view(str(decode.target.view))
        inputs = torch.cat([self.latents(row) for row in decode.rows])  # (all samples, row, width)
        assert own.likelihood is not None
        assert own.shape is not None
        scores = own.likelihood.log_prob(self.networks.decode(view, inputs), self.views[view], len(own.shape))
        parts = scores.split([max(s.samples for s in row) for row in decode.rows])
        return [((decode.target, row), part) for row, part in zip(decode.rows, parts, strict=True)]

    def latents(self, row: tuple[Stream, ...]) -> Tensor:
        """The decoder's input of one row: the draws of its latents side by side, `(sample, row, width)`."""
        by_name = {s.ref.node: self.draws[s] for s in row}
        return torch.cat([by_name[n] for n in self.spec.observed.given], -1)


def _ancestry(stream: Stream) -> list[Stream]:
    return [s for p in stream.parents for s in (p, *_ancestry(p))]
