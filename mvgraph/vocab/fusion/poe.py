"""The product of experts."""

# ruff: noqa: ARG002 - every rule has the same arguments, used or not

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.vocab.family import Params
from mvgraph.vocab.fusion.base import Fusion
from mvgraph.vocab.fusion.contraction import precision_weighted, product

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, repr=False)
class PoE(Fusion):
    """The product of experts, PoE: q(z | x_S) ∝ Π_{m in S} q(z | x_m), times p(z) where the prior is an expert.

    For normal experts the precisions add: 1/σ² = Σ 1/σ_m² and μ = σ² Σ μ_m/σ_m² (Hinton 2002, Neural Computation 14;
    Wu & Goodman 2018, arXiv 1802.05335).

    >>> import torch
    >>> expert = {"loc": torch.tensor([[3.0]]), "scale": torch.tensor([[1.0]])}
    >>> prior = {"loc": torch.tensor([[0.0]]), "scale": torch.tensor([[1.0]])}
    >>> PoE().fuse([expert, prior])
    {'loc': tensor([[1.5000]]), 'scale': tensor([[0.7071]])}
    """

    word: ClassVar[str] = "poe"
    families: ClassVar[frozenset[str]] = frozenset({"normal", "dropout_normal"})
    symbol: ClassVar[str] = "PoE"
    takes_prior: ClassVar[bool] = True

    def fuse(self, experts: Sequence[Params], weights: Sequence[Tensor] | None = None) -> dict[str, Tensor]:
        """1/σ² = Σ 1/σ_m², μ = σ² Σ μ_m/σ_m²."""
        precisions = [e["scale"] ** -2 for e in experts]
        return precision_weighted(experts, precisions)

    def fuse_all(
        self, experts: Params, masks: Tensor, prior: Params | None, prior_mask: Tensor | None, weights: Tensor | None
    ) -> dict[str, Tensor]:
        """The same for many sets, by one contraction of shifted precisions."""
        return product(experts, masks, prior, prior_mask)
