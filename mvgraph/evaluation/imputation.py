"""Held-out imputation error of every view, beside that of the training mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.distributions import Distribution

from mvgraph.data.batch import Batch
from mvgraph.errors import MvgraphError, UsageError
from mvgraph.evaluation.answering import Answering, Asking, made_views, randomness, seen
from mvgraph.evaluation.coverage import Coverage, inside
from mvgraph.evaluation.evidence import ALL, others
from mvgraph.evaluation.losses import losses


@dataclass(frozen=True)
class Score:
    """The loss of one view imputed from others; less is better.

    Arguments:
        view: which view was imputed.
        source: what from: the name of one view, or `all others`.
        measure: `mse` (a mean over rows and entries), `errors` (the share of wrong classes), or `log loss` (−log p of
            a row, in nats).
        value: the model's loss.
        baseline: the loss of always answering with the mean of the training rows (their class frequencies, their
            mean count).
        rows: over how many rows.
    """

    view: str
    source: str
    measure: str
    value: float
    baseline: float
    rows: int

    @property
    def ratio(self) -> float:
        """value / baseline; below 1 the model beats the training mean.

        >>> Score("a", "b", "mse", 0.2, 0.8, 10).ratio
        0.25
        """
        return self.value / self.baseline if self.baseline else float("inf") if self.value else 1.0


@dataclass(frozen=True)
class Imputation:
    """What imputation is worth.

    Arguments:
        scores: losses of E[x_m | x_S].
        undefined: why some are not defined, by `view from source`.
        coverage: how often withheld values lie inside the intervals of p(x_m | x_S).
    """

    scores: tuple[Score, ...]
    undefined: Mapping[str, str] = field(default_factory=dict)
    coverage: tuple[Coverage, ...] = ()

    def of(self, view: str, source: str, measure: str) -> Score:
        """One score.

        Raises:
            UsageError: there is none.
        """
        found = [s for s in self.scores if (s.view, s.source, s.measure) == (view, source, measure)]
        if not found:
            raise UsageError(f"there is no {measure} of '{view}' imputed from {source}")
        return found[0]


def measure_imputation(
    model: Answering, train: Batch, valid: Batch, samples: int | None = None, seed: int = 0
) -> Imputation:
    """The loss of every view imputed from every other view alone and from all others, and the coverage of intervals.

    What is judged is p(x_m | x_S) as `impute` gives it, by draws of z from the components of q(z | x_S). Real values:
    the mean of (x − E[x | x_S])² over rows and entries; the predictive mean is what minimises it. Classes: the share of
    wrong ones, and the log loss −Σ x log E[x | x_S]. Counts: the squared error, and −log p(x | x_S). The baseline
    answers with the mean of the training rows that have the view, whatever the evidence: for counts, a Poisson with
    that mean.

    Arguments:
        model: a trained model.
        train: rows that the baseline's means are from.
        valid: held-out rows; a view is judged on the rows that have it and some of the evidence.
        samples: draws from each component of the posterior; as many as `impute` makes, unless said.
        seed: randomness of the draws.

    Raises:
        UsageError: there is one view only, or no imputation is defined.
    """
    if not len(train):
        raise UsageError("there are no training rows, whose means are what an error is compared with; give them")
    made = made_views(model.spec)
    undefined: dict[str, str] = {}
    judge = _Judge(Asking(model, samples, randomness(model, seed)), _means(train), valid, undefined)
    scores: list[Score] = []
    coverage: list[Coverage] = []
    for source, given, views in _questions(model.spec.view_names):
        wanted = [v for v in views if v in judge.means and v in made]
        try:
            if wanted:
                losses_found, inside_found = judge.scores(source, given, wanted)
                scores += losses_found
                coverage += inside_found
        except MvgraphError as error:
            undefined[f"{' and '.join(views)} from {source}"] = str(error)
    if not scores:
        reason = "imputation needs two views or more, seen in the same rows" if made else "no term trains a decoder"
        raise UsageError(next(iter(undefined.values()), reason))
    order = list(model.spec.view_names)
    kept = tuple(sorted(coverage, key=lambda c: (order.index(c.view), c.mass)))
    return Imputation(tuple(sorted(scores, key=lambda s: order.index(s.view))), undefined, kept)


def _means(train: Batch) -> dict[str, Tensor]:
    """The mean of the rows that have a view, `(*shape)`, for every view that some row has."""
    there = {v: seen(train, v) for v in train.names}
    return {v: train.views[v][rows].double().cpu().mean(0) for v, rows in there.items() if rows.any()}


def _questions(names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """What is given, by name and as views, and the views imputed from it."""
    for name in names if len(names) > 1 else ():
        yield name, (name,), others(names, name)
    for name in names if len(names) > 2 else ():
        yield ALL, others(names, name), (name,)


@dataclass(frozen=True, eq=False)
class _Judge:
    """A model, the training means of views, the held-out rows, and what is not defined."""

    asking: Asking
    means: Mapping[str, Tensor]
    valid: Batch
    undefined: dict[str, str]

    def scores(self, source: str, given: Sequence[str], views: Sequence[str]) -> tuple[list[Score], list[Coverage]]:
        """The losses of some views from one evidence, and the coverage of their intervals."""
        pairs: dict[tuple[str, str], list[Tensor]] = {}  # (row, [model, baseline])
        shares: dict[tuple[str, float], list[Tensor]] = {}  # (row,)
        for chunk, answers in self.asking.impute(self.valid, given, views):
            for view in views:
                there = seen(chunk, view)
                values = torch.where(there.reshape(-1, *[1] * (chunk.views[view].dim() - 1)), chunk.views[view], 0.0)
                for measure, pair in self._losses(view, values, answers[view]).items():
                    pairs.setdefault((view, measure), []).append(pair[there.cpu()])
                for mass, share in self._inside(view, values, answers[view]).items():
                    shares.setdefault((view, mass), []).append(share[there.cpu()])
        tables = {key: torch.cat(parts) for key, parts in pairs.items()}
        columns = {key: torch.cat(parts) for key, parts in shares.items()}
        return (
            [_score(view, source, measure, t) for (view, measure), t in tables.items() if len(t)],
            [Coverage(v, source, mass, float(c.mean()), len(c)) for (v, mass), c in columns.items() if len(c)],
        )

    def _losses(self, view: str, values: Tensor, answer: Distribution) -> dict[str, Tensor]:
        return losses(self.asking.model.spec.view(view).likelihood, values, answer, self.means[view])

    def _inside(self, view: str, values: Tensor, answer: Distribution) -> Mapping[float, Tensor]:
        try:
            return inside(answer, values)
        except UsageError as error:
            self.undefined[f"coverage of {view}"] = str(error)
            return {}


def _score(view: str, source: str, measure: str, table: Tensor) -> Score:
    value, baseline = table.mean(0).tolist()
    return Score(view, source, measure, value, baseline, len(table))
