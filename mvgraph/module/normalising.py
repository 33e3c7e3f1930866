"""Networks whose answer for a row depends on the other rows of a batch: those that normalise by its statistics.

One rule holds for all of them, in both executors. A density of the objective, such as q(z | x_a) or p(x_b | z) at the
draws of one component, is asked once a step, of the rows in which it occurs and of all its draws; the mean and variance
are those of these entries. What is missing is in no statistic. A single entry has none of its own and borrows the
running ones. After training, running statistics are used throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mvgraph.errors import DataError, Problem

Network = Callable[[Tensor], Mapping[str, Tensor]]  # (entry, *inputs) to several (entry, ...)


def normalisers(network: nn.Module) -> list[_BatchNorm]:
    """The layers of a network that normalise by the mean and variance of a batch, torch's `BatchNorm*d` and kin.

    >>> [type(n).__name__ for n in normalisers(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.LayerNorm(3)))]
    ['BatchNorm1d']
    """
    return [layer for layer in network.modules() if isinstance(layer, _BatchNorm)]


def over_entries(network: nn.Module, run: Network, values: Tensor, there: Tensor | None) -> Mapping[str, Tensor]:
    """What a network makes of the entries that are there; zeros for the others.

    Arguments:
        network: whose layers normalise.
        run: how it is run.
        values: `(entry, *inputs)`, finite everywhere.
        there: bool `(entry,)`; all of them where it is None.

    Raises:
        DataError: one entry, for a network that keeps no running statistics.
    """
    layers = [n for n in normalisers(network) if n.training or n.running_mean is None]
    if not layers:
        return run(values)
    count = len(values) if there is None else int(there.sum())
    if count < 2:
        with _borrowing(layers):
            return run(values)  # entries that are not there meet no statistic here
    if there is None or count == len(values):
        return run(values)
    index = there.nonzero().flatten()
    made = run(values[index])
    return {n: v.new_zeros(len(values), *v.shape[1:]).index_copy(0, index, v) for n, v in made.items()}


@contextmanager
def _borrowing(layers: Sequence[_BatchNorm]) -> Iterator[None]:
    """Normalisation by the running statistics, for a while."""
    before = [layer.training for layer in layers]
    if any(layer.running_mean is None for layer in layers):
        message = "a network normalises by the batch and keeps no running statistics, and it is given a single row"
        remedy = "give it two rows or more, or build its BatchNorm with track_running_stats=True"
        raise DataError(Problem("MVG413", ("data",), message, remedy))
    for layer in layers:
        layer.training = False
    try:
        yield
    finally:
        for layer, mode in zip(layers, before, strict=True):
            layer.training = mode


def entries(there: Tensor | None, lead: torch.Size) -> Tensor | None:
    """Rows that are there, bool `(row,)`, as entries of a batch `(*batch, row)`, flattened."""
    return None if there is None else there.expand(lead).reshape(-1)
