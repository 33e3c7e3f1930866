"""A stage tried before it is trained: what would be refused is refused at once, and what a loss is without training."""

from __future__ import annotations

import math

import torch

from mvgraph.data.batch import Batch
from mvgraph.module.model import Loss, Model
from mvgraph.module.networks import END
from mvgraph.module.refusing import require_conditions, require_views
from mvgraph.training.metering import TOTAL
from mvgraph.training.stages import Rest, Stage
from mvgraph.vocab.param import Clock

ROWS = 64  # of which the loss is tried
ASTRAY = 100.0  # times the loss without training: no training that goes well passes through it


def limits(model: Model, stage: Stage, rows: Batch, held: Batch | None, size: int) -> dict[str, float]:
    """The losses, by name, from which on training has gone astray, of the total, each term and each player.

    A hundred times the loss of the model as it is, at the beginning of all schedules or at their end, whichever is
    larger, and a hundred nats at least. A loss that is not finite as the model is has no limit.

    Arguments:
        model: before it is trained.
        stage: which objective, and which parts rest.
        rows: data to train on.
        held: data to judge by, if any.
        size: rows of a step.

    Raises:
        DataError, UsageError: what the first step, or a later one, would be refused for.
    """
    for batch in (rows, *([] if held is None else [held])):
        require_views(batch)
        require_conditions(model.spec, batch)
        model.require_complete(batch, stage.phase)
    few = size if model.plan.batchwise else min(size, ROWS)  # a statistic of fewer rows is another one
    losses = _losses(model, stage, rows.rows(torch.arange(min(few, len(rows)))))
    names = (TOTAL, *losses[0].terms, *losses[0].players)
    return {name: _limit([_value(loss, name) for loss in losses]) for name in names}


def _losses(model: Model, stage: Stage, rows: Batch) -> list[Loss]:
    rest, found = Rest(model, stage), []
    model.eval()
    try:
        with torch.random.fork_rng([]):
            for clock in (Clock(0, 1), END):
                generator = torch.Generator().manual_seed(0)
                found.append(model.loss(rows, phase=stage.phase, clock=clock, generator=generator))
        rest.require_some(found[-1])
    finally:
        rest.end()
        model.train()
    return found


def _value(loss: Loss, name: str) -> float:
    value = loss.total if name == TOTAL else {**loss.terms, **loss.players}[name]
    return float(torch.as_tensor(value).detach())


def _limit(values: list[float]) -> float:
    largest = max(1.0, *map(abs, values))
    return ASTRAY * largest if all(map(math.isfinite, values)) else math.inf
