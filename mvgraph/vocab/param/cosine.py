"""The schedule `cosine`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from mvgraph.vocab.param.ramp import Ramp


@dataclass(frozen=True, repr=False)
class Cosine(Ramp):
    """Half a cosine: `from + (to − from) · (1 − cos πt)/2` at the share t of the time; flat at both ends.

    Source: Loshchilov, Hutter, SGDR: stochastic gradient descent with warm restarts (2017, arXiv 1608.03983).

    Arguments: see `Ramp`.

    Raises:
        SpecError: no length, two lengths, or a length below 1.

    >>> from mvgraph.vocab.param import Clock
    >>> round(Cosine(from_=1.0, to=0.0, steps=4).at(Clock(step=1, steps_per_epoch=10)), 4)
    0.8536
    """

    word: ClassVar[str] = "cosine"

    def rise(self, share: float) -> float:
        """`(1 − cos πt)/2`."""
        return (1 - math.cos(math.pi * share)) / 2
