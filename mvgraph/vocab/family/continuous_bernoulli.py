"""The continuous Bernoulli distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Params, Role, Shape, event_of, event_sum
from mvgraph.vocab.family.logits import Logits, outside_unit

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributions import Distribution
else:
    torch = defer("torch")

NEAR = 0.1  # half-logits closer to 0 than this use the Taylor series, exact to 1e-15 there


def log_sinhc(half: Tensor) -> Tensor:
    """log( sinh(a)/a ), even in a and finite everywhere.

    Near 0 the series a²/6 − a⁴/180 + a⁶/2835 − a⁸/37800; elsewhere |a| + log(1 − exp(−2|a|)) − log 2|a|.
    """
    size = half.abs()
    s = size.clamp(max=NEAR).square()
    near = s * (1 / 6 - s * (1 / 180 - s * (1 / 2835 - s / 37800)))
    far = size.clamp(min=NEAR)
    far = far + torch.log(-torch.expm1(-2.0 * far)) - torch.log(2.0 * far)
    return torch.where(size < NEAR, near, far)


def langevin(half: Tensor) -> Tensor:
    """coth(a) − 1/a, the derivative of `log_sinhc`; near 0 the series a/3 − a³/45 + 2a⁵/945 − a⁷/4725 + 2a⁹/93555."""
    inside = half.clamp(-NEAR, NEAR)
    s = inside.square()
    near = inside * (1 / 3 - s * (1 / 45 - s * (2 / 945 - s * (1 / 4725 - s * (2 / 93555)))))
    far = torch.where(half.abs() < NEAR, torch.full_like(half, NEAR), half)
    return torch.where(half.abs() < NEAR, near, 1.0 / torch.tanh(far) - 1.0 / far)


@dataclass(frozen=True, repr=False)
class ContinuousBernoulli(Logits):
    """The continuous Bernoulli distribution CB(x; λ) on [0, 1] with independent entries and `logits` l = logit λ.

    log p(x) = Σ [ x l − log((eˡ − 1)/l) ]: the binary cross-entropy with the constant that makes it a density
    (Loaiza-Ganem & Cunningham 2019, arXiv 1907.06845). The constant is written as l/2 + log(sinh(l/2)/(l/2)), stable
    at λ = ½.

    >>> import torch
    >>> family = ContinuousBernoulli.read("continuous_bernoulli")
    >>> family.log_prob({"logits": torch.zeros(2)}, torch.tensor([[0.2, 0.7]]))  # uniform
    tensor([0.])
    """

    word: ClassVar[str] = "continuous_bernoulli"
    roles: ClassVar[frozenset[Role]] = frozenset({"likelihood"})
    has_cdf: ClassVar[bool] = True

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log CB(x; σ(l)), summed over the last `dims` axes."""
        logits = params["logits"]
        density = (value - 0.5) * logits - log_sinhc(0.5 * logits)  # (*batch, *event)
        return event_sum(density, event_of(density, dims))

    def mean(self, params: Params) -> Tensor:
        """E[x] = ½ + ½ (coth(l/2) − 2/l)."""
        return 0.5 + 0.5 * langevin(0.5 * params["logits"])

    def cdf(self, params: Params, value: Tensor) -> Tensor:
        """(eˡˣ − 1)/(eˡ − 1) for x in [0, 1], written with exp(−|l|) so that it is finite; x itself where l is 0."""
        logits, inside = torch.broadcast_tensors(params["logits"], value.clamp(0.0, 1.0))
        flat, rising = logits == 0, logits > 0
        size = torch.where(flat, 1.0, logits.abs())
        tail = torch.expm1(-size * torch.where(rising, 1.0 - inside, inside)) / torch.expm1(-size)
        return torch.where(flat, inside, torch.where(rising, 1.0 - tail, tail))

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """`torch.distributions.ContinuousBernoulli` with the event `shape`."""
        each = torch.distributions.ContinuousBernoulli(logits=params["logits"])
        return torch.distributions.Independent(each, len(shape))

    def invalid(self, value: Tensor) -> tuple[Tensor, str] | None:
        """Values outside [0, 1]."""
        return outside_unit(value)
