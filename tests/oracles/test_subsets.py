"""Posteriors that are sampled: the product of exact experts over p^(|S| − 1) is the exact posterior (I-30)."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from mvgraph.errors import UsageError
from mvgraph.module.distributions import MixtureOfUnlike, Sampled, acceptance
from mvgraph.module.model import Model
from mvgraph.module.subsets import log_product
from mvgraph.vocab.sampler import Sampler

from .builder import Z, batch, build, set_expert
from .linear_gaussian import LinearGaussian, orthogonal
from .test_exact_posterior import ELBO, product_spec

DIM, SIZES = 2, (3, 4, 2)
CHAINS, DRAWS = 100, 5000
SETS = [s for n in (1, 2, 3) for s in combinations(range(3), n)]
SINGLE = {"elbo": {"from": "[m]", "to": "[m]", "for": {"m": "V"}}}
HMC = {"hmc": {"chains": CHAINS, "draws": DRAWS, "burn_in": 100}}


def world(**more: Any) -> tuple[LinearGaussian, Model, list[np.ndarray[Any, Any]]]:
    """Three views whose experts are the exact posteriors given one view; one datum a subset of the views."""
    rng = np.random.default_rng(5)
    oracle = orthogonal(rng, DIM, SIZES)
    spec = {**product_spec(SINGLE, DIM), "q": {"z": {"expert": "normal", "subsets": HMC, **more}}}
    model = build(oracle, spec)
    for i, view in enumerate(model.spec.view_names):
        gain, offset, var = oracle.expert(i)
        share = 1 / (1 + var)  # the prior, N(0, 1), times the likelihood's expert
        set_expert(model.networks.expert(Z, view), share[:, None] * gain, share * offset, share * var)
    return oracle, model, oracle.sample(rng, len(SETS))


def masks() -> np.ndarray[Any, Any]:
    """The subsets as masks."""
    return np.array([[m in s for m in range(3)] for s in SETS])


def posterior(oracle: LinearGaussian, x: list[np.ndarray[Any, Any]], row: int) -> Any:
    """p(z | x_S) of a row, S its own subset."""
    return oracle.diagonal_posterior([v[row] if m in SETS[row] else None for m, v in enumerate(x)])


def density(model: Model, x: list[np.ndarray[Any, Any]]) -> Any:
    """The unnormalised log-density of every row."""
    mask = torch.as_tensor(masks())
    experts = [model.networks.expert(Z, v)(torch.as_tensor(d)) for v, d in zip(model.spec.view_names, x, strict=True)]
    return log_product(model.networks, Z, experts, mask)


def once(model: Model, x: list[np.ndarray[Any, Any]]) -> Any:
    """The same with p divided out once, whatever the number of views."""
    right, count = density(model, x), torch.as_tensor(masks()).sum(1)
    return lambda z: right(z) + (count - 2) * torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(-1)


def constant(values: Tensor) -> Tensor:
    """Whether a function of z, `(point, row)`, is constant in each row."""
    return (values - values[0]).abs().max(0).values < 1e-9


def test_the_density_is_the_exact_posterior() -> None:
    """Up to a constant, at any z, for |S| = 1, 2, 3; with p divided out once it is so for |S| = 2 alone."""
    oracle, model, x = world()
    z = 3 * torch.randn(50, len(SETS), DIM, generator=torch.Generator().manual_seed(0))
    posts = [posterior(oracle, x, row) for row in range(len(SETS))]
    loc, var = (torch.as_tensor(np.stack([getattr(p, k) for p in posts])) for k in ("mean", "var"))
    exact = torch.distributions.Normal(loc, var.sqrt()).log_prob(z).sum(-1)
    assert constant(density(model, x)(z) - exact).all()
    assert constant(once(model, x)(z) - exact).tolist() == [len(s) == 2 for s in SETS]


def errors(draws: Tensor, exact: list[Any]) -> Tensor:
    """Mean and variance minus the exact ones in standard errors of independent chains, the largest of each row."""
    loc = torch.as_tensor(np.stack([p.mean for p in exact]))
    var = torch.as_tensor(np.stack([p.var for p in exact]))
    found = [_errors(values, truth) for values, truth in ((draws, loc), ((draws - loc).square(), var))]
    return torch.cat(found, -1).max(-1).values


def _errors(values: Tensor, truth: Tensor) -> Tensor:
    means = values.unflatten(0, (-1, CHAINS)).mean(0)  # (chain, row, dim)
    return (means.mean(0) - truth).abs() / (means.std(0) / CHAINS**0.5)


def test_the_draws_are_of_the_exact_posterior() -> None:
    """For |S| = 1, 2, 3 within 4.5 standard errors; with p divided out once, for |S| = 2 alone."""
    oracle, model, x = world()
    exact = [posterior(oracle, x, row) for row in range(len(SETS))]
    start = torch.zeros(CHAINS, len(SETS), DIM)
    sampler = Sampler.read(HMC)
    right = sampler.sample(density(model, x), start, torch.Generator().manual_seed(1))
    assert (errors(right.draws, exact) < 4.5).all()
    assert ((right.acceptance - 0.8).abs() < 0.15).all()
    wrong = sampler.sample(once(model, x), start, torch.Generator().manual_seed(1))
    assert (errors(wrong.draws, exact) < 4.5).tolist() == [len(s) == 2 for s in SETS]


def test_encode_gives_the_draws() -> None:
    """All subsets in one batch: one view has its expert, several are sampled, each row by its own evidence."""
    oracle, model, x = world()
    found = model.encode(batch(x, mask=masks()))["z"]
    assert isinstance(found, MixtureOfUnlike)
    exact = [posterior(oracle, x, row) for row in range(len(SETS))]
    (sampled,) = [p for p in found.parts if isinstance(p, Sampled)]
    several = [row for row, s in enumerate(SETS) if len(s) > 1]
    assert (errors(sampled.draws[:, several], [exact[r] for r in several]) < 4.5).all()
    assert sampled.acceptance.isnan().tolist() == [len(s) == 1 for s in SETS]
    assert acceptance(found) is sampled.acceptance
    assert acceptance(sampled) is sampled.acceptance
    assert acceptance(model.encode(batch(x), given=["1"])["z"]) is None
    for row, one in enumerate(exact):
        wide = 1e-12 if len(SETS[row]) == 1 else 0.1
        assert found.mean[row].tolist() == pytest.approx(one.mean.tolist(), abs=wide)
        assert found.variance[row].tolist() == pytest.approx(one.var.tolist(), abs=wide)
    assert found.sample((3,)).shape == (3, len(SETS), DIM)
    with pytest.raises(UsageError, match="draws and no density"):
        found.log_prob(torch.zeros(DIM))
    again = model.encode(batch(x, mask=masks()))["z"]
    assert torch.equal(again.mean, found.mean)


def test_impute_uses_the_draws() -> None:
    """Mean and variance of p(x_m | x_S), S of two views."""
    oracle, model, x = world()
    row = SETS.index((0, 1))
    given, generator = [v[row : row + 1] for v in x], torch.Generator().manual_seed(2)
    found = model.impute(batch(given), given=["1", "2"], samples=DRAWS, generator=generator)["3"]
    mean, covariance = oracle.conditional([given[0][0], given[1][0], None], 2)
    spread = np.diag(covariance) - oracle.views[2].noise
    assert (np.abs(found.mean[0].numpy() - mean) <= 4.5 * np.sqrt(spread / (DRAWS / 4))).all()  # draws are correlated
    assert found.variance[0].tolist() == pytest.approx(np.diag(covariance).tolist(), rel=0.15)
    assert model.impute(batch(given), given=["1", "2"])["3"].mean.shape == (1, SIZES[2])


def test_log_likelihood_is_the_evidence() -> None:
    """One view has its exact posterior, and no variance; several have a normal around their draws."""
    oracle, model, x = world(subsets={"hmc": {"chains": 20, "draws": 400}})
    found = model.log_likelihood(batch(x, mask=masks()), 4000, generator=torch.Generator().manual_seed(3))
    for row, subset in enumerate(SETS):
        exact = oracle.evidence([v[row] if m in subset else None for m, v in enumerate(x)])
        # with a scale s = 1.25 too wide an entry, Var w / p² = (s²/√(2 s² − 1))² − 1 = 0.15: a standard error of 0.006
        wide = 1e-10 if len(subset) == 1 else 0.03
        assert float(found[row]) == pytest.approx(exact, abs=wide)


def test_without_a_sampler_several_views_are_refused() -> None:
    """The message names what would be right."""
    _, model, x = world(subsets=None)
    with pytest.raises(UsageError, match=r"q\(z \| 1, 2\) is not defined.*give one view, or write subsets: hmc in q.z"):
        model.encode(batch(x), given=["1", "2"])


def test_a_joint_network_takes_all_views() -> None:
    """q(z | X) is the joint network's, of its own family; subsets are sampled, and single views have their flows."""
    spec = product_spec(ELBO, DIM)
    spec["objective"]["maximize"].append(SINGLE)
    flow = {"flow": {"hidden": [4], "base": {"normal": {"scale": "softplus"}}}}
    joint, few = {"joint": {"expert": "normal", "hidden": [4]}}, {"hmc": {"chains": 5, "draws": 20, "burn_in": 5}}
    spec["q"] = {"z": {"expert": flow, "fuse": joint, "subsets": few}}
    oracle, _, x = world()
    model = build(oracle, spec)
    full = model.encode(batch([v[:2] for v in x]))["z"]
    assert isinstance(full, torch.distributions.Independent)
    kinds = [type(p).__name__ for p in model.encode(batch(x, mask=masks()))["z"].parts]
    assert sorted(kinds) == ["Independent", "Pushed", "Pushed", "Pushed", "Sampled"]
    assert model.log_likelihood(batch([v[:2] for v in x]), 5).isfinite().all()
