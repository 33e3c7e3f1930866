"""What an evaluation asks of a trained model, and how it asks: in bounded chunks, under a seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, MixtureSameFamily

from mvgraph.data.batch import Batch
from mvgraph.graph.usage import trained
from mvgraph.module.answers import DRAWS, Importance
from mvgraph.module.predictive import Predictive
from mvgraph.spec.model import Spec

NUMBERS = 20_000_000  # decoded numbers at a time


class Answering(Protocol):
    """A model that answers: the part of `mvgraph.module.model.Model` that evaluation needs."""

    @property
    def spec(self) -> Spec:
        """The written model."""

    def encode(self, batch: Batch, /, given: Sequence[str] | None = None) -> Mapping[str, Distribution]:
        """q(z | x_given) of every latent."""

    def impute(
        self,
        batch: Batch,
        /,
        given: Sequence[str] | None = None,
        *,
        views: Sequence[str] | None = None,
        samples: int | None = None,
        generator: torch.Generator | None = None,
    ) -> Mapping[str, Distribution]:
        """p(x_m | x_given) of the views asked for, else of every view."""

    def generate(self, count: int, /, *, generator: torch.Generator | None = None) -> Mapping[str, Tensor]:
        """New data, `(count, *shape)` a view."""

    def importance(
        self, batch: Batch, /, samples: int = 1000, *, generator: torch.Generator | None = None
    ) -> Importance:
        """log p(x_O) of each row, and how far it can be trusted."""


def made_views(spec: Spec) -> tuple[str, ...]:
    """The views that a model can make: those whose decoders some term trains."""
    decoded = trained(spec).decoders[spec.observed.name]
    return tuple(v for v in spec.scored_views if v in decoded)


def randomness(model: Answering, seed: int) -> torch.Generator:
    """A generator on the model's device."""
    first = next(model.parameters(), None) if isinstance(model, nn.Module) else None
    return torch.Generator(device="cpu" if first is None else first.device).manual_seed(seed)


def some(data: Batch, most: int, seed: int = 0) -> Batch:
    """At most `most` rows that have a view, drawn without replacement and kept in order.

    >>> data = Batch({"a": torch.arange(5.0)[:, None]}, torch.ones(5, 1, dtype=torch.bool))
    >>> len(some(data, 3)), len(some(data, 9))
    (3, 5)
    """
    rows = data.mask.any(1).nonzero().flatten()
    if len(rows) > most:
        order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed))
        rows = rows[order[:most].sort().values.to(rows.device)]
    return data.rows(rows)


def chunks(spec: Spec, data: Batch, samples: int | None) -> Iterator[Batch]:
    """The rows in chunks whose decoded views hold about `NUMBERS` numbers.

    Arguments:
        spec: the model.
        data: all rows.
        samples: draws from each component of q; None for as many as `impute` makes unasked.
    """
    views = len(spec.views)
    parts = {"none": 1, "singles": views, "subsets": 2**views - 1}[spec.mixture]
    entries = sum(math.prod(v.shape[1:]) for v in data.views.values())
    draws = max(parts, DRAWS) if samples is None else parts * samples
    size = max(1, NUMBERS // max(1, draws * entries))
    for start in range(0, len(data), size):
        yield data.rows(torch.arange(start, min(start + size, len(data)), device=data.mask.device))


def seen(data: Batch, view: str) -> Tensor:
    """Which rows have a view, bool `(row,)`."""
    return data.mask[:, data.names.index(view)]


@dataclass(frozen=True, eq=False)
class Asking:
    """A model that is asked for views of held-out rows given others of their views.

    Arguments:
        model: a trained model.
        samples: draws of z from each component of the posterior; None for as many as `impute` makes unasked.
        generator: their randomness.
    """

    model: Answering
    samples: int | None
    generator: torch.Generator

    def impute(
        self, data: Batch, given: Sequence[str], views: Sequence[str]
    ) -> Iterator[tuple[Batch, Mapping[str, Distribution]]]:
        """p(x_m | x_given) of some views, in chunks of the rows that have a given view or more.

        Raises:
            UsageError: the model has no posterior for this evidence.
        """
        rows = data.rows(data.only(given).mask.any(1))
        for chunk in chunks(self.model.spec, rows, self.samples):
            answer = self.model.impute(chunk, given=given, views=views, samples=self.samples, generator=self.generator)
            yield chunk, answer


def expected(distribution: Distribution) -> Tensor:
    """E[x], `(row, *shape)`, on the CPU in double precision; a mixture's mean is that of its components."""
    return distribution.mean.detach().double().cpu()


def drawn(distribution: Distribution, generator: torch.Generator) -> Tensor:
    """E[x | z] of one draw of z: a mixture's component taken at random for each row, `(row, *shape)`.

    >>> from torch.distributions import Categorical, Independent, Normal
    >>> sides = Independent(Normal(torch.tensor([[[-1.0], [1.0]]] * 100), 1.0), 1)  # two components, 100 rows
    >>> mixture = MixtureSameFamily(Categorical(torch.ones(100, 2)), sides)
    >>> sorted(set(drawn(mixture, torch.Generator().manual_seed(0)).flatten().tolist()))
    [-1.0, 1.0]
    """
    if (
        not isinstance(distribution, MixtureSameFamily | Predictive)
        or len(distribution.mixture_distribution.probs.T) == 1
    ):
        return expected(distribution)
    means = distribution.component_distribution.mean.detach()  # (row, component, *shape)
    weights = distribution.mixture_distribution.probs.detach()
    part = torch.multinomial(weights, 1, generator=generator)[:, 0]
    return means[torch.arange(len(means), device=means.device), part].double().cpu()
