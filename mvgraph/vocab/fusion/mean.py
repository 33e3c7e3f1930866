"""The mean of the experts' parameters."""

# ruff: noqa: ARG002 - every rule has the same arguments, used or not

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family import Params
from mvgraph.vocab.fusion.base import Fusion
from mvgraph.vocab.fusion.contraction import clean, in_use, over_sets

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Mean(Fusion):
    """The mean of the experts' parameters, Mean: μ = (1/|S|) Σ_{m in S} μ_m.

    Scales are averaged on the log scale, log σ = (1/|S|) Σ log σ_m: the mean of the networks' unconstrained outputs
    where `scale: exp` makes them, that is the geometric mean of the scales.

    >>> import torch
    >>> a = {"loc": torch.tensor([[0.0]]), "scale": torch.tensor([[1.0]])}
    >>> b = {"loc": torch.tensor([[2.0]]), "scale": torch.tensor([[4.0]])}
    >>> Mean().fuse([a, b])
    {'loc': tensor([[1.]]), 'scale': tensor([[2.]])}
    """

    word: ClassVar[str] = "mean"
    families: ClassVar[frozenset[str]] = frozenset({"normal", "laplace", "delta"})
    symbol: ClassVar[str] = "Mean"

    def fuse(self, experts: Sequence[Params], weights: Sequence[Tensor] | None = None) -> dict[str, Tensor]:
        """μ = (1/n) Σ μ_m, log σ = (1/n) Σ log σ_m."""
        fused = {"loc": torch.stack([e["loc"] for e in experts]).mean(0)}
        if "scale" in experts[0]:
            fused["scale"] = torch.stack([e["scale"].log() for e in experts]).mean(0).exp()
        return fused

    def fuse_all(
        self, experts: Params, masks: Tensor, prior: Params | None, prior_mask: Tensor | None, weights: Tensor | None
    ) -> dict[str, Tensor]:
        """The same for many sets, by one contraction; a set without experts gives location 0 and scale 1."""
        used = in_use(masks)
        parts = [clean(experts, used, "loc", 0.0)]  # (view, batch, dim)
        parts += [clean(experts, used, "scale", 1.0).log()] if "scale" in experts else []
        count = masks.sum(-1, keepdim=True).clamp(min=1)  # (set, batch, 1)
        means = (over_sets(masks, torch.cat(parts, -1)) / count).chunk(len(parts), -1)
        return {"loc": means[0]} | ({"scale": means[1].exp()} if "scale" in experts else {})
