"""The joint log-likelihood of held-out rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch

from mvgraph.data.batch import Batch
from mvgraph.errors import MvgraphError, UsageError
from mvgraph.evaluation.answering import Answering, chunks, randomness
from mvgraph.evaluation.estimate import Estimate
from mvgraph.module.answers import Importance, unreliability


@dataclass(frozen=True)
class Likelihood:
    """log p(x_O) over rows, apart for each number of observed views.

    Values of rows with different numbers of views are densities over different spaces: they are not averaged.

    Arguments:
        samples: importance samples a row.
        views: the number of views of the model.
        by_size: the estimate over the rows with so many observed views.
        undefined: why there is none, for numbers of observed views that the model has no posterior for.
        over_draws: the standard error of each estimate over its draws, where `error` is the one over rows.
        effective: how many of its draws the value of the middle row rests on.
        unreliable: what to think of estimates that rest on next to nothing.
    """

    samples: int
    views: int
    by_size: Mapping[int, Estimate]
    undefined: Mapping[int, str] = field(default_factory=dict)
    over_draws: Mapping[int, float] = field(default_factory=dict)
    effective: Mapping[int, float] = field(default_factory=dict)
    unreliable: Mapping[int, str] = field(default_factory=dict)

    @property
    def complete(self) -> Estimate | None:
        """The estimate over the rows with every view; None where there are no such rows."""
        return self.by_size.get(self.views)

    def __str__(self) -> str:
        parts = [f"{e} ({self._size(n)}, {e.rows} rows)" for n, e in sorted(self.by_size.items(), reverse=True)]
        return ", ".join(parts)

    def _size(self, observed: int) -> str:
        return "all views" if observed == self.views else f"{observed} of {self.views} views"


def estimate_likelihood(model: Answering, data: Batch, samples: int = 200, seed: int = 0) -> Likelihood:
    """The mean of log p(x_O), x_O what was observed of a row, over rows with the same number of views.

    log p(x_O) ≈ log (1/K) Σ_k p(x_O, z_k) / q(z_k | x_O), z_k ~ q: a lower bound in expectation that tightens with K
    (Burda, Grosse & Salakhutdinov 2016, arXiv 1509.00519). The mean is over rows, not over chunks, so a short last
    chunk weighs no more than its rows.

    Arguments:
        model: a trained model.
        data: held-out rows; rows without any view are left out.
        samples: importance samples a row, K.
        seed: randomness of the draws.

    Raises:
        UsageError: log p is not defined for any of the rows: a likelihood, prior or posterior without density, or no
            posterior given what was observed.
    """
    sizes = data.mask.sum(1)
    generator = randomness(model, seed)
    estimates: dict[int, Importance] = {}
    undefined: dict[int, str] = {}
    for size in (int(s) for s in sizes.unique().tolist() if s):
        try:
            estimates[size] = _rows(model, data.rows(sizes == size), samples, generator)
        except MvgraphError as error:
            undefined[size] = str(error)
    if not estimates:
        raise UsageError(next(iter(undefined.values()), "there are no rows to take the log-likelihood of"))
    return Likelihood(
        samples,
        len(data.names),
        {n: Estimate.of(e.log_likelihood) for n, e in estimates.items()},
        undefined,
        {n: float(e.error.square().sum().sqrt()) / len(e.error) for n, e in estimates.items()},
        {n: float(e.effective.median()) for n, e in estimates.items()},
        {n: unreliability(e) for n, e in estimates.items() if e.unreliable},
    )


def _rows(model: Answering, data: Batch, samples: int, generator: torch.Generator) -> Importance:
    """log p of each row, `(row,)`."""
    parts = [model.importance(c, samples=samples, generator=generator) for c in chunks(model.spec, data, samples)]
    columns = [e.log_likelihood for e in parts], [e.effective for e in parts]
    logs, effective = (torch.cat(column).double().cpu() for column in columns)
    return Importance(logs, effective, max(e.draws for e in parts))
