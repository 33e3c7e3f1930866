"""I-37 and I-41: gradient estimators that hold q still, where they are unbiased and where they are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from mvgraph.graph.checks import check
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise
from mvgraph.objective import derive
from mvgraph.objective.atoms import Stream
from mvgraph.spec.reading import load

from .builder import Z, batch, build, exact, fixed
from .linear_gaussian import LinearGaussian, gaussian, orthogonal
from .test_golden_numbers import ORACLE, X

PRODUCT = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "always"}}
SINGLES = {"mixture": "singles", "z": {"expert": "normal"}}
EXPERTS = (gaussian(0.9, 0.30), gaussian(-0.2, 0.70))
CHUNKS, ROWS = 40, 5_000


def spec(q: dict[str, Any], gradient: str, dim: int, **route: Any) -> dict[str, Any]:
    """One importance-weighted route over all views, divergences by draws."""
    written = {"from": "V", "to": "V", "samples": 4, **route}
    return {
        "name": gradient,
        "p": {"z": {"latent": "normal", "dim": dim}, "x": {"observed": True, "plate": "view", "given": ["z"]}},
        "q": q,
        "objective": {"maximize": [{"iwae": written}]},
        "estimator": {"kl": "sampled", "gradient": gradient},
    }


def posterior_parameters(model: Model) -> list[Tensor]:
    """Those of the experts."""
    return [p for v in model.spec.view_names for p in model.networks.expert(Z, v).parameters()]


def gradient(model: Model, noise: Noise, rows: int) -> Tensor:
    """The mean gradient of some rows in the biases of the experts: means and log-variances."""
    chosen = [p for n, p in model.networks.experts.named_parameters() if n.endswith("bias")]
    loss = model.loss(batch(X, rows), noise=noise).total
    return -torch.cat(torch.autograd.grad(loss, chosen))


def shared_noise(model: Model, other: Model, rows: int, seed: int) -> tuple[Noise, Noise]:
    """The same draws for both, whoever owns them."""
    drawn = model.draw_noise(rows, torch.Generator().manual_seed(seed))
    plain = {unowned(s): n for s, n in drawn.streams.items()}
    return drawn, Noise({s: plain[unowned(s)] for s in other.plan.streams}, drawn.sets)


def unowned(stream: Stream) -> Stream:
    """The stream that it would be if all terms shared it."""
    return replace(stream, owner="", parents=tuple(unowned(p) for p in stream.parents))


# --- I-37: at the exact posterior -------------------------------------------------------------------------------------


def world() -> tuple[LinearGaussian, list[Any]]:
    """A model whose experts can be exact, and one datum."""
    rng = np.random.default_rng(0)
    oracle = orthogonal(rng, 2, (3, 4))
    return oracle, oracle.sample(rng, 1)


@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize("samples", [1, 4])
@pytest.mark.parametrize("word", ["stl", "dreg"])
def test_i37_gradients_of_q_vanish_draw_by_draw(word: str, samples: int, optimize: bool) -> None:
    """Every log-weight is log p(X), whatever is drawn, so that nothing is left to move q."""
    oracle, x = world()
    for seed in range(3):
        sizes = {}
        for name in (word, "pathwise"):
            model = exact(build(oracle, spec(PRODUCT, name, 2, samples=samples), optimize=optimize), oracle)
            model.loss(batch(x), generator=torch.Generator().manual_seed(seed)).total.backward()
            sizes[name] = max(float(p.grad.abs().max()) for p in posterior_parameters(model) if p.grad is not None)
        assert sizes[word] < 1e-12
        assert sizes["pathwise"] > 1e-3


@pytest.mark.parametrize("word", ["stl", "dreg"])
@pytest.mark.parametrize("strata", ["outside", "inside"])
def test_i37_for_a_mixture_of_exact_posteriors(word: str, strata: str) -> None:
    """Both components are the posterior, and so is their mixture."""
    oracle, x = world()
    posterior = [oracle.diagonal_posterior([v[0] for v in x])] * 2
    model = fixed(build(oracle, spec(SINGLES, word, 2, strata=strata)), posterior)
    model.loss(batch(x), generator=torch.Generator().manual_seed(1)).total.backward()
    assert max(float(p.grad.abs().max()) for p in posterior_parameters(model) if p.grad is not None) < 1e-12


# --- I-41: bias -------------------------------------------------------------------------------------------------------

CASES: dict[str, tuple[dict[str, Any], str, dict[str, Any], bool]] = {
    "stl, one draw": (PRODUCT, "stl", {"samples": 1}, False),
    "dreg, one draw": (PRODUCT, "dreg", {"samples": 1}, False),
    "dreg, four draws": (PRODUCT, "dreg", {}, False),
    "dreg, beta 2": (PRODUCT, "dreg", {"beta": 2}, False),
    "dreg, beta 1/2": (PRODUCT, "dreg", {"beta": "1/2"}, False),
    "stl, four draws": (PRODUCT, "stl", {}, True),
    "mixture, stl, loose, one draw": (SINGLES, "stl", {"samples": 1}, False),
    "mixture, dreg, loose, one draw": (SINGLES, "dreg", {"samples": 1}, False),
    "mixture, stl, loose, four draws": (SINGLES, "stl", {}, True),
    "mixture, dreg, loose, four draws": (SINGLES, "dreg", {}, True),
    "mixture, stl, tight, one draw": (SINGLES, "stl", {"samples": 1, "strata": "inside"}, True),
    "mixture, dreg, tight, one draw": (SINGLES, "dreg", {"samples": 1, "strata": "inside"}, True),
    "mixture, dreg, tight, four draws": (SINGLES, "dreg", {"strata": "inside"}, True),
    "components, stl, four draws": (SINGLES, "stl", {"density": "component"}, True),
    "components, dreg, loose": (SINGLES, "dreg", {"density": "component"}, False),
    "components, dreg, tight": (SINGLES, "dreg", {"density": "component", "strata": "inside"}, False),
    "one view at a time, dreg": (SINGLES, "dreg", {"for": {"m": "V"}, "from": "[m]"}, False),
}


def scores(held: Model, plain: Model) -> np.ndarray[Any, Any]:
    """Standard errors between an estimator's mean gradient and the gradient of the bound, with the same draws."""
    gaps = []
    for seed in range(CHUNKS):
        own, other = shared_noise(held, plain, ROWS, seed)
        gaps.append((gradient(held, own, ROWS) - gradient(plain, other, ROWS)).numpy())
    each = np.stack(gaps)
    return np.abs(each.mean(0)) / (each.std(0, ddof=1) / np.sqrt(CHUNKS))


