"""A trained model's answers against the exact posterior, evidence and conditionals."""

from __future__ import annotations

from itertools import product as choices
from typing import Any

import numpy as np
import pytest
import torch

from mvgraph.module.model import Model

from .builder import batch, build, exact, fixed
from .linear_gaussian import LinearGaussian, gaussian, orthogonal
from .test_exact_posterior import ELBO, product_spec
from .test_golden_numbers import EVIDENCE, EXPERTS, ORACLE, X

DIM = 2
SIZES = (3, 4, 2)
MASKS = np.array([m for m in choices([True, False], repeat=3) if any(m)])


def world() -> tuple[LinearGaussian, Model, list[np.ndarray[Any, Any]]]:
    """Three views with exact experts, and one datum for each pattern of observed views."""
    rng = np.random.default_rng(3)
    oracle = orthogonal(rng, DIM, SIZES)
    model = exact(build(oracle, product_spec(ELBO, DIM)), oracle)
    return oracle, model, oracle.sample(rng, len(MASKS))


def seen(x: list[np.ndarray[Any, Any]], row: int, mask: np.ndarray[Any, Any]) -> list[Any]:
    """What is observed of a row."""
    return [v[row] if there else None for v, there in zip(x, mask, strict=True)]


def test_encode_is_the_exact_posterior() -> None:
    """For every pattern of observed views, in one batch."""
    oracle, model, x = world()
    q = model.encode(batch(x, mask=MASKS))["z"]
    for row, mask in enumerate(MASKS):
        post = oracle.diagonal_posterior(seen(x, row, mask))
        assert q.mean[row].tolist() == pytest.approx(post.mean.tolist(), abs=1e-12)
        assert q.variance[row].tolist() == pytest.approx(post.var.tolist(), abs=1e-12)


@pytest.mark.parametrize("given", [["1"], ["2", "3"], ["1", "2", "3"]])
def test_encode_given(given: list[str]) -> None:
    """The same where the caller says what may be looked at."""
    oracle, model, x = world()
    mask = np.array([n in given for n in ("1", "2", "3")])
    q = model.encode(batch(x), given=given)["z"]
    means = [oracle.diagonal_posterior(seen(x, row, mask)).mean.tolist() for row in range(len(MASKS))]
    assert q.mean.numpy() == pytest.approx(np.array(means), abs=1e-12)


def test_log_likelihood_is_the_evidence() -> None:
    """Complete and partly observed rows; with the exact posterior as proposal, whatever the number of draws."""
    oracle, model, x = world()
    found = model.log_likelihood(batch(x, mask=MASKS), samples=3, generator=torch.Generator().manual_seed(0))
    evidence = [oracle.evidence(seen(x, row, mask)) for row, mask in enumerate(MASKS)]
    assert found.tolist() == pytest.approx(evidence, abs=1e-10)


@pytest.mark.parametrize("given", [["1"], ["1", "3"]])
def test_log_likelihood_given_a_subset(given: list[str]) -> None:
    """A proposal that sees some views only changes the variance: 5 standard errors, and not exact."""
    oracle, model, x = world()
    copies = 100
    rows = model.log_likelihood(
        batch([v[:2] for v in x], copies), samples=300, given=given, generator=torch.Generator().manual_seed(1)
    ).reshape(2, copies)
    for row in range(2):
        ratio = (rows[row] - oracle.evidence([v[row] for v in x])).exp()  # has mean one
        assert float(ratio.std()) > 1e-3
        assert abs(float(ratio.mean()) - 1) <= 5 * float(ratio.std()) / copies**0.5


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("mmvae", {"mixture": "singles", "z": {"expert": "normal"}}),
        ("mopoe", {"mixture": "subsets", "z": {"expert": "normal", "fuse": "poe", "prior_expert": "full"}}),
        ("mvae", {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "always"}}),
    ],
)
def test_log_likelihood_with_wrong_experts(name: str, base: dict[str, Any]) -> None:
    """Weights have mean one under any posterior family, and β plays no part."""
    spec = {**product_spec({"elbo": {"from": "V", "to": "V", "beta": 2.5}}, 1), "q": base, "name": name}
    model = fixed(build(ORACLE, spec), EXPERTS)
    rows = model.log_likelihood(batch(X, 1000), samples=300, generator=torch.Generator().manual_seed(2))
    ratio = (rows - EVIDENCE).exp()
    assert abs(float(ratio.mean()) - 1) <= 5 * float(ratio.std()) / len(ratio) ** 0.5
    assert float(rows.mean()) == pytest.approx(EVIDENCE, abs=0.01)


def test_imputation_is_the_conditional_mean() -> None:
    """E[x_m | x_S] for every pattern and view, observed or not."""
    oracle, model, x = world()
    found = model.impute(batch(x, mask=MASKS), plug_in=True)
    for row, mask in enumerate(MASKS):
        for m in range(3):
            mean, _ = oracle.conditional(seen(x, row, mask), m)
            assert found[str(m + 1)].mean[row].tolist() == pytest.approx(mean.tolist(), abs=1e-12)


def test_imputation_by_draws() -> None:
    """With draws of z the variance is that of p(x_m | x_S) too, within 5 standard errors of both."""
    oracle, model, x = world()
    draws = 20_000
    one = [v[:1] for v in x]
    found = model.impute(batch(one), given=["1"], samples=draws, generator=torch.Generator().manual_seed(3))
    for m in (1, 2):
        mean, covariance = oracle.conditional([x[0][0], None, None], m)
        inside = np.diag(covariance) - oracle.views[m].noise  # the variance that comes from z
        error = 5 * np.sqrt(inside / draws)
        assert (np.abs(found[str(m + 1)].mean[0].numpy() - mean) <= error).all()
        spread = np.abs(found[str(m + 1)].variance[0].numpy() - np.diag(covariance))
        assert (spread <= 5 * inside * np.sqrt(2 / draws)).all()


def test_encode_of_a_mixture() -> None:
    """The mixture's mean and variance over its observed components."""
    spec = {**product_spec(ELBO, 1), "q": {"mixture": "singles", "z": {"expert": "normal"}}}
    model = fixed(build(ORACLE, spec), EXPERTS)
    both = model.encode(batch(X))["z"]
    alone = model.encode(batch(X), given=["2"])["z"]
    means, variances = [e.mean[0] for e in EXPERTS], [e.var[0] for e in EXPERTS]
    assert float(both.mean) == pytest.approx(np.mean(means), abs=1e-12)
    assert float(both.variance) == pytest.approx(np.mean(variances) + np.var(means), abs=1e-12)
    assert float(alone.mean) == pytest.approx(means[1], abs=1e-12)


def test_wrong_experts_are_seen() -> None:
    """The comparison with the exact posterior fails for another expert."""
    model = fixed(build(ORACLE, product_spec(ELBO, 1)), (gaussian(0.6, 0.3), gaussian(0.2, 0.7)))
    post = ORACLE.diagonal_posterior(X)
    assert abs(float(model.encode(batch(X))["z"].mean) - post.mean[0]) > 1e-3
