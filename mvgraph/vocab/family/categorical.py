"""The categorical distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.errors import DataError
from mvgraph.tracing import known
from mvgraph.vocab.family.base import Params, Role, Shape, event_of, event_sum
from mvgraph.vocab.family.logits import Logits, binary_cdf, outside_unit

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributions import Distribution
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Categorical(Logits):
    """The categorical distribution over the last axis of the shape, with `logits` l.

    log p(x) = Σ_k x_k (l_k − log Σ_j exp l_j), where x is one-hot, summed over all further axes of the event too
    (a text of 8 letters from an alphabet of 71 has the shape `[8, 71]`).

    >>> import torch
    >>> family = Categorical.read("categorical")
    >>> family.prepare(torch.tensor([2, 0]), (3,))
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    >>> family.log_prob({"logits": torch.zeros(3)}, family.prepare(torch.tensor([2, 0]), (3,)))  # -log 3
    tensor([-1.0986, -1.0986])
    """

    word: ClassVar[str] = "categorical"
    roles: ClassVar[frozenset[Role]] = frozenset({"likelihood"})
    has_cdf: ClassVar[bool] = True
    integral: ClassVar[bool] = True
    discrete: ClassVar[bool] = True

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log p(x) of one-hot values, summed over the last `dims` axes."""
        density = value * torch.log_softmax(params["logits"], -1)  # (*batch, *event)
        return event_sum(density, event_of(density, dims))

    def mean(self, params: Params) -> Tensor:
        """The class probabilities softmax(l)."""
        return torch.softmax(params["logits"], -1)

    def cdf(self, params: Params, value: Tensor) -> Tensor:
        """Of each entry of the one-hot row: 0 below 0, 1 − softmax(l) below 1, else 1."""
        return binary_cdf(self.mean(params), value)

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """`torch.distributions.OneHotCategorical` with the event `shape`."""
        each = torch.distributions.OneHotCategorical(logits=params["logits"])
        return torch.distributions.Independent(each, len(shape) - 1)

    def prepare(self, value: Tensor, shape: Shape) -> Tensor:
        """One-hot rows `(n, *shape)` in the default dtype.

        Arguments:
            value: class numbers `(n, *shape[:-1])` of a whole-number dtype, or one-hot rows `(n, *shape)`.
            shape: the shape of the view; its last entry is the number of classes K.

        Raises:
            DataError: a class number outside 0 to K − 1, or a tensor of neither shape.
        """
        if value.is_floating_point():
            return value
        if tuple(value.shape[1:]) == shape:
            return value.to(torch.get_default_dtype())
        if tuple(value.shape[1:]) != shape[:-1]:
            expected = f"class numbers {('n', *shape[:-1])} or one-hot rows {('n', *shape)}"
            raise DataError(f"expected {expected}, found the shape {tuple(value.shape)}")
        _check(value, shape[-1])
        return (value[..., None] == torch.arange(shape[-1], device=value.device)).to(torch.get_default_dtype())

    def invalid(self, value: Tensor) -> tuple[Tensor, str] | None:
        """Entries outside [0, 1], and rows that do not sum to 1."""
        apart = ~((value.sum(-1, keepdim=True) - 1).abs() <= 1e-4)
        return outside_unit(value)[0] | apart, "one-hot rows: entries from 0 to 1 that sum to 1"


def _check(classes: Tensor, count: int) -> None:
    if known(((classes >= 0) & (classes < count)).all(), unknown=True):
        return
    first = tuple(((classes < 0) | (classes >= count)).nonzero()[0].tolist())
    value = int(classes[first])
    raise DataError(f"row {first[0]} (counted from 0): the class {value} is not one of 0 to {count - 1}")
