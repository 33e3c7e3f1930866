"""Canonical correlations against the population's, scikit-learn's, a singular value decomposition, and differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn import cross_decomposition
from torch import Tensor

from mvgraph.errors import SpecError
from mvgraph.vocab.statistic import Statistic
from mvgraph.vocab.statistic.cca import CCA

pytestmark = pytest.mark.usefixtures("double")
RHO = torch.tensor([0.9, 0.6, 0.2])


def two_views(rows: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Gaussian views whose canonical correlations are RHO, mixed by random matrices."""
    generator = torch.Generator().manual_seed(seed)
    rho = RHO.double()
    first = torch.randn(rows, 3, generator=generator)
    second = rho * first + (1 - rho**2).sqrt() * torch.randn(rows, 3, generator=generator)
    mixing = torch.randn(2, 3, 3, generator=generator)
    return first @ mixing[0] + 5.0, second @ mixing[1] - 2.0


def test_the_words() -> None:
    assert "cca" in set(Statistic.registry)


def test_the_correlations_of_a_population() -> None:
    """Within 2 % of the known correlations from 20,000 rows, for any linear mixing of the views."""
    codes = two_views(20_000)
    for top in (1, 2, 3):
        found = CCA(top=top, ridge=0.0).value(codes).item()
        assert found == pytest.approx(RHO[:top].sum().item(), rel=0.02)


def test_scikit_learn_agrees() -> None:
    first, second = two_views(2_000, seed=1)
    fitted = cross_decomposition.CCA(n_components=3, scale=False, max_iter=5_000, tol=1e-12)
    fitted.fit(first.numpy(), second.numpy())
    left, right = fitted.transform(first.numpy(), second.numpy())
    each = [np.corrcoef(left[:, i], right[:, i])[0, 1] for i in range(3)]
    assert CCA(ridge=0.0).value((first, second)).item() == pytest.approx(sum(each), abs=1e-6)  # its iteration's end


@pytest.mark.parametrize("ridge", [0.0, 0.3])
def test_singular_values_of_the_whitened_cross_covariance(ridge: float) -> None:
    codes = two_views(50, seed=2)
    white = []
    for code in codes:
        centred = code - code.mean(0)
        values, vectors = torch.linalg.eigh(centred.T @ centred / 49 + ridge * torch.eye(3))
        white.append(centred @ vectors @ torch.diag(values**-0.5) @ vectors.T)
    expected = torch.linalg.svdvals(white[0].T @ white[1] / 49)
    for top in (1, 2, 3):
        torch.testing.assert_close(CCA(top=top, ridge=ridge).value(codes), expected[:top].sum())


def test_codes_of_different_sizes() -> None:
    first, second = two_views(200, seed=3)
    wide = torch.cat([second, torch.randn(200, 2, generator=torch.Generator().manual_seed(4))], -1)
    found = CCA(ridge=0.0).value((first, wide))
    assert found == pytest.approx(CCA(top=3, ridge=0.0).value((first, wide)).item())
    assert found > CCA(ridge=0.0).value((first, second))


def test_more_than_two_views() -> None:
    """One where all agree, near zero where none does, and the block matrix's eigenvalues as two libraries take them."""
    first, second = two_views(4_000, seed=5)
    mixed = [first, first @ torch.randn(3, 3), first @ torch.randn(3, 3)]
    assert CCA(top=2, ridge=0.0).value(mixed).item() == pytest.approx(2.0)
    alone = [torch.randn(20_000, 2) for _ in range(3)]
    assert abs(CCA(top=2, ridge=0.0).value(alone).item()) < 0.05
    whole = torch.cat([first, second], -1)
    covariance = torch.cov(whole.T)
    blocks = torch.block_diag(covariance[:3, :3], covariance[3:, 3:])
    values, vectors = torch.linalg.eigh(blocks)
    root = vectors @ torch.diag(values**-0.5) @ vectors.T
    eigenvalues = torch.linalg.eigvalsh(root @ covariance @ root)[-3:]  # 1 + ρ_i (I-28)
    assert eigenvalues.sum().item() == pytest.approx(3 + CCA(ridge=0.0).value((first, second)).item())


def test_the_gradient() -> None:
    codes = [c.clone().requires_grad_() for c in two_views(12, seed=6)]
    assert torch.autograd.gradcheck(lambda *c: CCA(top=2).value(c), codes)
    third = torch.randn(12, 2, requires_grad=True)
    assert torch.autograd.gradcheck(lambda *c: CCA(top=2, ridge=0.1).value(c), [*codes, third])


def test_the_gradient_is_finite_where_correlations_are_equal() -> None:
    """The codes are the same: every correlation is one, and eigenvectors are not determined."""
    code = torch.randn(30, 3, requires_grad=True)
    other = code.detach().clone().requires_grad_()
    CCA(top=2).value((code, other)).backward()
    assert code.grad is not None
    assert code.grad.isfinite().all()
    assert code.grad.abs().max() < 1e-2  # at a maximum, up to the ridge


@pytest.mark.parametrize("options", [{"top": 0}, {"ridge": -0.1}])
def test_refused(options: dict[str, float]) -> None:
    with pytest.raises(SpecError, match="or more"):
        Statistic.read({"cca": options})
