"""The negative binomial distribution."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Params, Role, Shape, event_of, event_sum
from mvgraph.vocab.family.counts import Counts

if TYPE_CHECKING:
    import torch
    from scipy import special
    from torch import Tensor
    from torch.distributions import Distribution
else:
    special = defer("scipy.special")
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class NegativeBinomial(Counts):
    """The negative binomial distribution NB(x; μ, θ): counts of mean μ and variance μ + μ²/θ, independent entries.

    log p(x) = Σ [ log Γ(x + θ) − log Γ(θ) − log x! + θ log(θ/(θ + μ)) + x log(μ/(θ + μ)) ] (Lopez, Regier, Cole,
    Jordan & Yosef 2018, Nature Methods 15). The network makes μ; θ is learnt, one for each entry, the same for all
    rows. Parameters: `log_rate` log μ and `log_dispersion` log θ.

    Options:
        rate: `exp` or `softplus` of the raw output is μ.
        init: log θ that learning starts from.

    >>> import torch
    >>> family = NegativeBinomial.read("negative_binomial")
    >>> raw = {"raw_rate": torch.zeros(1, 1), **family.free((1,), "likelihood")}
    >>> family.log_prob(family.constrain(raw, (1,), "likelihood"), torch.zeros(1, 1))  # geometric: log ½
    tensor([-0.6931])
    """

    word: ClassVar[str] = "negative_binomial"

    init: float = 0.0

    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """`raw_rate`."""
        return {"raw_rate": shape}

    def free(self, shape: Shape, role: Role) -> dict[str, Tensor]:
        """`log_dispersion`, one for each entry."""
        return {"log_dispersion": torch.full(shape, self.init)}

    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """`log_rate` and `log_dispersion`."""
        return {"log_rate": self.log_rate(raw["raw_rate"]), "log_dispersion": raw["log_dispersion"]}

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log NB(x; μ, θ), summed over the last `dims` axes."""
        log_rate, log_theta = params["log_rate"], params["log_dispersion"]
        theta = log_theta.exp()
        total = torch.logaddexp(log_rate, log_theta)  # log(μ + θ)
        fit = theta * (log_theta - total) + value * (log_rate - total)  # (*batch, *event)
        event = event_of(fit, dims)
        choose = torch.lgamma(value + theta) - torch.lgamma(value + 1.0)
        return event_sum(fit, event) + event_sum(choose, event) - event_sum(torch.lgamma(theta), event)

    def cdf(self, params: Params, value: Tensor) -> Tensor:
        """The regularised incomplete beta function I_p(θ, ⌊x⌋ + 1) at p = θ/(θ + μ); no gradient flows through it."""
        rate, theta = params["log_rate"].exp(), params["log_dispersion"].exp()
        order, count = torch.broadcast_tensors(theta, value.floor().clamp_min(0.0) + 1.0)
        arguments = (t.numpy(force=True) for t in (order, count, theta / (theta + rate)))
        return torch.where(value < 0, 0.0, torch.as_tensor(special.betainc(*arguments)).to(rate))

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """`torch.distributions.NegativeBinomial` with the event `shape`."""
        log_rate = params["log_rate"]
        log_theta = params["log_dispersion"].expand_as(log_rate)
        each = torch.distributions.NegativeBinomial(log_theta.exp(), logits=log_rate - log_theta)
        return torch.distributions.Independent(each, len(shape))
