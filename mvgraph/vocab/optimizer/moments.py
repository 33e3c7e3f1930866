"""What the optimizers with two running moments of the gradient share."""

from __future__ import annotations

from dataclasses import dataclass

from mvgraph.vocab.optimizer.base import Optimizer
from mvgraph.vocab.optimizer.checks import check_amount, check_betas, check_rate


@dataclass(frozen=True, repr=False)
class Moments(Optimizer):
    """Base of Adam and its kin.

    Arguments:
        lr: learning rate.
        betas: decay rates of the two moments.
        eps: added to the denominator ε.
        weight_decay: weight λ of the penalty λ‖θ‖²/2, added to the gradient.

    Raises:
        SpecError: an option outside its range.
    """

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_rate(self.lr)
        check_betas(self.betas)
        check_amount("eps", self.eps)
        check_amount("weight_decay", self.weight_decay)
