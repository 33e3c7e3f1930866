"""Two levels with the conditional prior as an expert: bounds, gradients and weights against closed forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from mvgraph.module.model import Model
from mvgraph.objective.keys import Ref
from mvgraph.spec.reading import load

from .builder import batch, constant, exactly, head_of, random_rows, set_expert, set_head, signs
from .hierarchy import Hierarchy, Joint, exact_experts, general, kl, orthogonal
from .linear_gaussian import Array, Gaussian, prior, product

LEVELS = (Ref("z.1"), Ref("z.2"))
DIMS = (2, 1)
ELBO: dict[str, Any] = {"elbo": {"from": "V", "to": "V", "beta": "beta"}}
PUBLISHED: dict[str, Any] = {"elbo": {"for": {"S": "full+singles"}, "from": "S", "to": "V", "beta": "beta"}}
EXACT = {"estimator": exactly(sum(DIMS))}
SAMPLED = {"estimator": {"kl": "sampled"}}


def build(oracle: Hierarchy, route: dict[str, Any], *, beta: float = 1.0, optimize: bool = True, **top: Any) -> Model:
    """A model with the oracle's p; its experts are left as they start."""
    node = {"latent": "normal", "plate": {"level": 2}, "dim": list(oracle.dims), "given": ["z[l+1:]"]}
    views = {
        str(i + 1): {
            "shape": [len(v.noise)],
            "likelihood": {"normal": {"learnt": ["scale"]}},
            "encoder": "linear",
            "decoder": "linear",
        }
        for i, v in enumerate(oracle.views)
    }
    p = {"z": {**node, "network": "linear"}, "x": {"observed": True, "plate": "view", "given": ["z"]}}
    q = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "always"}}
    graphs = {"p": p, "q": q, "objective": {"maximize": [route]}}
    spec = load({"name": "h", "params": {"beta": beta}, "views": views, **graphs, **top})
    model = Model(spec, optimize=optimize)
    set_expert(model.networks.priors["z@1()"], oracle.slope, oracle.offset, oracle.var)
    for name, view in zip(views, oracle.views, strict=True):
        decoder = model.networks.decoders[f"x@{name}()"]
        set_head(decoder, "loc", view.loadings, view.offset)
        decoder.free["raw_scale"].data = torch.as_tensor(np.log(view.noise))
    return model


def fixed(model: Model, experts: Sequence[tuple[Gaussian, Gaussian]]) -> Model:
    """Give every view constant experts of both levels."""
    for view, pair in zip(model.spec.view_names, experts, strict=True):
        for ref, q in zip(LEVELS, pair, strict=True):
            constant(model.networks.expert(ref, view), q)
    return model


def exact(model: Model, oracle: Hierarchy, used: Sequence[int]) -> Model:
    """Give the views in `used` the experts whose product is the posterior given these views."""
    for m, pair in zip(used, exact_experts(oracle, used), strict=True):
        for ref, expert in zip(LEVELS, pair, strict=True):
            set_expert(model.networks.expert(ref, model.spec.view_names[m]), *expert)
    return model


def some(seed: int = 0) -> tuple[Hierarchy, list[Array], list[tuple[Gaussian, Gaussian]]]:
    """A model without structure, a datum, and wrong experts."""
    rng = np.random.default_rng(seed)
    oracle = general(rng, DIMS, (3, 4))
    experts = [
        (
            Gaussian(rng.normal(size=DIMS[0]), rng.uniform(0.3, 1.5, DIMS[0])),
            Gaussian(rng.normal(size=DIMS[1]), rng.uniform(0.3, 1.5, DIMS[1])),
        )
        for _ in oracle.views
    ]
    return oracle, [rng.normal(size=3), rng.normal(size=4)], experts


def family(oracle: Hierarchy, experts: Sequence[tuple[Gaussian, Gaussian]]) -> Joint:
    """q given the views of these experts."""
    second = product(prior(DIMS[1]), *(two for _, two in experts))
    return oracle.family([one for one, _ in experts], second)


def closed(oracle: Hierarchy, x: list[Array], experts: Sequence[tuple[Gaussian, Gaussian]], beta: float = 1.0) -> float:
    """The bound of the route from all views to all views."""
    return oracle.elbo(family(oracle, experts), x, beta=beta)


def test_the_oracle_is_bayes() -> None:
    """log p(x) − ELBO(q) = KL(q ‖ p(z | x)) for any q, and 0 for the posterior."""
    oracle, x, experts = some()
    q, post = family(oracle, experts), oracle.posterior(x)
    assert oracle.evidence(x) - oracle.elbo(q, x) == pytest.approx(kl(q, post), abs=1e-9)
    assert oracle.elbo(post, x) == pytest.approx(oracle.evidence(x), abs=1e-9)


