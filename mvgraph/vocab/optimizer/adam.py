"""The optimizer `adam`."""

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
class Adam(Moments):
    """Adam: θ ← θ − lr · m̂ / (√v̂ + ε), with running moments m̂ of the gradient and v̂ of its square.

    Source: Kingma, Ba, Adam: a method for stochastic optimization (2015, arXiv 1412.6980).

    Arguments:
        lr: learning rate.
        betas: decay rates of the two moments.
        eps: added to the denominator ε.
        weight_decay: weight λ of the penalty λ‖θ‖²/2, added to the gradient.
        amsgrad: divide by the largest second moment so far (Reddi, Kale, Kumar, 2018, arXiv 1904.09237).

    Raises:
        SpecError: an option outside its range.

    >>> import torch
    >>> from mvgraph.vocab.optimizer import Optimizer
    >>> Optimizer.read({"adam": {"lr": 5.0e-4}})
    Adam(lr=0.0005)
    >>> Adam(lr=5e-4).build([torch.zeros(2, requires_grad=True)]).defaults["lr"]
    0.0005
    """

    word: ClassVar[str] = "adam"

    amsgrad: bool = False

    def build(self, parameters: Iterable[Tensor]) -> TorchOptimizer:
        """The torch optimizer over `parameters`."""
        return torch.optim.Adam(parameters, **asdict(self))
