"""The two-level linear-Gaussian hierarchy in closed form: numpy alone, nothing of the product.

z₂ ~ N(0, I), z₁ | z₂ ~ N(A z₂ + a, V), x_m | z₁, z₂ ~ N(W_m z₁ + U_m z₂ + b_m, S_m); V and S_m diagonal.
The posterior family is q(z₂) N(z₁; PoE of p(z₁ | z₂) and a Gaussian of z₁): jointly Gaussian, with coupled levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import multivariate_normal

from .linear_gaussian import LOG_2PI, Array, Gaussian, product


@dataclass(frozen=True)
class Joint:
    """A Gaussian over (z₁, z₂): mean and covariance."""

    mean: Array
    covariance: Array


@dataclass(frozen=True)
class View:
    """One view's loadings on z₁ and on z₂, offset and noise variance."""

    first: Array
    second: Array
    offset: Array
    noise: Array

    @property
    def loadings(self) -> Array:
        """The loadings on both levels side by side."""
        return np.concatenate([self.first, self.second], 1)


@dataclass(frozen=True)
class Hierarchy:
    """The model.

    Arguments:
        slope, offset, var: A, a and the diagonal of V.
        views: the views.
    """

    slope: Array
    offset: Array
    var: Array
    views: tuple[View, ...]

    @property
    def dims(self) -> tuple[int, int]:
        """Entries of z₁ and of z₂."""
        return self.slope.shape[0], self.slope.shape[1]

    @property
    def prior(self) -> Joint:
        """p(z₁, z₂)."""
        two = self.dims[1]
        cross = self.slope
        top = np.concatenate([cross @ cross.T + np.diag(self.var), cross], 1)
        covariance = np.concatenate([top, np.concatenate([cross.T, np.eye(two)], 1)])
        return Joint(np.concatenate([self.offset, np.zeros(two)]), covariance)

    def evidence(self, x: Sequence[Array | None]) -> float:
        """log p of the views that are there."""
        seen = [(v, d) for v, d in zip(self.views, x, strict=True) if d is not None]
        loadings = np.concatenate([v.loadings for v, _ in seen])
        mean = loadings @ self.prior.mean + np.concatenate([v.offset for v, _ in seen])
        noise = np.diag(np.concatenate([v.noise for v, _ in seen]))
        covariance = loadings @ self.prior.covariance @ loadings.T + noise
        return float(multivariate_normal.logpdf(np.concatenate([d for _, d in seen]), mean, covariance))

    def posterior(self, x: Sequence[Array | None]) -> Joint:
        """p(z₁, z₂ | x) for the views that are there."""
        precision = np.linalg.inv(self.prior.covariance)
        moment = precision @ self.prior.mean
        for v, d in zip(self.views, x, strict=True):
            if d is not None:
                precision = precision + v.loadings.T @ (v.loadings / v.noise[:, None])
                moment = moment + v.loadings.T @ ((d - v.offset) / v.noise)
        covariance = np.linalg.inv(precision)
        return Joint(covariance @ moment, covariance)

    def family(self, first: Sequence[Gaussian], second: Gaussian) -> Joint:
        """q(z₂) q(z₁ | z₂) with q(z₂) as given, and q(z₁ | z₂) the product of p(z₁ | z₂) and the experts of z₁."""
        experts = product(*first)
        tau = 1 / self.var + 1 / experts.var
        slope = (1 / self.var / tau)[:, None] * self.slope
        offset = (self.offset / self.var + experts.mean / experts.var) / tau
        cross = slope * second.var
        top = np.concatenate([cross @ slope.T + np.diag(1 / tau), cross], 1)
        covariance = np.concatenate([top, np.concatenate([cross.T, np.diag(second.var)], 1)])
        return Joint(np.concatenate([slope @ second.mean + offset, second.mean]), covariance)

    def score(self, q: Joint, x: Sequence[Array], view: int) -> float:
        """E_q[log p(x_view | z₁, z₂)]."""
        v = self.views[view]
        rest = x[view] - v.offset - v.loadings @ q.mean
        spread = np.diag(v.loadings @ q.covariance @ v.loadings.T)
        return float(-0.5 * (len(rest) * LOG_2PI + np.log(v.noise).sum() + ((rest**2 + spread) / v.noise).sum()))

    def elbo(self, q: Joint, x: Sequence[Array], views: Sequence[int] | None = None, beta: float = 1.0) -> float:
        """Σ_m E_q[log p(x_m | z)] − β KL(q ‖ p)."""
        chosen = range(len(self.views)) if views is None else views
        return sum(self.score(q, x, m) for m in chosen) - beta * kl(q, self.prior)


