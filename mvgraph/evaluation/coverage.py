"""Whether predictive distributions are as wide as they should be: how often withheld values lie inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Distribution

from mvgraph.errors import UsageError
from mvgraph.module.predictive import Predictive
from mvgraph.vocab.family.bernoulli import Bernoulli
from mvgraph.vocab.family.categorical import Categorical

MASSES = (0.5, 0.95)


@dataclass(frozen=True)
class Coverage:
    """The share of withheld values of one view inside what should hold a given share of them.

    Arguments:
        view: which view was imputed.
        source: what from: the name of one view, or `all others`.
        mass: what the central intervals of p(x_m | x_S), or the smallest sets of classes, hold.
        share: of the withheld values inside; below `mass` the model is surer than it should be.
        rows: over how many rows.
    """

    view: str
    source: str
    mass: float
    share: float
    rows: int


def inside(answer: Distribution, values: Tensor) -> Mapping[float, Tensor]:
    """The share of each row's values that lie inside, by mass, `(row,)`.

    Real values and counts: inside the central interval. Classes: in the smallest set of the most probable classes that
    holds the mass.

    Arguments:
        answer: p(x_m | x_S), over rows; one without quantiles, as other models may give, has no coverage.
        values: the truth, `(row, *shape)`.

    Raises:
        UsageError: the likelihood has no density, or values that no interval tells apart.
    """
    if not isinstance(answer, Predictive) or not answer.family.has_cdf:
        return {}
    family = answer.family
    if not family.is_density or isinstance(family, Bernoulli):
        why = "has values 0 and 1 only, and no interval" if isinstance(family, Bernoulli) else "has no density"
        raise UsageError(f"coverage is not defined: the likelihood '{family.word}' {why}")
    values = values.to(answer.log_weights)
    if isinstance(family, Categorical):
        return {mass: _rows(flags) for mass, flags in _in_sets(answer.mean, values).items()}
    until = answer.cdf(values)
    before = answer.cdf(values - 1.0) if family.integral else until
    return {m: _rows((until >= 0.5 - 0.5 * m) & (before <= 0.5 + 0.5 * m)) for m in MASSES}


def _in_sets(shares: Tensor, truth: Tensor) -> dict[float, Tensor]:
    """Whether the true class is needed to reach the mass by classes of falling probability, `(row, *shape[:-1])`."""
    own = (shares * truth).sum(-1, keepdim=True)
    above = torch.where(shares > own, shares, 0.0).sum(-1)
    return {mass: above < mass for mass in MASSES}


def _rows(flags: Tensor) -> Tensor:
    return flags.double().cpu().reshape(len(flags), -1).mean(1)
