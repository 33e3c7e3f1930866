"""The reference interpreter: the derived terms, evaluated one by one, for one pattern of observed views at a time.

It is slow and obvious on purpose: nothing is batched, masked or shared but the draws. The compiled step must
agree with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.module import centers, judging, statistics
from mvgraph.module.coefficient import Values, evaluate
from mvgraph.module.networks import Networks
from mvgraph.module.noise import Noise, evidence_sets
from mvgraph.module.pattern import Pattern
from mvgraph.module.pooling import pooled_kl_of
from mvgraph.objective.atoms import KL, Atom, Likelihood, LogMeanExp
from mvgraph.objective.canonical import derive
from mvgraph.objective.comparisons import CE, Deviation, PooledKL
from mvgraph.objective.deriving import expand
from mvgraph.objective.games import Generator
from mvgraph.objective.statistics import Statistical
from mvgraph.objective.terms import OBSERVED_COUNT
from mvgraph.objective.text import signed
from mvgraph.spec.model import Spec


class Account(NamedTuple):
    """What the interpreter gives.

    Arguments:
        terms: every term's value for each row, `{printed term: (row,)}`, zero where it does not apply.
        players: the loss of each player of a game for each row, `{player: (row,)}`.
        atoms: what every printed term weighs.
    """

    terms: dict[str, Tensor]
    players: dict[str, Tensor]
    atoms: dict[str, Atom]


def interpret(spec: Spec, networks: Networks, batch: Batch, noise: Noise, values: Values) -> Account:
    """Every term's value, and the loss of every player of a game.

    A term that complete data do not have (of a pattern of missing views) is named as it is derived for its pattern.

    Arguments:
        spec: the one that the networks were made for, one of its phases, or a part of its objective.
        networks, batch, noise, values: the parameters, rows with a mask, all randomness, the params.
    """
    sets = evidence_sets(spec, noise.sets, batch.mask)
    objective = derive(spec)
    printed = {atom: line for (_, atom), line in zip(objective.terms, objective.lines, strict=True)}
    games = [atom for _, atom in objective.terms if isinstance(atom, Generator)]
    zeros = noise.sets.new_zeros(len(batch))
    found = Account({}, dict.fromkeys((n for a in games for n in (str(a.opponent), a.player)), zeros), {})
    for (observed, drawn), rows in _patterns(batch, sets).items():
        index = torch.tensor(rows, device=batch.mask.device)
        views = {k: v[index] for k, v in batch.views.items()}
        pattern = Pattern(networks, spec, views, noise.rows(index), {**values, **_count(observed)})
        for term in expand(spec, observed, dict(enumerate(drawn, 1))):
            coefficient = evaluate(term.coefficient, pattern.values) * float(term.share)
            name = printed.get(term.atom, signed(term.coefficient, term.atom))
            value = (coefficient * VALUES[type(term.atom)](pattern, term.atom)).expand(len(rows))
            _add(found.terms, name, index, value, noise.sets)
            found.atoms[name] = term.atom
            if isinstance(term.atom, Generator):
                critic = term.atom.opponent
                _add(found.players, str(critic), index, judging.critic(pattern, critic), noise.sets)
                _add(found.players, term.atom.player, index, -value, noise.sets)
    return found


def _add(to: dict[str, Tensor], name: str, index: Tensor, value: Tensor, like: Tensor) -> None:
    """Add the values of some rows to those of all, `(row,)`."""
    to[name] = to.get(name, like.new_zeros(like.shape[1])).index_add(0, index, value)


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
    Generator: judging.generator,
}