def kl(q: Joint, p: Joint) -> float:
    """KL(q ‖ p) of two Gaussians with full covariances."""
    precision, distance = np.linalg.inv(p.covariance), p.mean - q.mean
    logs = np.linalg.slogdet(p.covariance)[1] - np.linalg.slogdet(q.covariance)[1]
    return float(0.5 * (np.trace(precision @ q.covariance) + distance @ precision @ distance - len(distance) + logs))


def general(rng: np.random.Generator, dims: tuple[int, int], entries: Sequence[int]) -> Hierarchy:
    """A model without any structure: data depend on both levels."""
    one, two = dims
    views = tuple(
        View(rng.normal(size=(n, one)), rng.normal(size=(n, two)), rng.normal(size=n), rng.uniform(0.2, 1.5, n))
        for n in entries
    )
    return Hierarchy(rng.normal(size=(one, two)), rng.normal(size=one), rng.uniform(0.3, 1.5, one), views)


def orthogonal(rng: np.random.Generator, dim: int, entries: Sequence[int]) -> Hierarchy:
    """A model whose exact posterior lies in the family: a diagonal A, data of z₁ alone, orthogonal loadings."""
    views = []
    for size in entries:
        noise = rng.uniform(0.2, 1.5, size)
        basis = np.linalg.qr(rng.normal(size=(size, dim)))[0]
        loadings = np.sqrt(noise)[:, None] * basis * rng.uniform(0.5, 2.0, dim)
        views.append(View(loadings, np.zeros((size, dim)), rng.normal(size=size), noise))
    slope = np.diag(rng.uniform(0.5, 1.5, dim))
    return Hierarchy(slope, rng.normal(size=dim), rng.uniform(0.3, 1.5, dim), tuple(views))


Expert = tuple[Array, Array, Array]  # gain, offset and variance of N(gain · x + offset, diag(var))


def exact_experts(model: Hierarchy, used: Sequence[int]) -> list[tuple[Expert, Expert]]:
    """The experts of z₁ and z₂ in each view of `used` that make the family's posterior of these views exact.

    t_m(z₁) ∝ p(x_m | z₁) has precision c_m² and moment W_mᵀ S_m⁻¹ (x_m − b_m). Given z₂ alone, the estimate of z₁ from
    all views is N(A z₂ + a, V + 1/τ), τ = Σ c_m²: its moments in z₂ are divided among the views.
    """
    alpha = np.diag(model.slope)
    tau = sum(_precision(model.views[m]) for m in used)
    weight = alpha / (model.var + 1 / tau)
    found = []
    for m in used:
        v = model.views[m]
        gain, shift = (v.first / v.noise[:, None]).T, -(v.first / v.noise[:, None]).T @ v.offset  # the moment of z₁
        var = 1 / _precision(v)
        second = len(used) / (weight * alpha)
        scale = second * weight
        top = (scale / tau)[:, None] * gain, scale * (shift / tau - model.offset / len(used)), second
        found.append(((var[:, None] * gain, var * shift, var), top))
    return found


def _precision(view: View) -> Array:
    """c_m², the diagonal of W_mᵀ S_m⁻¹ W_m."""
    precision = view.first.T @ (view.first / view.noise[:, None])
    assert np.allclose(precision, np.diag(np.diag(precision)), atol=1e-12)
    return np.diag(precision)
