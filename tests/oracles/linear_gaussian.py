"""The linear-Gaussian multi-view model in closed form: numpy alone, nothing of the product.

z ~ N(0, I), x_m = W_m z + b_m + ε_m, ε_m ~ N(0, S_m), S_m diagonal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import multivariate_normal

Array = NDArray[np.float64]
LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Gaussian:
    """N(mean, diag(var))."""

    mean: Array
    var: Array


def gaussian(mean: float, var: float) -> Gaussian:
    """A Gaussian of one dimension."""
    return Gaussian(np.array([mean]), np.array([var]))


def prior(dim: int) -> Gaussian:
    """N(0, I)."""
    return Gaussian(np.zeros(dim), np.ones(dim))


def product(*experts: Gaussian) -> Gaussian:
    """The normalised product: precisions add."""
    precision = sum(1 / e.var for e in experts)
    return Gaussian(sum(e.mean / e.var for e in experts) / precision, 1 / precision)


def kl(q: Gaussian, p: Gaussian) -> float:
    """KL(q ‖ p)."""
    terms = np.log(p.var / q.var) + (q.var + (q.mean - p.mean) ** 2) / p.var - 1
    return float(0.5 * terms.sum())


def log_density(q: Gaussian, z: Array) -> Array:
    """log q(z) for z `(n, dim)`."""
    terms: Array = -0.5 * (LOG_2PI + np.log(q.var) + (z - q.mean) ** 2 / q.var)
    return terms.sum(-1)


@dataclass(frozen=True)
class View:
    """One view's loadings `(entries, dim)`, offset and noise variance `(entries,)`."""

    loadings: Array
    offset: Array
    noise: Array


@dataclass(frozen=True)
class LinearGaussian:
    """The model."""

    views: tuple[View, ...]

    @property
    def dim(self) -> int:
        """Entries of z."""
        return int(self.views[0].loadings.shape[1])

    def evidence(self, x: Sequence[Array | None]) -> float:
        """log p of the views that are there."""
        seen = [(v, d) for v, d in zip(self.views, x, strict=True) if d is not None]
        loadings = np.concatenate([v.loadings for v, _ in seen])
        offset = np.concatenate([v.offset for v, _ in seen])
        covariance = loadings @ loadings.T + np.diag(np.concatenate([v.noise for v, _ in seen]))
        return float(multivariate_normal.logpdf(np.concatenate([d for _, d in seen]), offset, covariance))

    def posterior(self, x: Sequence[Array | None]) -> tuple[Array, Array]:
        """Mean and covariance of p(z | x) for the views that are there."""
        precision, moment = np.eye(self.dim), np.zeros(self.dim)
        for v, d in zip(self.views, x, strict=True):
            if d is not None:
                precision = precision + v.loadings.T @ (v.loadings / v.noise[:, None])
                moment = moment + v.loadings.T @ ((d - v.offset) / v.noise)
        covariance: Array = np.linalg.inv(precision)
        return covariance @ moment, covariance

    def diagonal_posterior(self, x: Sequence[Array | None]) -> Gaussian:
        """The posterior where it is diagonal."""
        mean, covariance = self.posterior(x)
        assert np.allclose(covariance, np.diag(np.diag(covariance)), atol=1e-12)
        return Gaussian(mean, np.diag(covariance))

    def conditional(self, x: Sequence[Array | None], view: int) -> tuple[Array, Array]:
        """Mean and covariance of p(x_view | x) for the views that are there."""
        mean, covariance = self.posterior(x)
        v = self.views[view]
        return v.loadings @ mean + v.offset, v.loadings @ covariance @ v.loadings.T + np.diag(v.noise)

    def score(self, q: Gaussian, x: Sequence[Array], view: int) -> float:
        """E_q[log p(x_view | z)]."""
        v = self.views[view]
        rest = x[view] - v.offset - v.loadings @ q.mean
        spread = np.diag(v.loadings.T @ (v.loadings / v.noise[:, None])) * q.var
        return float(-0.5 * (len(rest) * LOG_2PI + np.log(v.noise).sum() + (rest**2 / v.noise).sum() + spread.sum()))

    def elbo(self, q: Gaussian, x: Sequence[Array], beta: float = 1.0, views: Sequence[int] | None = None) -> float:
        """Σ_m E_q[log p(x_m | z)] − β KL(q ‖ p), over all views unless said."""
        chosen = range(len(self.views)) if views is None else views
        return sum(self.score(q, x, m) for m in chosen) - beta * kl(q, prior(self.dim))

    def gap(self, q: Gaussian, x: Sequence[Array]) -> float:
        """KL(q ‖ p(z | x)) for a posterior that need not be diagonal."""
        mean, covariance = self.posterior(x)
        precision = np.linalg.inv(covariance)
        distance = mean - q.mean
        trace = np.trace(precision @ np.diag(q.var)) + distance @ precision @ distance - self.dim
        return float(0.5 * (trace + np.linalg.slogdet(covariance)[1] - np.log(q.var).sum()))

    def weight_variance(self, q: Gaussian, x: Sequence[Array]) -> float:
        """Var_q(w) / p(x)², w = p(x, z)/q(z): ∫ p(z | x)² / q(z) dz − 1, for a diagonal posterior."""
        post = self.diagonal_posterior(x)
        tau = 2 / post.var - 1 / q.var
        assert (tau > 0).all()
        mean = (2 * post.mean / post.var - q.mean / q.var) / tau
        constant = np.sqrt(q.var / tau) / post.var
        exponent = -(post.mean**2) / post.var + 0.5 * q.mean**2 / q.var + 0.5 * tau * mean**2
        return float(np.prod(constant * np.exp(exponent)) - 1)

    def sample(self, rng: np.random.Generator, rows: int) -> list[Array]:
        """Data from the model, `(row, entries)` for each view."""
        z = rng.normal(size=(rows, self.dim))
        return [
            z @ v.loadings.T + v.offset + rng.normal(size=(rows, len(v.noise))) * np.sqrt(v.noise) for v in self.views
        ]

    def expert(self, view: int) -> tuple[Array, Array, Array]:
        """The likelihood's expert t(z) ∝ p(x_m | z): mean A x + a and variance, where Wᵀ S⁻¹ W is diagonal."""
        v = self.views[view]
        precision = v.loadings.T @ (v.loadings / v.noise[:, None])
        assert np.allclose(precision, np.diag(np.diag(precision)), atol=1e-12)
        var = 1 / np.diag(precision)
        gain = var[:, None] * (v.loadings / v.noise[:, None]).T
        return gain, -gain @ v.offset, var


def orthogonal(rng: np.random.Generator, dim: int, entries: Sequence[int]) -> LinearGaussian:
    """A model whose precisions W_mᵀ S_m⁻¹ W_m are diagonal, so that diagonal experts can be exact."""
    views = []
    for size in entries:
        noise = rng.uniform(0.2, 1.5, size)
        basis = np.linalg.qr(rng.normal(size=(size, dim)))[0]
        loadings = np.sqrt(noise)[:, None] * basis * rng.uniform(0.5, 2.0, dim)
        views.append(View(loadings, rng.normal(size=size), noise))
    return LinearGaussian(tuple(views))
