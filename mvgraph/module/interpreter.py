"""The reference interpreter: the derived terms, evaluated one by one, for one pattern of observed views at a time.

It is slow and obvious on purpose: nothing is batched, masked or shared but the draws. The compiled step must
agree with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.module import centers, statistics
from mvgraph.module.coefficient import Values, evaluate
from mvgraph.module.networks import Networks
from mvgraph.module.noise import Noise, random_masks
from mvgraph.module.pattern import Pattern
from mvgraph.module.pooling import pooled_kl_of
from mvgraph.objective.atoms import KL, Likelihood, LogMeanExp
from mvgraph.objective.canonical import derive
from mvgraph.objective.comparisons import CE, Deviation, PooledKL
from mvgraph.objective.deriving import expand
from mvgraph.objective.statistics import Statistical
from mvgraph.objective.terms import OBSERVED_COUNT
from mvgraph.objective.text import signed
from mvgraph.spec.model import Spec


def interpret(spec: Spec, networks: Networks, batch: Batch, noise: Noise, values: Values) -> dict[str, Tensor]:
    """Every term's value for each row, `{printed term: (row,)}`, zero where it does not apply.

    `spec` is the one that the networks were made for, or one of its phases.
    A term that complete data do not have (of a pattern of missing views) is named as it is derived for its pattern.
    """
    sets = random_masks(noise.sets, batch.mask)
    objective = derive(spec)
    printed = {atom: line for (_, atom), line in zip(objective.terms, objective.lines, strict=True)}
    found: dict[str, Tensor] = {}
    for (observed, drawn), rows in _patterns(batch, sets).items():
        index = torch.tensor(rows, device=batch.mask.device)
        views = {k: v[index] for k, v in batch.views.items()}
        pattern = Pattern(networks, spec, views, noise.rows(index), {**values, **_count(observed)})
        for term in expand(spec, observed, dict(enumerate(drawn, 1))):
            coefficient = evaluate(term.coefficient, pattern.values) * float(term.share)
            name = printed.get(term.atom, signed(term.coefficient, term.atom))
            whole = found.get(name, batch.mask.new_zeros(len(batch), dtype=noise.sets.dtype))
            found[name] = whole.index_add(0, index, coefficient * VALUES[type(term.atom)](pattern, term.atom))
    return found


def _patterns(batch: Batch, sets: Tensor) -> dict[tuple[frozenset[str], tuple[frozenset[str], ...]], list[int]]:
    """The rows of each pattern of observed views and random sets."""
    groups: dict[tuple[frozenset[str], tuple[frozenset[str], ...]], list[int]] = defaultdict(list)
    for row, mask in enumerate(batch.mask):
        drawn = tuple(_names(batch, s) for s in sets[:, row])
        groups[_names(batch, mask), drawn].append(row)
    return groups


def _names(batch: Batch, mask: Tensor) -> frozenset[str]:
    return frozenset(n for n, there in zip(batch.names, mask.tolist(), strict=True) if there)


def _count(observed: frozenset[str]) -> dict[str, float]:
    return {OBSERVED_COUNT.name: float(len(observed))}


def _likelihood(pattern: Pattern, atom: Likelihood) -> Tensor:
    return pattern.log_likelihood(atom).mean(0)


VALUES: dict[type, Callable[[Pattern, Any], Tensor]] = {
    Likelihood: _likelihood,
    KL: Pattern.kl,
    CE: Pattern.ce,
    Deviation: centers.interpreted,
    LogMeanExp: Pattern.log_mean_exp,
    Statistical: statistics.interpreted,
    PooledKL: pooled_kl_of,
}
