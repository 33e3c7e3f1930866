"""Means over an epoch, kept on the device: nothing is fetched before somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from mvgraph.training.errors import NotFinite

if TYPE_CHECKING:
    from mvgraph.module.model import Loss

TOTAL = "total"
NEVER = 2**62


class Meter:
    """Running sums of the total, every term and every player's loss, weighted by rows.

    It remembers where a value was first not finite.
    """

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self.sums = torch.zeros(0)  # (term + 1,)
        self.first_bad = torch.zeros(0)  # (term + 1,) the step, or NEVER
        self.rows = 0

    def add(self, loss: Loss, rows: int, step: int) -> None:
        """Count the mean values of `rows` rows."""
        total = loss.total.detach()
        if not self.names:
            self.names = (TOTAL, *loss.terms, *loss.players)
            self.sums = total.new_zeros(len(self.names))
            self.first_bad = torch.full((len(self.names),), NEVER, device=total.device)
        found = {**loss.terms, **loss.players}
        terms = [torch.as_tensor(found[n]).detach().to(total) for n in self.names[1:]]
        values = torch.stack([total, *terms])
        self.sums += values * rows
        self.first_bad = torch.where(torch.isfinite(values), self.first_bad, self.first_bad.clamp(max=step))
        self.rows += rows

    def refuse(self) -> None:
        """Stop where the total was not finite.

        Raises:
            NotFinite: names the step and the terms.
        """
        if not self.names or int(self.first_bad[0]) == NEVER:
            return
        steps = self.first_bad.tolist()
        terms = [n for n, s in zip(self.names[1:], steps[1:], strict=True) if s <= steps[0]]
        blame = f": {', '.join(terms)}" if terms else ", though every term was"
        raise NotFinite(f"the loss was not finite in step {steps[0] + 1}{blame}")

    def means(self, reduce: Callable[[Tensor], Tensor] = lambda t: t) -> dict[str, float]:
        """The means so far by name; `reduce` adds up the sums of several processes."""
        sums = reduce(torch.cat([self.sums, self.sums.new_tensor([float(self.rows)])]))
        return dict(zip(self.names, (sums[:-1] / sums[-1]).tolist(), strict=True))
