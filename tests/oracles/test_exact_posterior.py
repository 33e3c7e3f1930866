"""Where the posterior is exact every bound is the evidence, draw by draw; where it is not, the gap is known."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from mvgraph.module.model import Model

from .builder import Z, batch, build, exact, exactly, fixed, noise, random_rows, signs
from .linear_gaussian import Gaussian, LinearGaussian, gaussian, orthogonal, product
from .test_golden_numbers import EVIDENCE, EXPERTS, ORACLE, X

SIZES = {1: (3,), 2: (3, 4), 3: (3, 4, 2), 5: (2, 3, 2, 4, 3)}
DIM = 2
SAMPLED = {"estimator": {"kl": "sampled"}}


def product_spec(route: dict[str, Any], dim: int = DIM) -> dict[str, Any]:
    """A product of experts with the prior among them, and one route."""
    return {
        "name": "product",
        "p": {"z": {"latent": "normal", "dim": dim}, "x": {"observed": True, "plate": "view", "given": ["z"]}},
        "q": {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "always"}},
        "objective": {"maximize": [route]},
    }


def iwae(samples: int, **options: Any) -> dict[str, Any]:
    """An importance-weighted route over all views."""
    return {"iwae": {"from": "V", "to": "V", "samples": samples, **options}}


ELBO: dict[str, Any] = {"elbo": {"from": "V", "to": "V"}}


def world(count: int, seed: int = 0) -> tuple[LinearGaussian, list[np.ndarray[Any, Any]], list[float]]:
    """A model with exact experts, seven data, and their evidence."""
    rng = np.random.default_rng(seed)
    oracle = orthogonal(rng, DIM, SIZES[count])
    x = oracle.sample(rng, 7)
    return oracle, x, [oracle.evidence([v[i] for v in x]) for i in range(7)]


@pytest.mark.parametrize("samples", [1, 2, 7, 50])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_i37_exact_posterior_has_no_variance(count: int, samples: int) -> None:
    """I-37: ELBO = IWAE_K = log p(X) for every draw."""
    oracle, x, evidence = world(count)
    model = exact(build(oracle, product_spec(iwae(samples), DIM), **SAMPLED), oracle)
    rows = random_rows(model, x, 20).reshape(7, 20)
    assert float(rows.std(1).max()) < 1e-12
    assert rows.mean(1).tolist() == pytest.approx(evidence, abs=1e-10)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_i37_elbo_with_closed_divergence(count: int) -> None:
    """I-37 with the divergence in closed form and the log-likelihoods integrated."""
    oracle, x, evidence = world(count)
    model = exact(build(oracle, product_spec(ELBO), estimator=exactly(DIM)), oracle)
    rows = model.loss(batch(x), noise=signs(model, 7)).rows
    assert rows.tolist() == pytest.approx(evidence, abs=1e-10)


@pytest.mark.parametrize("strata", ["outside", "inside"])
def test_i37_mixture_of_exact_posteriors(strata: str) -> None:
    """I-37 for a mixture: two components that are both the posterior, and the mixture's density below."""
    oracle, x, evidence = world(2)
    post = [oracle.diagonal_posterior([v[0] for v in x])] * 2
    spec = {**product_spec(iwae(3, strata=strata)), "q": {"mixture": "singles", "z": {"expert": "normal"}}}
    rows = random_rows(fixed(build(oracle, spec), post), [v[:1] for v in x], 50)
    assert float(rows.std()) < 1e-12
    assert float(rows[0]) == pytest.approx(evidence[0], abs=1e-10)


@pytest.mark.parametrize("optimize", [True, False])
def test_i37_gradients_vanish(optimize: bool) -> None:
    """I-37: at the exact posterior the mean pathwise gradient of the log-weight is zero."""
    oracle, x, _ = world(3)
    model = exact(build(oracle, product_spec(ELBO), estimator=exactly(DIM), optimize=optimize), oracle)
    model.loss(batch(x), noise=signs(model, 7)).total.backward()
    for name in model.spec.view_names:
        for parameter in model.networks.expert(Z, name).parameters():
            assert parameter.grad is not None
            assert float(parameter.grad.abs().max()) < 1e-12


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_i38_gap_is_the_divergence(count: int) -> None:
    """I-38: log p(X) − ELBO(q) = KL(q ‖ p(z | X)) for any q, here a product of wrong experts without the prior."""
    oracle, x, evidence = world(count, seed=1)
    rng = np.random.default_rng(count)
    experts = [Gaussian(rng.normal(size=DIM), rng.uniform(0.2, 2.0, DIM)) for _ in range(count)]
    spec = product_spec(ELBO)
    spec["q"]["z"]["prior_expert"] = "never"
    model = fixed(build(oracle, spec, estimator=exactly(DIM)), experts)
    found = model.loss(batch(x), noise=signs(model, 7)).rows
    q = product(*experts)
    gaps = [oracle.gap(q, [v[i] for v in x]) for i in range(7)]
    assert (np.array(evidence) - found.detach().numpy()).tolist() == pytest.approx(gaps, abs=1e-9)
    assert min(gaps) > 0.01


# --- importance weights -----------------------------------------------------------------------------------------------

WIDE = (gaussian(0.3, 1.2), gaussian(0.5, 1.0))  # their product with the prior is wider than the posterior


