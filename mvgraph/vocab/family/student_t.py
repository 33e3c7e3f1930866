"""Student's t distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Params, Role, Shape, event_of, event_sum
from mvgraph.vocab.family.location_scale import LocationScale
from mvgraph.vocab.option import require

if TYPE_CHECKING:
    import torch
    from scipy import special
    from torch import Tensor
    from torch.distributions import Distribution
else:
    special = defer("scipy.special")
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class StudentT(LocationScale):
    """Student's t distribution t(x; ν, μ, s) with independent entries: a normal with heavy tails.

    log p(x) = Σ [ log Γ((ν+1)/2) − log Γ(ν/2) − ½ log πν − log s − (ν+1)/2 log(1 + ((x − μ)/s)²/ν) ], with `loc` μ and
    `scale` s (Lange, Little & Taylor 1989, JASA 84). Under `scale: exp` the raw tensor is log s.

    Options: see `LocationScale`, and
        df: the degrees of freedom ν, fixed.

    Raises:
        SpecError: a df that is not positive.

    >>> import torch
    >>> family = StudentT.read({"student_t": {"df": 1.0}})
    >>> family.log_prob({"loc": torch.zeros(1), "scale": torch.ones(1)}, torch.zeros(1))  # Cauchy: -log π
    tensor(-1.1447)
    """

    word: ClassVar[str] = "student_t"
    roles: ClassVar[frozenset[Role]] = frozenset({"likelihood"})
    has_cdf: ClassVar[bool] = True

    df: float = 4.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.df > 0, "df", f"degrees of freedom {self.df}", "degrees of freedom are above 0")

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log t(x; ν, μ, s), summed over the last `dims` axes."""
        z = (value - params["loc"]) / params["scale"]  # (*batch, *event)
        event, half = event_of(z, dims), 0.5 * (self.df + 1.0)
        constant = math.lgamma(half) - math.lgamma(0.5 * self.df) - 0.5 * math.log(math.pi * self.df)
        tail = half * event_sum(torch.log1p(z.square() / self.df), event)
        return constant * math.prod(event) - tail - event_sum(params["scale"].log(), event)

    def cdf(self, params: Params, value: Tensor) -> Tensor:
        """F(z) of the standard t(ν) at z = (x − μ)/s; no gradient flows through it."""
        z = (value - params["loc"]) / params["scale"]
        return torch.as_tensor(special.stdtr(self.df, z.numpy(force=True))).to(z)

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """`torch.distributions.StudentT` with the event `shape`."""
        each = torch.distributions.StudentT(self.df, params["loc"], params["scale"])
        return torch.distributions.Independent(each, len(shape))
