"""The optimizer `adamax`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.optimizer.moments import Moments

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.optim import Optimizer as TorchOptimizer
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Adamax(Moments):
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
    >>> from mvgraph.vocab.optimizer import Optimizer
    >>> Optimizer.read({"adamax": {"lr": 5.0e-4}})
    Adamax(lr=0.0005)
    >>> Adamax(lr=5e-4).build([torch.zeros(2, requires_grad=True)]).defaults["lr"]
    0.0005
    """

    word: ClassVar[str] = "adamax"

    lr: float = 2e-3

    def build(self, parameters: Iterable[Tensor]) -> TorchOptimizer:
        """The torch optimizer over `parameters`."""
        return torch.optim.Adamax(parameters, **asdict(self))
