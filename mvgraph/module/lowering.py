"""The compiled step: a pure function of parameters, batch, mask, noise and the values of params."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mvgraph.module import centers, playing, statistics
from mvgraph.module.coefficient import Values, evaluate
from mvgraph.module.networks import Networks
from mvgraph.module.noise import Noise
from mvgraph.module.pooling import pooled_kl
from mvgraph.module.running import Run
from mvgraph.module.sharing import Shares
from mvgraph.objective.atoms import KL, Likelihood, LogMeanExp
from mvgraph.objective.comparisons import CE, Deviation, PooledKL
from mvgraph.objective.games import Generator
from mvgraph.objective.statistics import Statistical
from mvgraph.planning.steps import Plan
from mvgraph.spec.model import Spec


class Outcome(NamedTuple):
    """What a step gives.

    Arguments:
        lines: each printed line's value for each row, `(line, row)`; their sum is the objective.
        players: where there are games, the loss of each player for each row, `(row,)`.
    """

    lines: Tensor
    players: Mapping[str, Tensor]


class Step:
    """A plan with its constant tables, ready to run.

    Arguments:
        spec: the model.
        plan: what to execute.
    """

    def __init__(self, spec: Spec, plan: Plan) -> None:
        self.spec = spec
        self.plan = plan
        self.shares = Shares(spec, [t.scope for t in plan.terms]) if plan.terms else None
        scopes = {i: [replace(t.scope, component=c) for c in t.atom.components] for i, t in enumerate(plan.terms)}
        self.parts = {i: Shares(spec, each) for i, each in scopes.items() if each}
        self.games = {i: t.atom for i, t in enumerate(plan.terms) if isinstance(t.atom, Generator)}
        self.lines = torch.tensor([plan.lines.index(n) for n in plan.names])

    def __call__(
        self,
        networks: Networks,
        views: Mapping[str, Tensor],
        mask: Tensor,
        noise: Noise,
        values: Values,
        *,
        complete: bool = False,
    ) -> Outcome:
        """The value of each term, and the players' losses.

        Arguments:
            networks: the parameters.
            views: values `(row, *shape)`; entries of missing views may hold anything.
            mask: observed views, bool `(row, view)`.
            noise: all randomness.
            values: the params.
            complete: a promise that every view of every row was observed, which saves work.
        """
        table = noise.sets.new_zeros(len(self.plan.lines), mask.shape[0])
        if self.shares is None:
            return Outcome(table, {})
        run = Run(self.spec, self.plan, networks, views, mask, noise, values, complete, self.shares, self.parts)
        rows = [_value(run, i, share) for i, share in enumerate(run.shares)]
        critics = {str(a.opponent): _critic(run, i, a, run.shares[i]) for i, a in self.games.items()}
        players = critics | {a.player: -rows[i] for i, a in self.games.items()}
        return Outcome(table.index_add(0, self.lines.to(mask.device), torch.stack(rows)), players)


def _value(run: Run, index: int, share: Tensor) -> Tensor:
    """One term's contribution, `(row,)`, exactly zero where its share is."""
    term = run.plan.terms[index]
    value = VALUES[type(term.atom)](run, index, term.atom)
    return torch.where(share > 0, evaluate(term.coefficient, run.values) * share * value, 0.0)


def _critic(run: Run, index: int, atom: Generator, share: Tensor) -> Tensor:
    """A critic's loss, `(row,)`, exactly zero where its game is not played."""
    return torch.where(share > 0, playing.critic(run, index, atom.opponent), 0.0)


def _likelihood(run: Run, _: int, atom: Likelihood) -> Tensor:
    score = run.score_of(atom)
    return run.nothing if score is None else score.mean(0)


VALUES: dict[type, Callable[[Run, int, Any], Tensor]] = {
    Likelihood: _likelihood,
    KL: Run.kl,
    CE: Run.ce,
    Deviation: centers.compiled,
    LogMeanExp: Run.log_mean_exp,
    Statistical: statistics.lowered,
    PooledKL: pooled_kl,
    Generator: playing.generator,
}
