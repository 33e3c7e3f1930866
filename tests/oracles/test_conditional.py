"""Models of p(y|x) against the linear-Gaussian model: x and y are two views of z, and x is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from mvgraph.module.model import Model
from mvgraph.spec.reading import load

from .builder import batch, constant, noise, set_expert, signs
from .linear_gaussian import Array, Gaussian, LinearGaussian, orthogonal

DIM = 2
LINEAR = {"likelihood": {"normal": {"learnt": ["scale"]}}, "encoder": "linear", "decoder": "linear"}


def world(seed: int = 0) -> tuple[LinearGaussian, list[Array]]:
    """Two views of z with diagonal posteriors, and one datum of both."""
    rng = np.random.default_rng(seed)
    oracle = orthogonal(rng, DIM, (3, 4))
    return oracle, [v[0] for v in oracle.sample(rng, 1)]


def build(oracle: LinearGaussian, name: str = "cvae", **options: Any) -> Model:
    """A conditional model whose decoder reads z as the oracle does, and x not at all."""
    views = {str(i + 1): {**LINEAR, "shape": [len(v.noise)]} for i, v in enumerate(oracle.views)}
    network = {"network": "linear"} if name == "cvae" else {}
    spec = {"p": {"z": {"dim": DIM, **network}}, "q": {"z": {"expert": "normal", "fuse": {"joint": {"hidden": []}}}}}
    model = Model(load({"extends": name, "name": "linear", "views": views, **spec}, **options))
    y, decoder = oracle.views[1], model.networks.decoders["x@2()"]
    (layer,) = [m for m in decoder.heads["loc"].modules() if isinstance(m, torch.nn.Linear)]
    blind = np.zeros((len(y.noise), len(oracle.views[0].noise)))
    layer.weight.data, layer.bias.data = torch.as_tensor(np.hstack([y.loadings, blind])), torch.as_tensor(y.offset)
    decoder.free["raw_scale"].data = torch.as_tensor(np.log(y.noise))
    if name == "cvae":
        gain, offset, var = oracle.expert(0)
        precision = 1 + 1 / var  # the prior p(z|x) is the posterior of z given x
        set_expert(
            model.networks.priors["z()"], gain / (var * precision)[:, None], offset / (var * precision), 1 / precision
        )
    return model


def conditional(oracle: LinearGaussian, x: list[Array]) -> float:
    """log p(y|x)."""
    return oracle.evidence(x) - oracle.evidence([x[0], None])


def test_i36_the_exact_posterior_meets_log_p_of_y_given_x() -> None:
    """I-36: with q = p(z|x,y) and the prior network p(z|x) every draw gives log p(y|x)."""
    oracle, x = world()
    model = build(oracle, estimator={"kl": "sampled"})
    constant(model.networks.joints["z()"], oracle.diagonal_posterior(x))
    rows = model.loss(batch(x, 20), generator=torch.Generator().manual_seed(0)).rows
    assert rows.tolist() == pytest.approx([conditional(oracle, x)] * 20, abs=1e-10)
    assert model.log_likelihood(batch(x), 7).tolist() == pytest.approx([conditional(oracle, x)], abs=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_i36_the_gap_is_the_distance_from_the_posterior(seed: int) -> None:
    """I-36: log p(y|x) − L = KL(q ‖ p(z|x,y)) ≥ 0, for any q."""
    oracle, x = world(seed)
    model = build(oracle, estimator={"samples": 2**DIM})
    rng = np.random.default_rng(seed + 10)
    q = Gaussian(rng.normal(size=DIM), rng.uniform(0.3, 2.0, DIM))
    constant(model.networks.joints["z()"], q)
    value = float(model.loss(batch(x), noise=signs(model, 1)).rows.detach())
    assert conditional(oracle, x) - value == pytest.approx(oracle.gap(q, x), abs=1e-10)
    assert value < conditional(oracle, x)


def test_the_fixed_prior_bounds_another_model() -> None:
    """With N(0, I) in the place of p(z|x), and a decoder that does not read x, what is bounded is log p(y)."""
    oracle, x = world()
    model = build(oracle, "cvae_fixed", estimator={"kl": "sampled"})
    alone = oracle.diagonal_posterior([None, x[1]])
    constant(model.networks.joints["z()"], alone)
    rows = model.loss(batch(x, 5), generator=torch.Generator().manual_seed(0)).rows
    assert rows.tolist() == pytest.approx([oracle.evidence([None, x[1]])] * 5, abs=1e-10)


def test_importance_sampling_from_the_prior_network() -> None:
    """log p(y|x) where q may look at x alone: draws from p(z|x), at 4.5 standard errors of the weights' mean."""
    oracle, x = world()
    model = build(oracle)
    count = 20_000
    found = model.log_likelihood(batch(x, 30), count, given=["1"], generator=torch.Generator().manual_seed(0)).exp()
    truth = float(np.exp(conditional(oracle, x)))
    assert abs(float(found.mean()) - truth) < 4.5 * float(found.std()) / 30**0.5
    assert float(found.std()) < 0.1 * truth


def test_new_data_given_x_have_the_conditional_mean() -> None:
    """E[y|x] by generate and by impute, and q(z|x) is the prior network's."""
    oracle, x = world()
    model = build(oracle)
    mean, covariance = oracle.conditional([x[0], None], 1)
    made = model.generate(20_000, batch(x), generator=torch.Generator().manual_seed(0))
    assert list(made) == ["2"]
    error = np.sqrt(np.diag(covariance) / 20_000)
    assert (np.abs(made["2"].mean(0).numpy() - mean) < 4.5 * error).all()
    assert model.impute(batch(x), given=["1"], plug_in=True)["2"].mean[0].tolist() == pytest.approx(
        mean.tolist(), abs=1e-10
    )
    q = model.encode(batch(x), given=["1"])["z"]
    expected = oracle.diagonal_posterior([x[0], None])
    assert q.mean[0].tolist() == pytest.approx(expected.mean.tolist(), abs=1e-10)
    assert q.variance[0].tolist() == pytest.approx(expected.var.tolist(), abs=1e-10)


def test_gradient_by_finite_differences() -> None:
    """Every parameter of a small instance, the prior network's among them."""
    oracle, x = world()
    model = build(oracle)
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.data = parameter.contiguous() + 0.3 * torch.randn(parameter.shape)
    given = {s: torch.full((1, 1, DIM), 0.7) for s in model.plan.streams}
    loss = model.loss(batch(x), noise=noise(model, 1, given)).total
    loss.backward()
    dead = {n for n, _ in model.named_parameters() if n.startswith("networks.experts")}
    for name, parameter in model.named_parameters():
        if name in dead:
            assert parameter.grad is None
            continue
        step, flat = 1e-5, parameter.data.view(-1)
        found = []
        for i in range(len(flat)):
            values = []
            for sign in (1, -1):
                flat[i] += sign * step
                values.append(float(model.loss(batch(x), noise=noise(model, 1, given)).total.detach()))
                flat[i] -= sign * step
            found.append((values[0] - values[1]) / (2 * step))
        assert parameter.grad is not None
        np.testing.assert_allclose(parameter.grad.view(-1).numpy(), found, rtol=1e-6, atol=1e-8)
