"""Losses of a predicted view, and of a constant guess."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Poisson

from mvgraph.evaluation.answering import expected
from mvgraph.vocab.family import Family
from mvgraph.vocab.family.categorical import Categorical
from mvgraph.vocab.family.counts import Counts

TINY = 1e-12  # the least probability or rate that a logarithm is taken of


def losses(likelihood: Family | None, values: Tensor, answer: Distribution, mean: Tensor) -> dict[str, Tensor]:
    """Losses by measure, `(row, 2)`: of a predicted distribution, and of guessing `mean` for every row.

    Arguments:
        likelihood: of the view; it decides the measures (`mse`; `errors` and `log loss` for classes; `mse` and
            `log loss` for counts).
        values: the truth, `(row, *shape)`.
        answer: the prediction, over `(row, *shape)`.
        mean: the constant guess, `(*shape)`.

    >>> from torch.distributions import Normal
    >>> truth = torch.tensor([[1.0], [2.0]])
    >>> answer = Independent(Normal(torch.tensor([[1.5], [2.0]]), 1.0), 1)
    >>> losses(None, truth, answer, torch.tensor([0.0]))["mse"].tolist()
    [[0.25, 1.0], [0.0, 4.0]]
    """
    values, guess = values.double().cpu(), expected(answer)
    base = mean.expand_as(values)
    if isinstance(likelihood, Categorical):
        pairs = {
            "errors": (_wrong(values, guess), _wrong(values, base)),
            "log loss": (_log_loss(values, guess), _log_loss(values, base)),
        }
    else:
        pairs = {"mse": (_squared(values, guess), _squared(values, base))}
    if isinstance(likelihood, Counts):
        constant = Independent(Poisson(base.clamp(min=TINY)), base.dim() - 1)
        pairs["log loss"] = (_minus_log_prob(answer, values), _minus_log_prob(constant, values))
    return {measure: torch.stack(pair, 1) for measure, pair in pairs.items()}


def _squared(values: Tensor, guess: Tensor) -> Tensor:
    return (values - guess).square().flatten(1).mean(1)


def _wrong(values: Tensor, guess: Tensor) -> Tensor:
    """The share of wrong classes of a row, which has several where its shape is `[8, K]`, `(row,)`."""
    wrong = (values.argmax(-1) != guess.argmax(-1)).double()
    return wrong.flatten(1).mean(1) if wrong.dim() > 1 else wrong


def _log_loss(values: Tensor, guess: Tensor) -> Tensor:
    return -(values * guess.clamp(min=TINY).log()).flatten(1).sum(1)


def _minus_log_prob(distribution: Distribution, values: Tensor) -> Tensor:
    like = distribution.mean
    return -distribution.log_prob(values.to(like)).detach().double().cpu()
