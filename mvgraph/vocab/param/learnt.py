"""The param `learnt`: a number that training finds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from mvgraph.vocab.option import require
from mvgraph.vocab.param.base import Param


@dataclass(frozen=True, repr=False)
class Learnt(Param):
    """A number, or a table of numbers, that is trained with the model.

    Used for the weights of a generalised product of experts, a_m in R^d with init 1/M (Lawry Aguila, Jayme,
    Montaña-Brown, Heuveline, Altmann, Multi-view-AE, 2024, arXiv 2403.07456).

    Arguments:
        init: first value: a number, or a formula such as `1/M` over the number of views M.
        clamp: smallest and largest value; the number is kept between them after every step.
        per: `view` for one number a view, `dim` for one number a view and latent dimension; without it, one number.

    Raises:
        SpecError: a `clamp` that is not two ascending numbers, or an `init` outside it.

    >>> from mvgraph.vocab.param import Param
    >>> Param.read({"learnt": {"init": "1/M", "clamp": [0, 1], "per": "dim"}})
    Learnt(init='1/M', clamp=(0.0, 1.0), per='dim')
    """

    word: ClassVar[str] = "learnt"

    init: str | float = "1"
    clamp: tuple[float, float] | None = None
    per: Literal["dim", "view"] | None = None

    def __post_init__(self) -> None:
        low, high = self.clamp or (-math.inf, math.inf)
        require(low < high, "clamp", f"clamp [{low}, {high}]", "clamp is [smallest, largest], in this order")
        inside = isinstance(self.init, str) or low <= self.init <= high
        require(inside, "init", f"init {self.init} outside clamp [{low}, {high}]", "start between the two")
