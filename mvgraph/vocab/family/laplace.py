"""The Laplace distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Params, Role, Shape, event_of, event_sum
from mvgraph.vocab.family.location_scale import LocationScale

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributions import Distribution
else:
    torch = defer("torch")

LOG_2 = math.log(2.0)


@dataclass(frozen=True, repr=False)
class Laplace(LocationScale):
    """The Laplace distribution La(x; μ, b) with independent entries.

    log p(x) = −Σ [ |x − μ|/b + log 2b ], with `loc` μ and `scale` b. Under `scale: exp` the raw tensor is log b;
    `scale: softmax` is that of MMVAE (Shi et al. 2019, arXiv 1911.03393).

    Options: see `LocationScale`.

    >>> import torch
    >>> family = Laplace.read({"laplace": {"scale": "softmax", "learnt": ["scale"]}})
    >>> prior = family.constrain(family.free((4,), "prior"), (4,), "prior")
    >>> prior["scale"]
    tensor([1., 1., 1., 1.])
    >>> family.log_prob(prior, torch.ones(4))  # -4 (1 + log 2)
    tensor(-6.7726)
    """

    word: ClassVar[str] = "laplace"
    roles: ClassVar[frozenset[Role]] = frozenset({"prior", "expert", "likelihood", "auxiliary"})
    reparameterised: ClassVar[bool] = True
    has_entropy: ClassVar[bool] = True
    has_cdf: ClassVar[bool] = True

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log La(x; μ, b), summed over the last `dims` axes."""
        z = ((value - params["loc"]) / params["scale"]).abs()  # (*batch, *event)
        event = event_of(z, dims)
        return -event_sum(z, event) - event_sum(params["scale"].log(), event) - LOG_2 * math.prod(event)

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """`torch.distributions.Laplace` with the event `shape`."""
        each = torch.distributions.Laplace(params["loc"], params["scale"])
        return torch.distributions.Independent(each, len(shape))

    def cdf(self, params: Params, value: Tensor) -> Tensor:
        """½ + ½ sign(z)(1 − exp(−|z|)) at z = (x − μ)/b."""
        z = (value - params["loc"]) / params["scale"]
        return 0.5 - 0.5 * z.sign() * torch.expm1(-z.abs())

    def noise(self, shape: Shape, generator: torch.Generator | None, like: Tensor) -> Tensor:
        """ε uniform in the open interval (−½, ½): both ends are kept out, where the draw would be infinite."""
        unit = like.new_empty(shape).uniform_(generator=generator)
        end = 0.5 - torch.finfo(like.dtype).eps
        return (unit - 0.5).clamp(-end, end)

    def rsample(self, params: Params, noise: Tensor) -> Tensor:
        """x = μ − b sign(ε) log(1 − 2|ε|) with ε ~ U(−½, ½)."""
        return params["loc"] - params["scale"] * (noise.sign() * torch.log1p(-2.0 * noise.abs()))

    def entropy(self, params: Params) -> Tensor:
        """H = Σ [ log 2b + 1 ]."""
        return (params["scale"].log() + LOG_2 + 1.0).sum(-1)