@pytest.mark.parametrize("name", CASES)
def test_i41_where_an_estimator_is_biased(name: str) -> None:
    """Unbiased estimators agree with the gradient of the bound, biased ones do not, and `check` knows which."""
    q, word, route, is_biased = CASES[name]
    model, plain = (fixed(build(ORACLE, spec(q, g, 1, **route)), EXPERTS) for g in (word, "pathwise"))
    found = scores(model, plain)
    warned = [p.message for p in check(model.spec) if p.code == "MVG360"]
    flagged = [f for f in derive(model.spec).flags if f.startswith("biased gradient")]
    assert bool(warned) == bool(flagged) == is_biased
    if is_biased:
        assert found.max() > 8
        assert f"gradient: {word} is biased here" in warned[0]
    else:
        assert found.max() <= 4


def two_levels(gradient: str, samples: int, prior_expert: str) -> Model:
    """y given z, one entry each; with the conditional prior as an expert, the posterior of y reads draws of z."""
    nodes = {
        "z": {"latent": "normal", "dim": 1},
        "y": {"latent": "normal", "dim": 1, "given": ["z"], "network": "linear"},
        "x": {"observed": True, "plate": "view", "given": ["y"]},
    }
    rules = {"z": {"expert": "normal", "fuse": "poe"}, "y": {"expert": "normal", "fuse": "poe"}}
    rules["y"]["prior_expert"] = prior_expert
    view = {"shape": [1], "likelihood": "normal", "encoder": "linear", "decoder": "linear"}
    written = {**spec(rules, gradient, 1, samples=samples), "views": {"1": view, "2": view}, "p": nodes}
    model, generator = Model(load(written)), torch.Generator().manual_seed(1)
    for parameter in model.parameters():
        parameter.data = 1.2 * torch.randn(parameter.shape, generator=generator)
    return model


@pytest.mark.parametrize(
    ("word", "samples", "prior_expert", "is_biased"),
    [
        ("dreg", 4, "never", False),
        ("stl", 1, "always", False),
        ("dreg", 1, "always", False),
        ("dreg", 4, "always", True),
        ("stl", 4, "always", True),
    ],
)
def test_i41_for_posteriors_that_read_draws(word: str, samples: int, prior_expert: str, is_biased: bool) -> None:
    """Several latents, one drawn given the other: the squared weights would reach the first one twice."""
    model = two_levels(word, samples, prior_expert)
    found = scores(model, two_levels("pathwise", samples, prior_expert))
    assert bool([p for p in check(model.spec) if p.code == "MVG360"]) == is_biased
    assert np.nanmax(found) > 8 if is_biased else np.nanmax(found) <= 4


@pytest.mark.parametrize("name", CASES)
def test_an_estimator_changes_gradients_of_q_alone(name: str) -> None:
    """Value and decoders' gradients are the same, draw by draw; those of q are not."""
    q, word, route, _ = CASES[name]
    held, plain = (fixed(build(ORACLE, spec(q, g, 1, **route)), EXPERTS) for g in (word, "pathwise"))
    noises = shared_noise(held, plain, 5, 0)
    losses = [m.loss(batch(X, 5), noise=n) for m, n in zip((held, plain), noises, strict=True)]
    torch.testing.assert_close(losses[0].rows, losses[1].rows, rtol=1e-12, atol=0)
    for loss in losses:
        loss.total.backward()
    for one, other in zip(held.networks.decoders.parameters(), plain.networks.decoders.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-10, atol=1e-12)
    pairs = zip(posterior_parameters(held), posterior_parameters(plain), strict=True)
    assert any(not torch.allclose(a.grad, b.grad, rtol=1e-3) for a, b in pairs if a.grad is not None)  # type: ignore[arg-type]


def test_dreg_has_less_variance_than_the_pathwise_gradient() -> None:
    """Which is what it is for; close to the posterior the pathwise gradient drowns in its own noise."""
    near = (gaussian(0.55, 0.30), gaussian(0.65, 0.70))
    spread = {}
    for word in ("pathwise", "dreg"):
        model = fixed(build(ORACLE, spec(PRODUCT, word, 1, samples=16)), near)
        each = [gradient(model, model.draw_noise(20, torch.Generator().manual_seed(s)), 20) for s in range(30)]
        spread[word] = float(torch.stack(each).var(0).sum())
    assert spread["dreg"] < 0.5 * spread["pathwise"]
