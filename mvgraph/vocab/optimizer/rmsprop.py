"""The optimizer `rmsprop`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.optimizer.base import Optimizer
from mvgraph.vocab.optimizer.checks import check_amount, check_rate, check_share

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.optim import Optimizer as TorchOptimizer
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class RMSprop(Optimizer):
    """RMSprop: θ ← θ − lr · g / (√v + ε), with a running mean v of the squared gradient.

    Source: Tieleman, Hinton, Lecture 6.5: RMSProp, Neural networks for machine learning (2012).

    Arguments:
        lr: learning rate.
        alpha: decay rate of the second moment.
        eps: added to the denominator ε.
        weight_decay: weight λ of the penalty λ‖θ‖²/2, added to the gradient.
        momentum: share of the last step that is kept.
        centered: divide by the standard deviation of the gradient instead of its root mean square.

    Raises:
        SpecError: an option outside its range.

    >>> import torch
    >>> Optimizer.read({"rmsprop": {"lr": 5.0e-4}})
    RMSprop(lr=0.0005)
    >>> RMSprop(lr=5e-4).build([torch.zeros(2, requires_grad=True)]).defaults["lr"]
    0.0005
    """

    word: ClassVar[str] = "rmsprop"

    lr: float = 1e-3
    alpha: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum: float = 0.0
    centered: bool = False

    def __post_init__(self) -> None:
        check_rate(self.lr)
        check_share("alpha", self.alpha)
        check_amount("eps", self.eps)
        check_amount("weight_decay", self.weight_decay)
        check_share("momentum", self.momentum)

    def build(self, parameters: Iterable[Tensor]) -> TorchOptimizer:
        """The torch optimizer over `parameters`."""
        return torch.optim.RMSprop(
            parameters,
            lr=self.lr,
            alpha=self.alpha,
            eps=self.eps,
            weight_decay=self.weight_decay,
            momentum=self.momentum,
            centered=self.centered,
        )
