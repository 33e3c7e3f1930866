"""Kullback–Leibler divergences in closed form: one function for each pair of families."""

# ruff: noqa: ARG001 - every divergence has the same arguments, used or not

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import ClosedKL, Family, Params, softplus
from mvgraph.vocab.family.dropout_normal import LEAST, DropoutNormal
from mvgraph.vocab.family.laplace import Laplace
from mvgraph.vocab.family.log_uniform import LogUniform
from mvgraph.vocab.family.normal import Normal

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


def normal_normal(of: Params, to: Params) -> Tensor:
    """KL( N(μ₀, σ₀²) ‖ N(μ₁, σ₁²) ).

    ½ Σ [ (σ₀/σ₁)² + ((μ₀ − μ₁)/σ₁)² − 1 − 2 log(σ₀/σ₁) ] (Kingma & Welling 2014, arXiv 1312.6114, appendix B).

    >>> import torch
    >>> one, unit = torch.ones(1), {"loc": torch.zeros(1), "scale": torch.ones(1)}
    >>> normal_normal({"loc": one, "scale": one}, unit)
    tensor(0.5000)
    """
    ratio = of["scale"] / to["scale"]
    distance = (of["loc"] - to["loc"]) / to["scale"]
    return (0.5 * (ratio.square() + distance.square() - 1.0) - ratio.log()).sum(-1)


def laplace_laplace(of: Params, to: Params) -> Tensor:
    """KL( La(μ₀, b₀) ‖ La(μ₁, b₁) ).

    Σ [ log b₁/b₀ + (b₀ exp(−|Δ|/b₀) + |Δ|)/b₁ − 1 ] with Δ = μ₀ − μ₁ (Gil, Alajaji & Linder 2013, Information
    Sciences 249).

    >>> import torch
    >>> one, unit = torch.ones(1), {"loc": torch.zeros(1), "scale": torch.ones(1)}
    >>> laplace_laplace({"loc": one, "scale": one}, unit)  # exp(-1)
    tensor(0.3679)
    """
    distance = (of["loc"] - to["loc"]).abs()
    absolute = of["scale"] * torch.exp(-distance / of["scale"]) + distance  # E|x − μ₁|
    return (absolute / to["scale"] - 1.0 - (of["scale"] / to["scale"]).log()).sum(-1)


def normal_laplace(of: Params, to: Params) -> Tensor:
    """KL( N(μ₀, σ²) ‖ La(μ₁, b) ).

    Σ [ log 2b + E|x − μ₁|/b − ½ log 2πeσ² ], where |x − μ₁| is folded normal: its mean is
    σ √(2/π) exp(−Δ²/2σ²) + Δ erf(Δ/σ√2) with Δ = μ₀ − μ₁ (Leone, Nelson & Nottingham 1961, Technometrics 3).

    >>> import torch
    >>> unit = {"loc": torch.zeros(1), "scale": torch.ones(1)}
    >>> normal_laplace(unit, unit)  # log 2 + √(2/π) - ½ log 2πe
    tensor(0.0721)
    """
    z = (of["loc"] - to["loc"]) / of["scale"]
    folded = math.sqrt(2.0 / math.pi) * torch.exp(-0.5 * z.square()) + z * torch.erf(z / math.sqrt(2.0))
    ratio = of["scale"] / to["scale"]
    return (ratio * folded - ratio.log() + math.log(2.0) - 0.5 * math.log(2.0 * math.pi * math.e)).sum(-1)


def laplace_normal(of: Params, to: Params) -> Tensor:
    """KL( La(μ₀, b) ‖ N(μ₁, σ²) ).

    Σ [ ½ log 2πσ² + (2b² + Δ²)/2σ² − 1 − log 2b ] with Δ = μ₀ − μ₁: the variance of a Laplace is 2b², its entropy
    1 + log 2b (Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions 2, chapter 24).

    >>> import torch
    >>> unit = {"loc": torch.zeros(1), "scale": torch.ones(1)}
    >>> laplace_normal(unit, unit)  # ½ log 2π - log 2
    tensor(0.2258)
    """
    ratio = of["scale"] / to["scale"]
    distance = (of["loc"] - to["loc"]) / to["scale"]
    constant = 0.5 * math.log(2.0 * math.pi) - 1.0 - math.log(2.0)
    return (ratio.square() + 0.5 * distance.square() - ratio.log() + constant).sum(-1)


def normal_log_uniform(of: Params, to: Params) -> Tensor:
    """KL( N(μ, σ²) ‖ log-uniform ), approximately and up to a constant: the prior is improper.

    Σ [ k₁ (1 − s(k₂ + k₃ log α)) + ½ log(1 + 1/α) ] with α = σ²/μ², s the logistic function and k = (0.63576, 1.8732,
    1.48695): a fit of Molchanov, Ashukha & Vetrov 2017 (arXiv 1701.05369, equation 14) that is 0 for α → ∞. It is
    less than 0.01 an entry away from ½ E[ψ(½ + J) − ψ(½)], J ~ Poisson(1/2α), which is exact.

    >>> import torch
    >>> one = torch.ones(1)
    >>> normal_log_uniform({"loc": one, "scale": one}, {})
    tensor(0.4312)
    """
    log_alpha = 2.0 * (of["scale"].log() - torch.log(of["loc"].abs() + LEAST))
    k1, k2, k3 = FIT
    return (k1 * torch.sigmoid(-k2 - k3 * log_alpha) + 0.5 * softplus(-log_alpha)).sum(-1)


FIT = (0.63576, 1.8732, 1.48695)
GAUSSIAN: tuple[type[Family], ...] = (Normal, DropoutNormal)
TABLE: dict[tuple[type[Family], type[Family]], ClosedKL] = {
    **{(of, to): normal_normal for of in GAUSSIAN for to in GAUSSIAN},
    **{(of, Laplace): normal_laplace for of in GAUSSIAN},
    **{(Laplace, to): laplace_normal for to in GAUSSIAN},
    **{(of, LogUniform): normal_log_uniform for of in GAUSSIAN},
    (Laplace, Laplace): laplace_laplace,
}
FITTED: dict[ClosedKL, str] = {normal_log_uniform: "the fit of Molchanov, Ashukha & Vetrov 2017, arXiv 1701.05369"}


def closed_kl(of: Family, to: Family) -> ClosedKL | None:
    """KL(of ‖ to) as a function of both parameters, summed over the last axis; None where no closed form is known.

    The function broadcasts over all axes before the last: `(*batch, dim)` and `(*batch, dim)` to `(*batch,)`.
    Pairs of the table come first, then `of.kl_to(to)`, then `to.kl_from(of)`: a new family answers in its own file.

    >>> closed_kl(Family.read("normal"), Family.read("laplace")).__name__
    'normal_laplace'
    >>> closed_kl(Family.read("delta"), Family.read("normal")) is None
    True
    """
    return TABLE.get((type(of), type(to))) or of.kl_to(to) or to.kl_from(of)
