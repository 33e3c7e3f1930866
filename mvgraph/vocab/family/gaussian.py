"""The Gaussian density and its draws, whatever makes the location and the scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Family, Params, Shape, event_of, event_sum

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributions import Distribution
else:
    torch = defer("torch")

HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True, repr=False)
class Gaussian(Family):
    """Base of families N(x; μ, σ²) with independent entries, `loc` μ and `scale` σ."""

    reparameterised: ClassVar[bool] = True
    has_entropy: ClassVar[bool] = True
    has_cdf: ClassVar[bool] = True

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log N(x; μ, σ²), summed over the last `dims` axes."""
        z = (value - params["loc"]) / params["scale"]  # (*batch, *event)
        event = event_of(z, dims)
        constant = HALF_LOG_2PI * math.prod(event)
        return -0.5 * event_sum(z.square(), event) - event_sum(params["scale"].log(), event) - constant

    def mean(self, params: Params) -> Tensor:
        """E[x] = μ."""
        return params["loc"]

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """`torch.distributions.Normal` with the event `shape`."""
        each = torch.distributions.Normal(params["loc"], params["scale"])
        return torch.distributions.Independent(each, len(shape))

    def cdf(self, params: Params, value: Tensor) -> Tensor:
        """Φ((x − μ)/σ)."""
        below: Tensor = torch.special.ndtr((value - params["loc"]) / params["scale"])
        return below

    def rsample(self, params: Params, noise: Tensor) -> Tensor:
        """x = μ + σ ε with ε ~ N(0, 1)."""
        return params["loc"] + params["scale"] * noise

    def entropy(self, params: Params) -> Tensor:
        """H = Σ [ log σ + ½ log 2πe ]."""
        return (params["scale"].log() + HALF_LOG_2PI + 0.5).sum(-1)