@pytest.mark.parametrize("kl_", ["closed", "sampled"])
@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize("beta", [1.0, 0.3])
def test_bound(beta: float, optimize: bool, kl_: str) -> None:
    """The nested expectations, integrated exactly, are the closed form of the bound."""
    oracle, x, experts = some()
    estimator = {**EXACT["estimator"], "kl": kl_}
    model = fixed(build(oracle, ELBO, beta=beta, optimize=optimize, estimator=estimator), experts)
    found = -float(model.loss(batch(x), noise=signs(model, 1)).total.detach())
    assert found == pytest.approx(closed(oracle, x, experts, beta), abs=1e-9)


def test_published_sum() -> None:
    """The sum over the full set and the single views, every view scored each time."""
    oracle, x, experts = some(1)
    model = fixed(build(oracle, PUBLISHED, **EXACT), experts)
    found = -float(model.loss(batch(x), noise=signs(model, 1)).total.detach())
    parts = [experts, experts[:1], experts[1:]]
    assert found == pytest.approx(sum(closed(oracle, x, e) for e in parts), abs=1e-9)


def test_missing_view() -> None:
    """A view that is missing is neither evidence nor scored: the bound of the other one, twice (full is single)."""
    oracle, x, experts = some(2)
    model = fixed(build(oracle, PUBLISHED, **EXACT), experts)
    mask = np.array([[True, False]])
    found = -float(model.loss(batch(x, mask=mask), noise=signs(model, 1)).total.detach())
    assert found == pytest.approx(2 * oracle.elbo(family(oracle, experts[:1]), x, views=[0]), abs=1e-9)


def test_monte_carlo() -> None:
    """Random draws average to the closed form, within standard errors, however the divergences are estimated."""
    oracle, x, experts = some(3)
    right = closed(oracle, x, experts)
    for estimator in ({}, SAMPLED):
        rows = random_rows(fixed(build(oracle, ELBO, **estimator), experts), x, 50_000)
        assert abs(float(rows.mean()) - right) <= 4.5 * float(rows.std() / len(rows) ** 0.5)


@pytest.mark.parametrize("samples", [1, 5])
@pytest.mark.parametrize("used", [(0,), (1,), (0, 1), (0, 1, 2)])
def test_exact_posterior_has_no_variance(used: tuple[int, ...], samples: int) -> None:
    """I-37: with the posterior among its products, every log-weight is log p(x), draw by draw, for any evidence."""
    rng = np.random.default_rng(len(used))
    oracle = orthogonal(rng, 2, (3, 4, 2))
    x = [rng.normal(size=len(v.noise)) for v in oracle.views]
    route = {"iwae": {"from": "V", "to": "V", "samples": samples}}
    model = exact(build(oracle, route, **SAMPLED), oracle, used)
    mask = np.array([[m in used for m in range(3)]])
    rows = model.loss(batch(x, 20, mask)).rows.detach()
    seen = [d if m in used else None for m, d in enumerate(x)]
    assert float(rows.std()) < 1e-11
    assert float(rows[0]) == pytest.approx(oracle.evidence(seen), abs=1e-9)


def test_iwae_is_between_the_bound_and_the_evidence() -> None:
    oracle, x, experts = some(4)
    means = [closed(oracle, x, experts)]
    for samples in (4, 64):
        model = fixed(build(oracle, {"iwae": {"from": "V", "to": "V", "samples": samples}}), experts)
        rows = random_rows(model, x, 4_000)
        error = float(rows.std() / len(rows) ** 0.5)
        assert float(rows.mean()) > means[-1] + 4.5 * error
        means.append(float(rows.mean()))
    assert means[-1] <= oracle.evidence(x) + 4.5 * error


# --- gradients --------------------------------------------------------------------------------------------------------

STEP = 1e-5


def point(oracle: Hierarchy, experts: Sequence[tuple[Gaussian, Gaussian]]) -> Array:
    """Every number that the bound depends on, but the decoders'."""
    numbers = [oracle.slope, oracle.offset, np.log(oracle.var)]
    numbers += [a for pair in experts for q in pair for a in (q.mean, np.log(q.var))]
    return np.concatenate([n.ravel() for n in numbers])


def moved(oracle: Hierarchy, values: Array) -> float:
    """The bound at such a point."""
    shapes = [DIMS, (DIMS[0],), (DIMS[0],), *[(d,) for _ in oracle.views for d in (2, 2, 1, 1)]]
    sizes = np.cumsum([int(np.prod(s)) for s in shapes])[:-1]
    each = [part.reshape(s) for part, s in zip(np.split(values, sizes), shapes, strict=True)]
    experts = [
        (Gaussian(each[i], np.exp(each[i + 1])), Gaussian(each[i + 2], np.exp(each[i + 3])))
        for i in range(3, len(each), 4)
    ]
    there = Hierarchy(each[0], each[1], np.exp(each[2]), oracle.views)
    _, x, _ = some(5)
    return closed(there, x, experts)


