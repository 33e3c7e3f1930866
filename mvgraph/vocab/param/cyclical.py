"""The schedule `cyclical`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from mvgraph.vocab.option import require
from mvgraph.vocab.param.ramp import Ramp


@dataclass(frozen=True, repr=False)
class Cyclical(Ramp):
    """Straight lines, again and again: `from + (to − from) · min(1, τ/R)`, τ = C·t mod 1, t the share of the time.

    Every one of the C cycles rises for a share R of its time and then stays at `to`.

    Source: Fu, Li, Liu, Gao, Celikyilmaz, Carin, Cyclical annealing schedule: a simple approach to mitigating KL
    vanishing (2019, arXiv 1903.10145), equations 6 and 7.

    Arguments:
        cycles: number C of cycles.
        ratio: share R of a cycle that rises, in (0, 1].
        others: see `Ramp`.

    Raises:
        SpecError: no length, two lengths, a length or `cycles` below 1, a `ratio` outside (0, 1].

    >>> from mvgraph.vocab.param import Clock
    >>> two = Cyclical(steps=8, cycles=2)
    >>> [two.at(Clock(step=s, steps_per_epoch=10)) for s in range(9)]
    [0.0, 0.5, 1.0, 1.0, 0.0, 0.5, 1.0, 1.0, 1.0]
    """

    word: ClassVar[str] = "cyclical"

    cycles: int = 4
    ratio: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.cycles > 0, "cycles", f"a schedule of {self.cycles} cycles", "cycles is 1 or more")
        require(0 < self.ratio <= 1, "ratio", f"a ratio of {self.ratio}", "ratio is above 0 and at most 1")

    def turns(self, steps_per_epoch: int) -> tuple[int, ...]:
        """The ends of its cycles, and of the rises in them, to a step."""
        first, last = self._span(steps_per_epoch)
        shares = sorted({(c + r) / self.cycles for c in range(self.cycles) for r in (0.0, self.ratio)})
        return (*(first + math.floor(s * (last - first)) for s in shares), last)

    def rise(self, share: float) -> float:
        """`min(1, (C·t mod 1)/R)`."""
        return min(1.0, (self.cycles * share) % 1 / self.ratio)
