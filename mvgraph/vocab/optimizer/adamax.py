"""The optimizer `adamax`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.optimizer.base import Optimizer
from mvgraph.vocab.optimizer.checks import check_amount, check_betas, check_rate

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.optim import Optimizer as TorchOptimizer
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Adamax(Optimizer):
    """Adamax: Adam with the running maximum u of |gradient| in place of √v̂, θ ← θ − lr · m̂ / u.

    Source: Kingma, Ba, Adam: a method for stochastic optimization (2015, arXiv 1412.6980), section 7.1.

    Arguments:
        lr: learning rate.
        betas: decay rates of the two moments.
        eps: added to the denominator ε.
        weight_decay: weight λ of the penalty λ‖θ‖²/2, added to the gradient.

    Raises:
        SpecError: an option outside its range.

    >>> import torch
    >>> Optimizer.read({"adamax": {"lr": 5.0e-4}})
    Adamax(lr=0.0005)
    >>> Adamax(lr=5e-4).build([torch.zeros(2, requires_grad=True)]).defaults["lr"]
    0.0005
    """

    word: ClassVar[str] = "adamax"

    lr: float = 2e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_rate(self.lr)
        check_betas(self.betas)
        check_amount("eps", self.eps)
        check_amount("weight_decay", self.weight_decay)

    def build(self, parameters: Iterable[Tensor]) -> TorchOptimizer:
        """The torch optimizer over `parameters`."""
        return torch.optim.Adamax(
            parameters,
            lr=self.lr,
            betas=self.betas,
            eps=self.eps,
            weight_decay=self.weight_decay,
        )
