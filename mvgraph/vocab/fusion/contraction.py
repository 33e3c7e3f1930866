"""Many evidence sets at once: what the fusion rules share."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

from mvgraph.deferring import defer
from mvgraph.vocab.family import Params

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


def precision_weighted(experts: Sequence[Params], precisions: Sequence[Tensor]) -> dict[str, Tensor]:
    """1/σ² = Σ τ_m and μ = σ² Σ τ_m μ_m, as the formula stands."""
    variance = 1.0 / reduce(torch.add, precisions)
    loc = variance * reduce(torch.add, [p * e["loc"] for p, e in zip(precisions, experts, strict=True)])
    return {"loc": loc, "scale": variance.sqrt()}


def in_use(masks: Tensor) -> Tensor:
    """Which experts any set uses, `(view, batch | 1, 1)`, from masks `(set, batch | 1, view)`."""
    return masks.any(0).transpose(0, 1).unsqueeze(-1)


def clean(experts: Params, used: Tensor, name: str, neutral: float) -> Tensor:
    """A stacked parameter with `neutral` where no set uses the expert.

    What stands there (a missing view's garbage, be it NaN) reaches neither value nor gradient.
    """
    return torch.where(used, experts[name], neutral)


def over_sets(masks: Tensor, summands: Tensor) -> Tensor:
    """Σ_{m in S} of summands `(view, batch, k)` for all sets S by one contraction: `(set, batch, k)`."""
    return torch.einsum("sbv,vbk->sbk", masks.to(summands.dtype), summands)


def product(
    experts: Params,
    masks: Tensor,
    prior: Params | None = None,
    prior_mask: Tensor | None = None,
    weights: Tensor | None = None,
) -> dict[str, Tensor]:
    """The product of normal experts, each to the power of its weight, for many evidence sets.

    Precisions are divided by the largest of their row and entry, log by log, before they are summed, so that no
    expert over- or underflows by itself; within one row and entry the variances of the experts in use may differ by
    a factor of 1e300 in float64 and 1e38 in float32. Arguments and results as in `Fusion.fuse_all`.
    """
    used = in_use(masks)  # (view, batch, 1)
    loc = clean(experts, used, "loc", 0.0)  # (view, batch, dim)
    precision = -2.0 * clean(experts, used, "scale", 1.0).log()
    shift = torch.where(used, precision.detach(), -torch.inf).amax(0)  # (batch, dim)
    if prior is not None and prior_mask is not None:
        own = -2.0 * prior["scale"].log()
        taken = prior_mask.any(0).unsqueeze(-1)  # (batch, 1)
        shift = torch.where(taken, torch.maximum(shift, own.detach()), shift)
    shift = torch.where(shift == -torch.inf, 0.0, shift)
    relative = torch.exp(torch.where(used, precision - shift, 0.0))
    relative = relative if weights is None else relative * weights.unsqueeze(1)
    moments = over_sets(masks, torch.cat([relative, relative * loc], -1))  # (set, batch, 2 dim)
    if prior is not None and prior_mask is not None:
        moments = moments + _prior_moments(prior["loc"], torch.where(taken, own - shift, 0.0), prior_mask)
    return _normal(moments, shift)


def _prior_moments(loc: Tensor, log_relative: Tensor, mask: Tensor) -> Tensor:
    relative = log_relative.exp()  # (batch, dim)
    return mask.to(relative.dtype).unsqueeze(-1) * torch.cat([relative, relative * loc], -1)


def _normal(moments: Tensor, shift: Tensor) -> dict[str, Tensor]:
    precision, moment = moments.chunk(2, -1)
    precision = torch.where(precision > 0, precision, 1.0)  # a set without experts
    return {"loc": moment / precision, "scale": torch.exp(-0.5 * shift) * precision.rsqrt()}
