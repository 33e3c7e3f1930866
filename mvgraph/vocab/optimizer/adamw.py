"""The optimizer `adamw`."""

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
class AdamW(Moments):
    """AdamW: Adam with the weight decay apart from the gradient, θ ← θ − lr · (m̂ / (√v̂ + ε) + λ θ).

    Source: Loshchilov, Hutter, Decoupled weight decay regularization (2019, arXiv 1711.05101).

    Arguments:
        lr: learning rate.
        betas: decay rates of the two moments.
        eps: added to the denominator ε.
        weight_decay: share of θ, times lr, that every step takes away, apart from the gradient.
        amsgrad: divide by the largest second moment so far (Reddi, Kale, Kumar, 2018, arXiv 1904.09237).

    Raises:
        SpecError: an option outside its range.

    >>> import torch
    >>> from mvgraph.vocab.optimizer import Optimizer
    >>> Optimizer.read({"adamw": {"lr": 5.0e-4}})
    AdamW(lr=0.0005)
    >>> AdamW(lr=5e-4).build([torch.zeros(2, requires_grad=True)]).defaults["lr"]
    0.0005
    """

    word: ClassVar[str] = "adamw"

    weight_decay: float = 1e-2
    amsgrad: bool = False

    def build(self, parameters: Iterable[Tensor]) -> TorchOptimizer:
        """The torch optimizer over `parameters`."""
        return torch.optim.AdamW(parameters, **asdict(self))
