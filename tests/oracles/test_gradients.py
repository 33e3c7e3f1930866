"""Gradients of the framework against closed forms and their finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mvgraph.module.model import Model

from .builder import Z, batch, build, exactly, fixed, signs
from .linear_gaussian import Array, Gaussian, LinearGaussian, View, gaussian, prior, product
from .test_exact_posterior import ELBO, product_spec
from .test_golden_numbers import EXPERTS, ORACLE, X

STEP = 1e-5


def bound(values: Array) -> float:
    """The closed-form bound in one dimension, as a function of experts and decoders.

    Arguments:
        values: for each view its expert's mean and log-variance, its loading and offset.
    """
    table = values.reshape(2, 4)
    experts = [gaussian(m, np.exp(s)) for m, s, _, _ in table]
    views = [View(np.array([[w]]), np.array([b]), v.noise) for (_, _, w, b), v in zip(table, ORACLE.views, strict=True)]
    return LinearGaussian(tuple(views)).elbo(product(prior(1), *experts), X)


POINT = np.array(
    [
        [float(e.mean[0]), float(np.log(e.var[0])), float(v.loadings[0, 0]), float(v.offset[0])]
        for e, v in zip(EXPERTS, ORACLE.views, strict=True)
    ]
).ravel()


def differences(function: Callable[[Array], float], point: Array) -> Array:
    """Central finite differences."""
    steps = STEP * np.eye(len(point))
    return np.array([(function(point + s) - function(point - s)) / (2 * STEP) for s in steps])


def parameters(model: Model) -> list[nn.Parameter]:
    """The same eight numbers in the framework: biases of the experts' heads, the decoders' maps."""
    found = []
    for view in model.spec.view_names:
        heads = model.networks.expert(Z, view).heads
        decoder = model.networks.decoders[f"x@{view}()"].heads["loc"]
        found += [_linear(heads["loc"]).bias, _linear(heads["raw_scale"]).bias, *_linear(decoder).parameters()]
    return found


def _linear(module: nn.Module) -> nn.Linear:
    (found,) = [m for m in module.modules() if isinstance(m, nn.Linear)]
    return found


def model_of(samples: int, *, optimize: bool = True) -> Model:
    """The model at the same point."""
    return fixed(build(ORACLE, product_spec(ELBO, 1), estimator={"samples": samples}, optimize=optimize), EXPERTS)


def gradient(loss: Tensor, chosen: Sequence[nn.Parameter]) -> Array:
    """The gradient of the objective as one vector."""
    return -torch.cat([g.flatten() for g in torch.autograd.grad(loss, chosen)]).numpy()


@pytest.mark.parametrize("optimize", [True, False])
def test_integrated_gradient_is_the_closed_form(optimize: bool) -> None:
    """With antithetic draws: value and gradient of the closed form."""
    model = model_of(2, optimize=optimize)
    total = model.loss(batch(X), noise=signs(model, 1)).total
    expected = differences(bound, POINT)
    assert -float(total.detach()) == pytest.approx(bound(POINT), abs=1e-12)
    assert gradient(total, parameters(model)) == pytest.approx(expected, rel=1e-6, abs=1e-8)
    assert np.abs(expected).min() > 1e-3


def test_mean_pathwise_gradient() -> None:
    """The mean of gradients under independent draws is the closed form's, by z-score."""
    model, generator = model_of(1), torch.Generator().manual_seed(0)
    chosen, rows = parameters(model), batch(X, 100)
    each = np.stack([gradient(model.loss(rows, generator=generator).total, chosen) for _ in range(60)])
    scores = (each.mean(0) - differences(bound, POINT)) / (each.std(0, ddof=1) / np.sqrt(len(each)))
    assert np.abs(scores).max() <= 4.5


def test_a_wrong_gradient_is_seen() -> None:
    """The z-score tells the gradient without its divergence apart."""
    model, generator = model_of(1), torch.Generator().manual_seed(0)
    chosen, rows = parameters(model), batch(X, 100)

    def scores_only() -> Tensor:
        terms = model.loss(rows, generator=generator).terms
        return -sum((v for n, v in terms.items() if "KL" not in n), start=torch.zeros(()))

    each = np.stack([gradient(scores_only(), chosen) for _ in range(60)])
    scores = (each.mean(0) - differences(bound, POINT)) / (each.std(0, ddof=1) / np.sqrt(len(each)))
    assert np.abs(scores[[0, 1, 4, 5]]).min() > 4.5


def test_multivariate_gradient_by_finite_differences() -> None:
    """d = 2, three views with loadings that are not orthogonal: the gradient in the experts' means and variances."""
    rng = np.random.default_rng(2)
    views = [View(rng.normal(size=(n, 2)), rng.normal(size=n), rng.uniform(0.3, 1.0, n)) for n in (2, 3, 1)]
    oracle = LinearGaussian(tuple(views))
    x = [v[0] for v in oracle.sample(rng, 1)]
    point = rng.normal(size=(3, 2, 2)) * 0.5

    def value(flat: Array) -> float:
        experts = [Gaussian(m, np.exp(s)) for m, s in flat.reshape(3, 2, 2)]
        return oracle.elbo(product(prior(2), *experts), x)

    experts = [Gaussian(m, np.exp(s)) for m, s in point]
    model = fixed(build(oracle, product_spec(ELBO, 2), estimator=exactly(2)), experts)
    total = model.loss(batch(x), noise=signs(model, 1)).total
    heads = [model.networks.expert(Z, v).heads for v in model.spec.view_names]
    chosen = [_linear(h[n]).bias for h in heads for n in ("loc", "raw_scale")]
    assert -float(total.detach()) == pytest.approx(value(point.ravel()), abs=1e-10)
    assert gradient(total, chosen) == pytest.approx(differences(value, point.ravel()), rel=1e-6, abs=1e-8)
