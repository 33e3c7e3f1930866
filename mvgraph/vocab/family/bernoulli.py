"""The Bernoulli distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Params, Role, Shape, event_of, event_sum
from mvgraph.vocab.family.logits import Logits, binary_cdf, outside_unit

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributions import Distribution
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Bernoulli(Logits):
    """The Bernoulli distribution B(x; σ(l)) with independent entries and `logits` l.

    log p(x) = Σ [ x l − log(1 + eˡ) ], the negative binary cross-entropy. Grey values between 0 and 1 are scored by
    the same formula, as is usual for pictures; over [0, 1] it is not normalised (`continuous_bernoulli` is:
    Loaiza-Ganem & Cunningham 2019, arXiv 1907.06845).

    >>> import torch
    >>> Bernoulli.read("bernoulli").log_prob({"logits": torch.zeros(2)}, torch.tensor([[0.0, 1.0]]))  # -2 log 2
    tensor([-1.3863])
    """

    word: ClassVar[str] = "bernoulli"
    roles: ClassVar[frozenset[Role]] = frozenset({"likelihood"})
    has_cdf: ClassVar[bool] = True
    integral: ClassVar[bool] = True

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log B(x; σ(l)), summed over the last `dims` axes."""
        logits = params["logits"]
        density = value * logits + torch.nn.functional.logsigmoid(-logits)  # (*batch, *event)
        return event_sum(density, event_of(density, dims))

    def mean(self, params: Params) -> Tensor:
        """σ(l)."""
        return torch.sigmoid(params["logits"])

    def cdf(self, params: Params, value: Tensor) -> Tensor:
        """0 below 0, 1 − σ(l) below 1, else 1."""
        return binary_cdf(self.mean(params), value)

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """`torch.distributions.Bernoulli` with the event `shape`."""
        each = torch.distributions.Bernoulli(logits=params["logits"])
        return torch.distributions.Independent(each, len(shape))

    def invalid(self, value: Tensor) -> tuple[Tensor, str] | None:
        """Values outside [0, 1]."""
        return outside_unit(value)
