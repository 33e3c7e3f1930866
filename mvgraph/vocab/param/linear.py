"""The schedule `linear`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mvgraph.vocab.param.ramp import Ramp


@dataclass(frozen=True, repr=False)
class Linear(Ramp):
    """A straight line: `from + (to − from) · t` at the share t of the time; the usual KL warm-up.

    Source: Bowman, Vilnis, Vinyals, Dai, Jozefowicz, Bengio, Generating sentences from a continuous space
    (2016, arXiv 1511.06349).

    Arguments: see `Ramp`.

    Raises:
        SpecError: no length, two lengths, or a length below 1.

    >>> from mvgraph.vocab.param import Clock, Param
    >>> warm = Param.read({"linear": {"from": 0, "to": 1, "epochs": 200}})
    >>> warm.at(Clock(step=1050, steps_per_epoch=10))
    0.525
    """

    word: ClassVar[str] = "linear"

    def rise(self, share: float) -> float:
        """The share itself."""
        return share