def weighted(samples: int, experts: tuple[Gaussian, ...] = WIDE) -> Model:
    """The one-dimensional model with wrong experts; one draw is the bound itself, its divergence sampled too."""
    return fixed(build(ORACLE, product_spec(iwae(samples), 1), **SAMPLED), experts)


def never_above(rows: Tensor, evidence: float) -> None:
    """A bound's estimate is not above the evidence beyond noise."""
    error = float(rows.std() / len(rows) ** 0.5)
    assert float(rows.mean()) - 4.5 * error <= evidence


@pytest.mark.parametrize("samples", [1, 2, 8, 64])
def test_iwae_is_never_above_the_evidence(samples: int) -> None:
    """E L_K ≤ log p(X)."""
    never_above(random_rows(weighted(samples), X, 5_000), EVIDENCE)


@pytest.mark.parametrize("strata", ["outside", "inside"])
def test_mixture_iwae_is_never_above_the_evidence(strata: str) -> None:
    """The same for the mixture's bounds."""
    spec = {**product_spec(iwae(16, strata=strata), 1), "q": {"mixture": "singles", "z": {"expert": "normal"}}}
    never_above(random_rows(fixed(build(ORACLE, spec), EXPERTS), X, 5_000), EVIDENCE)


def resampled(model: Model, samples: int, rows: int) -> Tensor:
    """The mistake: log-weights whose likelihood sees another draw than their prior and posterior."""
    generator = torch.Generator().manual_seed(0)
    q = model.encode(batch(X))["z"]
    scale = q.stddev
    draws = [q.mean + scale * torch.randn(samples, rows, 1, generator=generator) for _ in range(2)]
    decoded = [model.networks.decode(v, draws[0]) for v in model.spec.view_names]
    scores = [
        model.spec.view(v).likelihood.log_prob(p, torch.as_tensor(d))  # type: ignore[union-attr]
        for v, p, d in zip(model.spec.view_names, decoded, X, strict=True)
    ]
    ratio = torch.distributions.Normal(0.0, 1.0).log_prob(draws[1]).sum(-1) - q.log_prob(draws[1])
    return ((torch.stack(scores).sum(0) + ratio).logsumexp(0) - np.log(samples)).detach()


def test_the_resampling_mistake_is_caught() -> None:
    """Decoding another draw than the one that is weighted is above the evidence, and `never_above` sees it."""
    with pytest.raises(AssertionError):
        never_above(resampled(weighted(64), 64, 5_000), EVIDENCE)


def test_the_resampling_mistake_hides_with_one_draw() -> None:
    """With one draw it is unbiased, so that the test above needs several."""
    rows = resampled(weighted(1), 1, 100_000)
    right = random_rows(weighted(1), X, 100_000)
    error = float((rows.var() / len(rows) + right.var() / len(right)) ** 0.5)
    assert abs(float(rows.mean() - right.mean())) <= 4.5 * error


def test_iwae_4096() -> None:
    """IWAE_4096 is log p(X) within 5 standard errors and its bias, Var(w)/(2 K p²)."""
    rows = random_rows(weighted(4096), X, 200)
    q = product(gaussian(0, 1), *WIDE)
    bias = ORACLE.weight_variance(q, X) / (2 * 4096)
    assert 1e-6 < bias < 1e-3
    assert abs(float(rows.mean()) - EVIDENCE) <= 5 * float(rows.std() / len(rows) ** 0.5) + bias


def test_variance_of_the_weights() -> None:
    """The oracle's Var(w)/p², which the bias above rests on, against draws."""
    q = product(gaussian(0, 1), *WIDE)
    weights = (random_rows(weighted(1), X, 200_000) - EVIDENCE).exp()
    spread = (weights - 1).square()
    error = float(spread.std() / len(spread) ** 0.5)
    assert abs(float(spread.mean()) - ORACLE.weight_variance(q, X)) <= 4.5 * error


def test_i32_iwae_is_monotone() -> None:
    """I-32: E L_K does not decrease in K; with common draws, the mean of L_{K/2} over halves is below, row by row."""
    count = 100
    full = weighted(32).draw_noise(count, torch.Generator().manual_seed(0))
    (draws,) = full.streams.values()
    means = []
    for samples in (1, 2, 8, 32):
        model = weighted(samples)
        (stream,) = model.plan.streams
        parts = draws.split(samples)
        rows = [model.loss(batch(X, count), noise=noise(model, count, {stream: p})).rows.detach() for p in parts]
        means.append(torch.stack(rows).mean(0))
    for lower, upper in pairwise(means):
        assert bool((lower <= upper + 1e-12).all())
        assert float((upper - lower).mean()) > 1e-6
    never_above(means[-1], EVIDENCE)


def test_i32_tight_is_above_loose() -> None:
    """I-32: with the same draws, one logarithm over all strata is above the mean of one each, row by row."""
    rows = {}
    for strata in ("outside", "inside"):
        spec = {**product_spec(iwae(5, strata=strata), 1), "q": {"mixture": "singles", "z": {"expert": "normal"}}}
        rows[strata] = random_rows(fixed(build(ORACLE, spec), EXPERTS), X, 2000)
    assert bool((rows["inside"] >= rows["outside"] - 1e-12).all())
    assert float((rows["inside"] - rows["outside"]).mean()) > 1e-3
    never_above(rows["inside"], EVIDENCE)
