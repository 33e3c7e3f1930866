"""The generalised product of experts."""

# ruff: noqa: ARG002 - every rule has the same arguments, used or not

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.errors import UsageError
from mvgraph.vocab.family import Params
from mvgraph.vocab.fusion.base import Fusion
from mvgraph.vocab.fusion.contraction import precision_weighted, product

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, repr=False)
class GPoE(Fusion):
    """The generalised product of experts, gPoE: q(z | x_S) ∝ Π_{m in S} q(z | x_m)^{a_m}, a_m one for each entry of z.

    For normal experts 1/σ² = Σ a_m/σ_m² and μ = σ² Σ a_m μ_m/σ_m² (Cao & Fleet 2014, arXiv 1410.7827; Lawry Aguila et
    al. 2023, arXiv 2303.12706). Exponents 1 give PoE; exponents 1/M give its mean and M times its variance.

    Options:
        weights: the exponents: the name of a param, a formula such as `1/M`, or a number.

    >>> import torch
    >>> expert = {"loc": torch.tensor([[3.0]]), "scale": torch.tensor([[1.0]])}
    >>> half = torch.tensor([0.5])
    >>> GPoE("a").fuse([expert, expert], [half, half])
    {'loc': tensor([[3.]]), 'scale': tensor([[1.]])}
    """

    word: ClassVar[str] = "gpoe"
    families: ClassVar[frozenset[str]] = frozenset({"normal", "dropout_normal"})
    symbol: ClassVar[str] = "gPoE"
    single_is_expert: ClassVar[bool] = False

    weights: str | float

    def fuse(self, experts: Sequence[Params], weights: Sequence[Tensor] | None = None) -> dict[str, Tensor]:
        """1/σ² = Σ a_m/σ_m², μ = σ² Σ a_m μ_m/σ_m².

        Raises:
            UsageError: no exponents.
        """
        if weights is None:
            raise UsageError("gpoe needs one exponent for each expert")
        precisions = [a * e["scale"] ** -2 for a, e in zip(weights, experts, strict=True)]
        return precision_weighted(experts, precisions)

    def fuse_all(
        self, experts: Params, masks: Tensor, prior: Params | None, prior_mask: Tensor | None, weights: Tensor | None
    ) -> dict[str, Tensor]:
        """The same for many sets, by one contraction of shifted precisions.

        Raises:
            UsageError: no exponents.
        """
        if weights is None:
            raise UsageError("gpoe needs one exponent for each expert")
        return product(experts, masks, weights=weights)
