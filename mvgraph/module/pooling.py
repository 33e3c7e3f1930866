"""KL to a prior that is made of posteriors, in the compiled step and in the interpreter."""

from __future__ import annotations

import torch
from torch import Tensor

from mvgraph.module.coefficient import evaluate
from mvgraph.module.noise import family_of_stream
from mvgraph.module.pattern import Pattern
from mvgraph.module.running import Run, log_probs, safe_log
from mvgraph.objective.comparisons import PooledKL
from mvgraph.objective.family import family_of
from mvgraph.objective.keys import Standard
from mvgraph.vocab.family.mixture_of import STANDARD


def pooled_kl(run: Run, index: int, atom: PooledKL) -> Tensor:
    """KL(q ‖ a N(0, I) + (1 − a) Σ_n w_n q_n) by draws from q, `(row,)`; w_n is zero where view n was not observed."""
    draws, family = run.draws[atom.stream], family_of_stream(run.spec, atom.stream)
    alone = _tensor(evaluate(atom.to.standard, run.values), draws)
    logs = safe_log(run.part_weights(index)) + _log(1 - alone)  # (member, row)
    each = log_probs(family, [run.parameters(m) for m in atom.members], draws)  # (member, sample, row)
    normal = STANDARD.log_prob(run.networks.prior(atom.stream.ref), draws) + _log(alone)
    below = torch.cat([each + logs[:, None], normal[None]]).logsumexp(0)
    return (family.log_prob(run.own(atom.stream), draws) - below).mean(0)


def pooled_kl_of(pattern: Pattern, atom: PooledKL) -> Tensor:
    """The same for rows that share one pattern of observed views: one posterior after the other."""
    spec = pattern.spec
    params, family = pattern.params(atom.of), family_of(spec, atom.of)
    draws = pattern.reparameterise(atom.stream, params)
    alone = _tensor(evaluate(atom.to.standard, pattern.values), draws)
    each = [family_of(spec, m).log_prob(pattern.params(m), draws) for m in atom.to.members]
    logs = [log + _log((1 - alone) / len(each)) for log in each]
    logs.append(STANDARD.log_prob(pattern.params(Standard(atom.stream.ref)), draws) + _log(alone))
    return (family.log_prob(pattern.own(atom.of), draws) - torch.stack(logs).logsumexp(0)).mean(0)


def _tensor(value: Tensor | float, like: Tensor) -> Tensor:
    return torch.as_tensor(value, dtype=like.dtype, device=like.device)


def _log(weight: Tensor) -> Tensor:
    """log w, minus infinity where w is zero."""
    return torch.where(weight > 0, weight.clamp_min(torch.finfo(weight.dtype).tiny).log(), -torch.inf)
