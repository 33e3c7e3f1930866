"""What every schedule from one value to another offers."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

from mvgraph.vocab.option import require
from mvgraph.vocab.param.base import Clock, Schedule


@dataclass(frozen=True, repr=False)
class Ramp(Schedule):
    """A schedule from `from` to `to` over a number of epochs or steps: before it `from`, afterwards `to`.

    The value after s finished steps is `from + (to − from) · rise((s − s₀) / T)`, s₀ the start and T the length in
    steps. Per epoch, s is the number of steps in finished epochs, so that the value changes only between epochs.

    Arguments:
        from_: the first value (`from` in YAML).
        to: the last value.
        epochs: length in epochs; give this or `steps`.
        steps: length in optimiser steps.
        start: epochs or steps, as the length is given, before it leaves `from`.
        per: `epoch` or `batch`: how often the value changes; without it, per epoch where the length is given in
            epochs and per batch where it is given in steps.
    """

    from_: float = 0.0
    to: float = 1.0
    epochs: int | None = None
    steps: int | None = None
    start: int = 0
    per: Literal["epoch", "batch"] | None = None

    def __post_init__(self) -> None:
        require(math.isfinite(self.from_), "from", f"a schedule from {self.from_}", "from is a finite number")
        require(math.isfinite(self.to), "to", f"a schedule to {self.to}", "to is a finite number")
        lengths = [(n, v) for n, v in (("epochs", self.epochs), ("steps", self.steps)) if v is not None]
        require(bool(lengths), "epochs", "a schedule without a length", "give epochs or steps")
        require(len(lengths) == 1, "steps", "a schedule with two lengths", "give either epochs or steps, not both")
        option, length = lengths[0]
        require(length > 0, option, f"a schedule of {length} {option}", f"{option} is 1 or more")
        require(self.start >= 0, "start", f"a start at {self.start}", f"start is a number of {option}, 0 or more")

    def at(self, clock: Clock) -> float:
        """The value after `clock.step` finished steps."""
        share = max(self.progress(clock), 0.0)
        return self.to if share >= 1 else self.from_ + (self.to - self.from_) * self.rise(share)

    def final(self) -> float:
        """The value `to`."""
        return self.to

    def progress(self, clock: Clock) -> float:
        """The share of the schedule that is over, in [0, ∞); below 0 before its start."""
        by_epoch = self.per == "epoch" or (self.per is None and self.epochs is not None)
        step = clock.epoch * clock.steps_per_epoch if by_epoch else clock.step
        first, last = self._span(clock.steps_per_epoch)
        return (step - first) / (last - first)

    def turns(self, steps_per_epoch: int) -> tuple[int, ...]:
        """The step at which it leaves `from`, and that at which it has reached `to`."""
        return self._span(steps_per_epoch)

    def _span(self, steps_per_epoch: int) -> tuple[int, int]:
        unit = 1 if self.epochs is None else steps_per_epoch
        return self.start * unit, (self.start + (self.epochs or self.steps or 1)) * unit

    @abstractmethod
    def rise(self, share: float) -> float:
        """How much of the way is done at a share of the time in [0, 1); it ends at 1."""