def parameters(model: Model) -> list[nn.Parameter]:
    """The same numbers in the framework, in the same order."""
    above = model.networks.priors["z@1()"]
    found = [head_of(above, "loc").weight, head_of(above, "loc").bias, head_of(above, "raw_scale").bias]
    for view in model.spec.view_names:
        experts = [model.networks.expert(ref, view) for ref in LEVELS]
        found += [head_of(q, head).bias for q in experts for head in ("loc", "raw_scale")]
    return found


@pytest.mark.parametrize("optimize", [True, False])
def test_gradient_is_that_of_the_closed_form(optimize: bool) -> None:
    """Through draws of the upper level, the conditional prior as expert and as target: against finite differences."""
    oracle, x, experts = some(5)
    model = fixed(build(oracle, ELBO, optimize=optimize, **EXACT), experts)
    total = model.loss(batch(x), noise=signs(model, 1)).total
    found = -torch.cat([g.flatten() for g in torch.autograd.grad(total, parameters(model))]).numpy()
    where = point(oracle, experts)
    steps = STEP * np.eye(len(where))
    right = [(moved(oracle, where + s) - moved(oracle, where - s)) / (2 * STEP) for s in steps]
    np.testing.assert_allclose(found, right, rtol=1e-6, atol=1e-7)


# --- answers ----------------------------------------------------------------------------------------------------------


def test_answers_of_the_exact_posterior() -> None:
    """Levels at the means of those above have the posterior's mean; so has what is decoded from them."""
    rng = np.random.default_rng(7)
    oracle = orthogonal(rng, 2, (3, 4))
    x = [rng.normal(size=(5, 3)), rng.normal(size=(5, 4))]
    model = exact(build(oracle, ELBO), oracle, (0, 1))
    codes, imputed = model.encode(batch(x)), model.impute(batch(x), plug_in=True)
    drawn = model.impute(batch(x), samples=20_000, generator=torch.Generator().manual_seed(0))
    for i in range(5):
        post = oracle.posterior([d[i] for d in x])
        for level, part in zip(("z.1", "z.2"), (post.mean[:2], post.mean[2:]), strict=True):
            assert codes[level].mean[i].tolist() == pytest.approx(part, abs=1e-9)
        for view, v in zip(model.spec.view_names, oracle.views, strict=True):
            mean, covariance = v.loadings @ post.mean + v.offset, v.loadings @ post.covariance @ v.loadings.T
            assert imputed[view].mean[i].tolist() == pytest.approx(mean, abs=1e-9)
            error = np.sqrt(np.diag(covariance) / 20_000)
            assert (np.abs(drawn[view].mean[i].numpy() - mean) <= 4.5 * error).all()
            spread = np.diag(covariance) + v.noise
            assert drawn[view].variance[i].tolist() == pytest.approx(spread, rel=0.1)


@pytest.mark.parametrize("used", [(0,), (0, 1)])
def test_log_likelihood_of_the_exact_posterior(used: tuple[int, ...]) -> None:
    """Every importance weight is p(x) where the proposal is the posterior."""
    rng = np.random.default_rng(8)
    oracle = orthogonal(rng, 2, (3, 4))
    x = [rng.normal(size=(3, 3)), rng.normal(size=(3, 4))]
    model = exact(build(oracle, ELBO), oracle, used)
    mask = np.tile([[m in used for m in range(2)]], (3, 1))
    found = model.log_likelihood(batch(x, mask=mask), 4)
    right = [oracle.evidence([d[i] if m in used else None for m, d in enumerate(x)]) for i in range(3)]
    assert found.tolist() == pytest.approx(right, abs=1e-9)


@pytest.mark.parametrize("mixture", ["none", "subsets"])
def test_log_likelihood_of_wrong_experts(mixture: str) -> None:
    """Importance sampling reaches the evidence, with the density of the whole mixture below, level by level."""
    oracle, x, experts = some(6)
    wide = [(Gaussian(a.mean, 3 * a.var), Gaussian(b.mean, 3 * b.var)) for a, b in experts]
    q = {"mixture": mixture, "z": {"expert": "normal", "fuse": "poe", "prior_expert": "always"}}
    model = fixed(build(oracle, ELBO, q=q), wide)
    found = model.log_likelihood(batch(x, 40), 20_000, generator=torch.Generator().manual_seed(0))
    error = float(found.std() / len(found) ** 0.5)
    assert abs(float(found.mean()) - oracle.evidence(x)) <= 5 * error + 1e-3
    assert error < 0.05


def test_generated_data_have_the_moments_of_the_model() -> None:
    oracle, _, _ = some(7)
    made = build(oracle, ELBO).generate(100_000, mean=False, generator=torch.Generator().manual_seed(0))
    for name, v in zip(("1", "2"), oracle.views, strict=True):
        variance = np.diag(v.loadings @ oracle.prior.covariance @ v.loadings.T) + v.noise
        mean = v.loadings @ oracle.prior.mean + v.offset
        assert (np.abs(made[name].mean(0).numpy() - mean) <= 4.5 * np.sqrt(variance / 100_000)).all()
        assert made[name].var(0).tolist() == pytest.approx(variance, rel=0.05)
