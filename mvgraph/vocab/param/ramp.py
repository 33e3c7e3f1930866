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
    """A schedule from `from` to `to` over a number of epochs or steps; afterwards it stays at `to`.

    The value after s finished steps is `from + (to − from) · rise(s / T)`, T the length in steps. Per epoch, s is
    the number of steps in finished epochs, so that the value changes only between epochs.

    Arguments:
        from_: the first value (`from` in YAML).
        to: the last value.
        epochs: length in epochs; give this or `steps`.
        steps: length in optimiser steps.
        per: `epoch` or `batch`: how often the value changes; without it, per epoch where the length is given in
            epochs and per batch where it is given in steps.
    """

    from_: float = 0.0
    to: float = 1.0
    epochs: int | None = None
    steps: int | None = None
    per: Literal["epoch", "batch"] | None = None

    def __post_init__(self) -> None:
        require(math.isfinite(self.from_), "from", f"a schedule from {self.from_}", "from is a finite number")
        require(math.isfinite(self.to), "to", f"a schedule to {self.to}", "to is a finite number")
        lengths = [(n, v) for n, v in (("epochs", self.epochs), ("steps", self.steps)) if v is not None]
        require(bool(lengths), "epochs", "a schedule without a length", "give epochs or steps")
        require(len(lengths) == 1, "steps", "a schedule with two lengths", "give either epochs or steps, not both")
        option, length = lengths[0]
        require(length > 0, option, f"a schedule of {length} {option}", f"{option} is 1 or more")

    def at(self, clock: Clock) -> float:
        """The value after `clock.step` finished steps."""
        share = self.progress(clock)
        return self.to if share >= 1 else self.from_ + (self.to - self.from_) * self.rise(share)

    def final(self) -> float:
        """The value `to`."""
        return self.to

    def progress(self, clock: Clock) -> float:
        """The share of the schedule that is over, in [0, ∞)."""
        by_epoch = self.per == "epoch" or (self.per is None and self.epochs is not None)
        step = clock.epoch * clock.steps_per_epoch if by_epoch else clock.step
        length = self.steps if self.epochs is None else self.epochs * clock.steps_per_epoch
        return step / length if length else 1.0

    @abstractmethod
    def rise(self, share: float) -> float:
        """How much of the way is done at a share of the time in [0, 1); it ends at 1."""
