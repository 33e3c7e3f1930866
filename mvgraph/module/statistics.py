"""The value of a statistic of the batch: every row has the same, so that their mean is the statistic itself."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mvgraph.module.pattern import Pattern
from mvgraph.module.running import Run
from mvgraph.objective.statistics import Statistical
from mvgraph.vocab.statistic import Statistic


def lowered(run: Run, _: int, atom: Statistical) -> Tensor:
    """The statistic, once a row, by the compiled step."""
    return _each_row(atom.statistic, [run.draws[d.stream] for d in atom.draws])


def interpreted(pattern: Pattern, atom: Statistical) -> Tensor:
    """The same by the reference interpreter."""
    return _each_row(atom.statistic, [pattern.sample(d) for d in atom.draws])


def _each_row(statistic: Statistic, codes: Sequence[Tensor]) -> Tensor:
    """The mean of the statistic over samples, from codes `(sample, row, dim)`, repeated `(row,)`."""
    values = [statistic.value(each) for each in zip(*codes, strict=True)]
    return torch.stack(values).mean().expand(codes[0].shape[1])
