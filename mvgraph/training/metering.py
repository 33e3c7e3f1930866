"""Means over an epoch, kept on the device: nothing is fetched before somebody asks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from mvgraph.module.model import Loss

TOTAL = "total"
NEVER = 2**62


class Meter:
    """Running sums of the total, every term and every player's loss, weighted by rows.

    It remembers since which step a value is astray: not finite, or so large a loss as is no loss of a training that
    goes well.

    Arguments:
        limits: by name, the loss from which on a value is astray; without end where a name is not given. The loss of
            a term is its negative.
    """

    def __init__(self, limits: Mapping[str, float] | None = None) -> None:
        self.limits = dict(limits or {})
        self.names: tuple[str, ...] = ()
        self.signs = self.bounds = self.sums = torch.zeros(0)  # (term + 1,)
        self.astray = torch.zeros(0)  # (term + 1,) the first step, or NEVER
        self.infinite = torch.tensor(NEVER)  # the first step of which the total was not finite, or NEVER
        self.last = torch.zeros(())
        self.rows = 0

    def restart(self) -> None:
        """Count anew; what is astray stays so."""
        self.sums, self.rows = torch.zeros_like(self.sums), 0

    def forget(self) -> None:
        """Nothing is astray: an epoch has ended well."""
        self.astray = torch.full_like(self.astray, NEVER)

    def add(self, loss: Loss, rows: int, step: int) -> None:
        """Count the mean values of `rows` rows."""
        total = loss.total.detach()
        if not self.names:
            self._begin(loss, total)
        found = {**loss.terms, **loss.players}
        terms = [torch.as_tensor(found[n]).detach().to(total) for n in self.names[1:]]
        values = torch.stack([total, *terms])
        finite = torch.isfinite(values)
        self.sums += values * rows
        sound = finite & (values * self.signs <= self.bounds)
        self.astray = torch.where(sound, self.astray, self.astray.clamp(max=step))
        self.infinite = torch.where(finite[0], self.infinite, self.infinite.clamp(max=step))
        self.last = total
        self.rows += rows

    def _begin(self, loss: Loss, total: Tensor) -> None:
        self.names = (TOTAL, *loss.terms, *loss.players)
        self.sums = total.new_zeros(len(self.names))
        self.signs = total.new_tensor([-1.0 if n in loss.terms else 1.0 for n in self.names])
        self.bounds = total.new_tensor([self.limits.get(n, math.inf) for n in self.names])
        self.astray = torch.full((len(self.names),), NEVER, device=total.device)
        self.infinite = self.infinite.to(total.device)

    @property
    def first_infinite(self) -> int | None:
        """The first step of which the total was not finite, if there is one."""
        step = int(self.infinite)
        return None if step == NEVER else step

    def suspects(self) -> list[tuple[str, int]]:
        """The terms that are astray, with their first step, the first one first."""
        steps = zip(self.names[1:], self.astray.tolist()[1:], strict=True)
        return sorted(((n, s) for n, s in steps if s != NEVER), key=lambda pair: pair[1])

    def means(self, reduce: Callable[[Tensor], Tensor] = lambda t: t) -> dict[str, float]:
        """The means so far by name; `reduce` adds up the sums of several processes."""
        sums = reduce(torch.cat([self.sums, self.sums.new_tensor([float(self.rows)])]))
        return dict(zip(self.names, (sums[:-1] / sums[-1]).tolist(), strict=True))
