"""Canonical correlations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.option import require
from mvgraph.vocab.statistic.base import Statistic

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class CCA(Statistic):
    """The sum of the k largest canonical correlations, CCA_k = Σ_{i≤k} ρ_i, of the codes of two or more views.

    ρ_1 ≥ ρ_2 ≥ … are the singular values of the whitened cross-covariance L_1⁻¹ Σ_12 L_2⁻ᵀ, with L_m L_mᵀ = Σ_mm + r I
    (Hotelling 1936, Biometrika 28; Andrew, Arora, Bilmes & Livescu 2013, ICML). For M views they are λ_i / (M − 1),
    λ_i being the eigenvalues of the whitened block matrix of all Σ_mn, m ≠ n, with zeros on its diagonal: for two
    views the same numbers, and 1 where all views agree (the MAXVAR problem; Kettenring 1971, Biometrika 58).

    The gradient is that of eigenvalues alone and of Cholesky factors, so equal correlations do no harm.

    Options:
        top: how many correlations count (k); as many as the smallest code has entries, unless said.
        ridge: added to the variance of every entry (r).

    Raises:
        SpecError: fewer than one correlation, or a negative ridge.

    >>> import torch
    >>> codes = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    >>> round(CCA(ridge=0).value([codes, codes @ torch.tensor([[1.0, 2.0], [0.0, 1.0]])]).item(), 4)
    2.0
    """

    word: ClassVar[str] = "cca"

    top: int | None = None
    ridge: float = 1e-3

    def __post_init__(self) -> None:
        require(self.top is None or self.top > 0, "top", f"{self.top} correlations", "top is 1 or more")
        require(self.ridge >= 0, "ridge", f"a ridge of {self.ridge}", "a ridge is 0 or more")

    def value(self, codes: Sequence[Tensor]) -> Tensor:
        """Σ_{i≤k} ρ_i of the codes `(row, dim)`."""
        white = [self._whitened(c) for c in codes]
        wide = torch.cat(white, -1)
        blocks = torch.block_diag(*(c.new_ones(c.shape[-1], c.shape[-1]) for c in white)).bool()
        cross = torch.where(blocks, 0.0, wide.T @ wide / (wide.shape[0] - 1))
        found = torch.linalg.eigvalsh(cross).flip(0)  # the largest first
        counted: Tensor = found[: self.top or self.entries([c.shape[-1] for c in codes])]
        return counted.sum() / (len(codes) - 1)

    def entries(self, dims: Sequence[int]) -> int:
        """As many as the smallest code has entries."""
        return min(dims, default=0)

    def _whitened(self, codes: Tensor) -> Tensor:
        """Centred codes with unit covariance (up to the ridge), `(row, dim)`."""
        centred = codes - codes.mean(0)
        covariance = centred.T @ centred / (codes.shape[0] - 1)
        factor = torch.linalg.cholesky(covariance + self.ridge * torch.eye(codes.shape[-1]).to(codes))
        white: Tensor = torch.linalg.solve_triangular(factor, centred.T, upper=False)
        return white.T
