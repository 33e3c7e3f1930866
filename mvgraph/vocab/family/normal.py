"""The normal distribution."""

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

HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True, repr=False)
class Normal(LocationScale):
    """The normal distribution N(x; μ, σ²) with independent entries.

    log p(x) = −Σ [ ½ ((x − μ)/σ)² + log σ + ½ log 2π ], with `loc` μ and `scale` σ. Under `scale: exp` the raw
    tensor is the log-variance: σ = exp(raw/2) (Kingma & Welling 2014, arXiv 1312.6114, appendix C.2).

    Options: see `LocationScale`.

    >>> import torch
    >>> family = Normal.read("normal")
    >>> prior = family.constrain({}, (2,), "prior")
    >>> family.log_prob(prior, torch.zeros(3, 2))  # (row,): -log 2π
    tensor([-1.8379, -1.8379, -1.8379])
    >>> family.heads((2,), "expert")
    {'loc': (2,), 'raw_scale': (2,)}
    """

    word: ClassVar[str] = "normal"
    roles: ClassVar[frozenset[Role]] = frozenset({"prior", "expert", "likelihood", "auxiliary"})
    reparameterised: ClassVar[bool] = True
    exponent: ClassVar[float] = 0.5

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log N(x; μ, σ²), summed over the last `dims` axes."""
        z = (value - params["loc"]) / params["scale"]  # (*batch, *event)
        event = event_of(z, dims)
        constant = HALF_LOG_2PI * math.prod(event)
        return -0.5 * event_sum(z.square(), event) - event_sum(params["scale"].log(), event) - constant

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """`torch.distributions.Normal` with the event `shape`."""
        each = torch.distributions.Normal(params["loc"], params["scale"])
        return torch.distributions.Independent(each, len(shape))

    def rsample(self, params: Params, noise: Tensor) -> Tensor:
        """x = μ + σ ε with ε ~ N(0, 1)."""
        return params["loc"] + params["scale"] * noise
