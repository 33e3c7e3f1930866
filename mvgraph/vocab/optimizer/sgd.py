"""The optimizer `sgd`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.optimizer.base import Optimizer
from mvgraph.vocab.optimizer.checks import check_amount, check_rate, check_share
from mvgraph.vocab.option import require

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.optim import Optimizer as TorchOptimizer
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class SGD(Optimizer):
    """Stochastic gradient descent with momentum: b ← momentum · b + g, θ ← θ − lr · b.

    Source: Sutskever, Martens, Dahl, Hinton, On the importance of initialization and momentum in deep learning
    (2013, ICML).

    Arguments:
        lr: learning rate.
        momentum: share of the last step that is kept.
        nesterov: take the gradient where momentum leads to; needs `momentum` above 0.
        weight_decay: weight λ of the penalty λ‖θ‖²/2, added to the gradient.

    Raises:
        SpecError: an option outside its range.

    >>> import torch
    >>> Optimizer.read({"sgd": {"lr": 5.0e-4}})
    SGD(lr=0.0005)
    >>> SGD(lr=5e-4).build([torch.zeros(2, requires_grad=True)]).defaults["lr"]
    0.0005
    """

    word: ClassVar[str] = "sgd"

    lr: float = 1e-3
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_rate(self.lr)
        check_share("momentum", self.momentum)
        check_amount("weight_decay", self.weight_decay)
        require(
            not self.nesterov or self.momentum > 0, "nesterov", "nesterov without momentum", "set momentum, e.g. 0.9"
        )

    def build(self, parameters: Iterable[Tensor]) -> TorchOptimizer:
        """The torch optimizer over `parameters`."""
        return torch.optim.SGD(
            parameters,
            lr=self.lr,
            momentum=self.momentum,
            nesterov=self.nesterov,
            weight_decay=self.weight_decay,
        )
