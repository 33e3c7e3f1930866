"""The log-uniform prior."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.errors import UsageError
from mvgraph.vocab.family.base import Family, Params, Role, Shape, event_of, event_sum

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributions import Distribution
else:
    torch = defer("torch")

EULER = 0.5772156649015329
OFFSET = -0.5 * (1.0 + math.log(2.0 * math.pi)) - 0.5 * (EULER + math.log(2.0))  # KL(N(μ, αμ²) ‖ ·) → 0 for α → ∞
IMPROPER = "'log_uniform' is improper, its integral is infinite"


@dataclass(frozen=True, repr=False)
class LogUniform(Family):
    """The log-uniform prior p(x) ∝ Π 1/|x|: flat on the scale log |x|, so that no size of an entry is preferred.

    It is improper: its integral is infinite, it cannot be drawn from, and densities under it (log p(X) among them) are
    known up to a factor only. The factor is chosen such that KL(N(μ, αμ²) ‖ p) goes to 0 for α → ∞:
    log p(x) = −Σ [ log |x| + ½ log 4πe + ½ γ ], γ being Euler's constant (Kingma, Salimans & Welling 2015, arXiv
    1506.02557; Molchanov, Ashukha & Vetrov 2017, arXiv 1701.05369).

    >>> import torch
    >>> family = LogUniform.read("log_uniform")
    >>> family.log_prob({}, torch.tensor([2.0])) - family.log_prob({}, torch.tensor([4.0]))  # log 2
    tensor(0.6931)
    """

    word: ClassVar[str] = "log_uniform"
    roles: ClassVar[frozenset[Role]] = frozenset({"prior"})
    is_density: ClassVar[bool] = False
    improper: ClassVar[bool] = True

    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """None: it has no parameters."""
        return {}

    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """None."""
        return {}

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """−Σ log |x| and its constant, over the last `dims` axes; of 0 that of the least positive number."""
        size = value.abs().clamp_min(torch.finfo(value.dtype).tiny)
        event = event_of(value, dims)
        return OFFSET * math.prod(event) - event_sum(size.log(), event)

    def mean(self, params: Params) -> Tensor:
        """Undefined.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{IMPROPER}: it has no mean")

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """Undefined.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{IMPROPER}: it is no distribution")

    def rsample(self, params: Params, noise: Tensor) -> Tensor:
        """Undefined.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{IMPROPER}: it cannot be drawn from")
