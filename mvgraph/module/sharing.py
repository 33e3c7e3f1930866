"""Which terms count for which datum, and with what share: scopes as tensors over a mask."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from mvgraph.objective.evidence import Subset, Views, instance_count
from mvgraph.objective.terms import Scope
from mvgraph.spec.model import Spec


class Shares:
    """The shares of a list of scopes, as constant tables that a step only looks up.

    Arguments:
        spec: the model.
        scopes: one for each share wanted.
    """

    def __init__(self, spec: Spec, scopes: Sequence[Scope]) -> None:
        self.views = spec.view_names
        named = (s for scope in scopes for s in (scope.evidence, scope.targets, *scope.among))
        self.sets = list(dict.fromkeys(named))
        self.evidence = torch.tensor([self.sets.index(s.evidence) for s in scopes])
        self.targets = torch.tensor([self.sets.index(s.targets) for s in scopes])
        self.needs = self._rows([s.needs for s in scopes])
        self.parts = self._rows([s.component or frozenset() for s in scopes])
        self.scored = self._rows([s.scored for s in scopes])
        counts = [[_components(spec, s, n) for n in range(len(self.views) + 1)] for s in scopes]
        siblings = [[_siblings(spec, s, n) for n in range(len(self.views) + 1)] for s in scopes]
        self.counts = torch.tensor(counts, dtype=torch.float64)
        self.siblings = torch.tensor(siblings, dtype=torch.float64)
        among = [[s.among.count(each) for each in self.sets] for s in scopes]
        self.among = torch.tensor(among, dtype=torch.float64)
        self.given = len(spec.conditioned)  # views that no row lacks, and that bindings do not run over

    def __call__(self, observed: Tensor, drawn: Tensor) -> Tensor:
        """The share of each scope for each row, `(scope, row)`, zero where it does not count.

        Arguments:
            observed: bool `(row, view)`.
            drawn: the random evidence sets, bool `(set, row, view)`.
        """
        device = observed.device
        masks = torch.stack([subset_mask(s, observed, drawn, self.views) for s in self.sets])  # (set, row, view)
        evidence, targets = masks[self.evidence.to(device)], masks[self.targets.to(device)]
        counts = _covers(observed[None], self.needs.to(device)) & _covers(evidence, self.parts.to(device))
        counts &= evidence.any(-1) & (targets & self.scored.to(device)[:, None]).any(-1)
        parts = self.counts.to(device).gather(1, evidence.sum(-1))
        siblings = self.siblings.to(device).gather(1, (observed.sum(-1) - self.given)[None].expand(len(parts), -1))
        there = masks.any(-1).to(self.among.dtype)  # (set, row)
        members = (self.among.to(device) @ there).clamp_min(1.0)
        return torch.where(counts, 1.0 / (parts * siblings * members), 0.0)

    def _rows(self, sets: Sequence[Views]) -> Tensor:
        return torch.tensor([[v in s for v in self.views] for s in sets], dtype=torch.bool)


def subset_mask(subset: Subset, observed: Tensor, drawn: Tensor, views: Sequence[str]) -> Tensor:
    """The views that remain of a written set, bool `(row, view)`; none where it does not exist."""
    if subset.drawn:
        return drawn[subset.drawn - 1]
    own = torch.tensor([v in subset.views for v in views], device=observed.device)
    left = observed & own
    return left & _covers(observed, own)[:, None] if subset.strict else left


def _covers(mask: Tensor, needed: Tensor) -> Tensor:
    """Where `mask` holds all of `needed`."""
    needed = needed[:, None] if needed.dim() == 2 else needed
    return (mask | ~needed).all(-1)


def _components(spec: Spec, scope: Scope, size: int) -> int:
    rules: dict[str, Callable[[int], int]] = {
        "none": lambda _: 1,
        "singles": lambda n: n,
        "subsets": lambda n: 2**n - 1,
    }
    return 1 if scope.component is None else max(rules[scope.split or spec.mixture](size), 1)


def _siblings(spec: Spec, scope: Scope, size: int) -> int:
    return max(instance_count(spec, scope.term, size), 1) if scope.term.combine == "mean" else 1
