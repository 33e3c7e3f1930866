"""The predictive distribution of a view: a mixture over draws of its latents, with quantiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution

from mvgraph.errors import UsageError
from mvgraph.vocab.family import Family, Params, Shape

NUMBERS = 20_000_000  # decoded numbers that are held at a time
DECODED = 10_000  # what one call of a decoder is given: its hidden layers are often larger than what it makes
DOUBLINGS = 2_000  # of a bracket, from 1 past the largest number
SIMULATED = 1_000  # draws of a row for quantiles of a family without a cdf


@dataclass(frozen=True, eq=False)
class Decoding:
    """The parameters of p(x_m | v) at draws of the latents, made anew whenever they are asked for.

    Arguments:
        decoder: the network; whoever may go on training it gives a copy.
        inputs: what it reads at each draw, `(part, row, width)`.
        event: how many axes a value of the view has.
    """

    decoder: nn.Module
    inputs: Tensor
    event: int

    @torch.no_grad()
    def __call__(self, rows: slice) -> Params:
        """The parameters for some rows, each `(part, row, *shape)` or broadcasting against it."""
        inputs = self.inputs[:, rows]
        pieces = [self.decoder(piece) for piece in inputs.flatten(0, 1).split(DECODED)]
        lead = inputs.shape[:2]
        return {name: self._together([p[name] for p in pieces], lead) for name in pieces[0]}

    def _together(self, pieces: list[Tensor], lead: torch.Size) -> Tensor:
        """The same parameter of all rows; one that the network does not make is the same for every row."""
        if pieces[0].dim() == self.event:
            return pieces[0]
        return torch.cat(pieces).reshape(*lead, *pieces[0].shape[1:])


class Predictive(Distribution):
    """p(x_m | x_S) of each row: Σ_k w_k p(x_m | v_k), a mixture over draws v_k of the latents.

    `mean`, `variance`, `stddev`, `log_prob` and `sample` are those of the mixture; `cdf`, `icdf` and `interval` those
    of each entry of the view by itself. Where draws and rows are many, parameters are decoded a few rows at a time.

    >>> from mvgraph.vocab.family.normal import Normal
    >>> params = {"loc": torch.tensor([[[-1.0]], [[1.0]]]), "scale": torch.tensor([0.5])}  # two draws, one row
    >>> guess = Predictive(Normal(), (1,), torch.full((2, 1), -math.log(2)), lambda rows: params)
    >>> guess.mean.item(), round(guess.variance.item(), 4), round(guess.icdf(0.975).item(), 4)
    (0.0, 1.25, 1.8224)

    Arguments:
        family: of p(x_m | v).
        shape: of a value of the view.
        log_weights: log w_k for each row, `(part, row)`.
        parameters: those of p(x_m | v_k) for a slice of the rows, which broadcast against `(part, row, *shape)`.
    """

    arg_constraints = {}  # noqa: RUF012 - torch declares it on the instance

    def __init__(
        self, family: Family, shape: Shape, log_weights: Tensor, parameters: Callable[[slice], Params]
    ) -> None:
        self.family, self.log_weights, self.parameters = family, log_weights, parameters
        super().__init__(log_weights.shape[1:], torch.Size(shape), validate_args=False)

    @property
    def mixture_distribution(self) -> Categorical:
        """The weights of the draws, over rows."""
        return Categorical(logits=self.log_weights.T)

    @property
    def component_distribution(self) -> Distribution:
        """p(x_m | v_k) of all draws, `(row, part)`, decoded at once."""
        params = self._wide(slice(None))
        return self.family.distribution({n: p.transpose(0, 1) for n, p in params.items()}, tuple(self.event_shape))

    @property
    def mean(self) -> Tensor:
        """Σ_k w_k E[x | v_k]; the class probabilities, where the view is a class."""
        return torch.cat([self._average(rows, self.family.mean(self._wide(rows))) for rows in self._rows()])

    @property
    def variance(self) -> Tensor:
        """Σ_k w_k (Var[x | v_k] + (E[x | v_k] − E[x])²): what the likelihood leaves open, and what the latents do."""
        return torch.cat([self._variance(rows, self._wide(rows)) for rows in self._rows()])

    def log_prob(self, value: Tensor) -> Tensor:
        """log Σ_k w_k p(x | v_k), `(*sample, row, *shape)` to `(*sample, row)`.

        Raises:
            UsageError: the likelihood has no density.
        """
        if not self.family.is_density:
            raise UsageError(f"'{self.family.word}' has no density")
        dims = len(self.event_shape)

        def scored(rows: slice, params: Params, values: Tensor) -> Tensor:
            each = self.family.log_prob(params, values, dims)
            return (each + self.log_weights[:, rows]).logsumexp(0)

        return self._at(value, scored)

    def cdf(self, value: Tensor) -> Tensor:
        """P(X ≤ x) of each entry, `(*sample, row, *shape)`.

        Raises:
            UsageError: the cumulative distribution function of the likelihood is not known.
        """
        if not self.family.has_cdf:
            raise UsageError(f"the cumulative distribution function of '{self.family.word}' is not known; draw samples")
        return self._at(value, self._below)

    def icdf(self, value: Tensor | float) -> Tensor:
        """The least x with P(X ≤ x) ≥ p, of each entry: `(*sample, row, *shape)`, which p broadcasts against.

        By bisection of the cumulative distribution function of the mixture; where a family has none, the quantile of
        1,000 draws of each row.

        Raises:
            UsageError: p is not between 0 and 1.
        """
        share = torch.as_tensor(value, dtype=self.log_weights.dtype, device=self.log_weights.device)
        if not bool(((share > 0) & (share < 1)).all()):
            raise UsageError("quantiles are asked for at shares above 0 and below 1, e.g. icdf(0.975)")
        return self._at(share, self._quantile if self.family.has_cdf else self._simulated)

    def interval(self, mass: float = 0.95) -> tuple[Tensor, Tensor]:
        """The central interval of each entry, from the quantile at (1 − mass)/2 to that at (1 + mass)/2.

        Raises:
            UsageError: the mass is not between 0 and 1.
        """
        return self.icdf(0.5 - 0.5 * mass), self.icdf(0.5 + 0.5 * mass)

    @torch.no_grad()
    def sample(self, sample_shape: Any = ()) -> Tensor:
        """A draw of the latents, then a draw of the view, `(*sample, row, *shape)`."""
        size = torch.Size(sample_shape)
        drawn = torch.cat([self._sample(rows, size.numel()) for rows in self._rows()], 1)
        return drawn.reshape(*size, *self.batch_shape, *self.event_shape)

    def _rows(self) -> Iterator[slice]:
        """All rows, in slices whose parameters hold about `NUMBERS` numbers."""
        parts, total = self.log_weights.shape
        size = max(1, NUMBERS // max(1, parts * math.prod(self.event_shape)))
        for start in range(0, max(total, 1), size):
            yield slice(start, min(start + size, total))

    def _wide(self, rows: slice) -> Params:
        """The parameters for some rows, each `(part, row, *shape)`."""
        lead = self.log_weights[:, rows].shape
        return {n: p.expand(*lead, *self.event_shape) for n, p in self.parameters(rows).items()}

    def _weights(self, rows: slice) -> Tensor:
        """The weights of the draws, `(part, row, 1...)`."""
        return self.log_weights[:, rows].softmax(0).reshape(len(self.log_weights), -1, *[1] * len(self.event_shape))

    def _average(self, rows: slice, values: Tensor) -> Tensor:
        weights = self._weights(rows)
        return torch.where(weights > 0, weights * values, 0.0).sum(0)

    def _variance(self, rows: slice, params: Params) -> Tensor:
        means = self.family.mean(params)
        inner = self.family.distribution(params, tuple(self.event_shape)).variance
        return self._average(rows, inner + (means - self._average(rows, means)).square())

    def _at(self, value: Tensor, function: Callable[[slice, Params, Tensor], Tensor]) -> Tensor:
        """A function of the rows' parameters and of values that broadcast against `(row, *shape)`, for all rows."""
        shape = torch.broadcast_shapes(value.shape, (*self.batch_shape, *self.event_shape))
        dims = len(self.event_shape) + 1
        flat = value.expand(shape).reshape(-1, *shape[len(shape) - dims :])  # (sample, row, *shape)
        columns = []
        for rows in self._rows():
            params = self._wide(rows)
            columns.append(torch.stack([function(rows, params, values) for values in flat[:, rows]]))
        table = torch.cat(columns, 1)
        return table.reshape(*shape[: len(shape) - dims], *table.shape[1:])

    def _below(self, rows: slice, params: Params, values: Tensor) -> Tensor:
        return self._average(rows, self.family.cdf(params, values)).clamp(0.0, 1.0)

    def _quantile(self, rows: slice, params: Params, share: Tensor) -> Tensor:
        """Bisection: the bracket (low, high] keeps F(low) < p ≤ F(high), and is halved to the last digit."""
        means = self.family.mean(params)
        low, high = means.min(0).values, means.max(0).values
        spread = self._variance(rows, params).sqrt()
        step = torch.where((spread > 0) & spread.isfinite(), spread, 1.0)
        for _ in range(DOUBLINGS):
            right = self._below(rows, params, low) < share, self._below(rows, params, high) >= share
            if bool((right[0] & right[1]).all()):
                break
            low, high = torch.where(right[0], low, low - step), torch.where(right[1], high, high + step)
            step = 2.0 * step
        least = torch.finfo(low.dtype).eps * (high - low)
        while True:
            middle = low + 0.5 * (high - low)
            if bool(((high - low <= least) | (middle <= low) | (middle >= high)).all()):
                return high.floor() if self.family.integral else high
            reached = self._below(rows, params, middle) >= share
            low, high = torch.where(reached, low, middle), torch.where(reached, middle, high)

    def _simulated(self, rows: slice, _: Params, share: Tensor) -> Tensor:
        """Quantiles of draws under a seed of their own."""
        with torch.random.fork_rng():
            torch.manual_seed(0)
            draws = self._sample(rows, SIMULATED).sort(0).values
        index = (share * SIMULATED).ceil().long().clamp(1, SIMULATED) - 1
        return draws.gather(0, index[None])[0]

    def _sample(self, rows: slice, count: int) -> Tensor:
        """`(count, row, *shape)`."""
        params, weights = self._wide(rows), self.log_weights[:, rows].softmax(0)
        part = torch.multinomial(weights.T, max(count, 1), replacement=True).T[:count]  # (count, row)
        index = part.reshape(*part.shape, *[1] * len(self.event_shape)).expand(*part.shape, *self.event_shape)
        chosen = {n: p.gather(0, index) for n, p in params.items()}
        return self.family.distribution(chosen, tuple(self.event_shape)).sample()
