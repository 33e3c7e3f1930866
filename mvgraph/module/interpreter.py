"""The reference interpreter: the derived terms, evaluated one by one, for one pattern of observed views at a time.

It is slow and obvious on purpose: nothing is batched, masked or shared but the draws. The compiled step must
agree with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.module import centers, judging, statistics
from mvgraph.module.coefficient import Values, evaluate
from mvgraph.module.networks import Networks
from mvgraph.module.noise import Noise, evidence_sets
from mvgraph.module.pattern import Pattern, named
from mvgraph.module.pooling import pooled_kl_of
from mvgraph.objective.atoms import KL, Atom, Likelihood, LogMeanExp
from mvgraph.objective.canonical import derive
from mvgraph.objective.comparisons import CE, Deviation, PooledKL
from mvgraph.objective.deriving import expand
from mvgraph.objective.games import Generator
from mvgraph.objective.statistics import Statistical
from mvgraph.objective.terms import OBSERVED_COUNT, Term
from mvgraph.objective.text import signed
from mvgraph.planning.calls import calls
from mvgraph.spec.model import Spec
from mvgraph.vocab.family import Params


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
    patterns = list[Pattern]()
    parts = list[tuple[Pattern, Tensor, list[Term]]]()
    asked: dict[object, dict[Pattern, Params]] = {}
    for (observed, drawn), rows in _patterns(batch, sets).items():
        index = torch.tensor(rows, device=batch.mask.device)
        terms = expand(spec, observed, dict(enumerate(drawn, 1)))
        atoms = [term.atom for term in terms]
        views, weights = {k: v[index] for k, v in batch.views.items()}, {**values, **_count(spec, observed)}
        patterns.append(Pattern(networks, spec, views, noise.rows(index), weights, observed, atoms, patterns, asked))
        parts.append((patterns[-1], index, terms))
    if networks.batch_dependent:
        _ask_in_order(spec, networks, patterns, len(sets))
    for pattern, index, terms in parts:
        for term in terms:
            coefficient = evaluate(term.coefficient, pattern.values) * float(term.share)
            name = printed.get(term.atom, signed(term.coefficient, term.atom))
            value = (coefficient * VALUES[type(term.atom)](pattern, term.atom)).expand(len(index))
            _add(found.terms, name, index, value, noise.sets)
            found.atoms[name] = term.atom
            if isinstance(term.atom, Generator):
                critic = term.atom.opponent
                _add(found.players, str(critic), index, judging.critic(pattern, critic), noise.sets)
                _add(found.players, term.atom.player, index, -value, noise.sets)
    return found


def _ask_in_order(spec: Spec, networks: Networks, patterns: Sequence[Pattern], sets: int) -> None:
    """Ask decoders and critics in the order of the terms of complete data, in which running statistics are updated."""
    terms = expand(spec, None, dict.fromkeys(range(1, sets + 1), frozenset(spec.view_names)))
    found = [call for scored in (True, False) for t in terms for call in calls(t.atom) if call.scored is scored]
    for key in dict.fromkeys(
        call.key for call in found if networks.has_decoder(str(call.target.view), call.target.node)
    ):
        for pattern in [p for p in patterns if key in p.calls][:1]:
            pattern.decoded(key[0], pattern.calls[key])
    matches = [t.atom.match for t in terms if isinstance(t.atom, Generator)]
    stills = [(m, f.sample, True) for m in matches for f in m.fakes]
    moving = [(m, s, False) for m in matches for s in (m.real, *(f.sample for f in m.fakes))]
    for match, sample, still in (*stills, *moving):
        name = named(match, sample)
        for pattern in [p for p in patterns if name in p.judged][:1]:
            judging.scores(pattern, match, pattern.judged[name], still=still)


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


def _count(spec: Spec, observed: frozenset[str]) -> dict[str, float]:
    return {OBSERVED_COUNT.name: float(len(observed.intersection(spec.scored_views)))}


def _likelihood(pattern: Pattern, atom: Likelihood) -> Tensor:
    return pattern.log_likelihood(atom).mean(0) if pattern.scores(atom) else pattern.noise.sets.new_zeros(1)


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
