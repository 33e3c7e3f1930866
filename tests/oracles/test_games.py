"""Games trained: the classifier's optimum on known Gaussians, and codes that move towards the prior on digits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor
from torch.distributions import Normal

from mvgraph.module.critics import Scorer
from mvgraph.module.model import Model, compile  # noqa: A004 - the public verb
from mvgraph.spec.reading import load
from mvgraph.training.fitting import fit

LINEAR = {"mlp": {"hidden": []}}
ROWS = 6000


def known(play: str, critic: Any, balance: str = "even") -> Model:
    """A game between the prior N(0, 1) and codes that are the data themselves; only the critic moves."""
    moves = [{"update": ["critic"], "loss": "critic", "optimizer": {"adam": {"lr": 0.02}}}]
    game = {"play": play, "real": "p(z)", "fake": "q(z | m)", "for": {"m": "V"}, "critic": critic, "balance": balance}
    view = {"shape": [1], "likelihood": "mse", "encoder": LINEAR, "decoder": LINEAR}
    sets = ["p.z.dim=1"]
    model = compile(
        load("maae", sets=sets, views={"a": view, "b": view}, moves=moves, objective={"minimize": [{"game": game}]}),
        seed=0,
    )
    with torch.no_grad():
        for network in model.networks.experts.values():
            (weight, bias) = network.parameters()
            weight.fill_(1.0)
            bias.zero_()
    return model


def gaussians() -> Mapping[str, np.ndarray[Any, Any]]:
    """Codes of both views, N(1, 0.8²): quantiles of it in random order, so that there is no sampling error."""
    grid = torch.linspace(0.5 / ROWS, 1 - 0.5 / ROWS, ROWS, dtype=torch.float64)
    values = Normal(1.0, 0.8).icdf(grid).numpy()[:, None]
    generator = np.random.default_rng(0)
    return {v: generator.permutation(values) for v in "ab"}


def score(model: Model, at: Tensor) -> Tensor:
    """The critic's score at codes, `(n,)`."""
    critic = model.networks.critics["C"]
    assert isinstance(critic, Scorer)
    with torch.no_grad():
        found: Tensor = critic(at[:, None])["scores"][:, 0]
    return found


@pytest.mark.parametrize(("balance", "shift"), [("even", 0.0), ("pooled", -math.log(2))])
def test_the_classifiers_optimum_on_two_gaussians_is_reached(balance: str, shift: float) -> None:
    """C* = log p(z) − log q(z), and lower by log M where each of the M fakes counts as much as the real."""
    model = known("gan", {"mlp": {"hidden": [16], "activation": "tanh"}}, balance)
    fit(model, gaussians(), epochs=12, batch_size=250, fraction=0, progress=False, accelerator="cpu")
    at = torch.linspace(-1.0, 2.2, 33)
    wanted = Normal(0.0, 1.0).log_prob(at) - Normal(1.0, 0.8).log_prob(at) + shift
    assert float((score(model, at) - wanted).abs().mean()) < 0.15
    assert float((score(model, at) - wanted).abs().max()) < 0.4


def test_a_linear_critic_of_bounded_weights_finds_the_difference_of_means() -> None:
    """The gradient of its loss is half the difference of means, so the weight runs to the bound on the real's side."""
    model = known("wgan", LINEAR)
    data = gaussians()
    batch = {v: torch.as_tensor(x, dtype=torch.float32) for v, x in data.items()}
    noise = model.draw_noise(ROWS, torch.Generator().manual_seed(0))
    weight, bias = model.networks.critics["C"].parameters()
    loss = model.loss(batch, noise=noise).players["critic of C"]
    slope, shift = torch.autograd.grad(loss, (weight, bias))
    (real,) = (n for s, n in noise.streams.items() if s.source == "prior")
    fakes = torch.stack([x.mean() for x in batch.values()]).mean()
    torch.testing.assert_close(slope.flatten()[0], (fakes - real.mean()) / 2, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(shift, torch.zeros_like(shift), rtol=0, atol=1e-6)
    fit(model, data, epochs=2, batch_size=250, fraction=0, progress=False, accelerator="cpu")
    assert float(weight.detach()) == pytest.approx(-0.01)


def halves() -> dict[str, np.ndarray[Any, Any]]:
    """The upper and the lower halves of 600 digits."""
    pixels = load_digits().data[:600] / 16
    return {"upper": pixels[:, :32], "lower": pixels[:, 32:]}


def energy(model: Model, data: Mapping[str, np.ndarray[Any, Any]]) -> float:
    """The energy distance of the codes of all views from as many draws of the prior: zero where they are alike."""
    values = {v: torch.as_tensor(x, dtype=torch.float32) for v, x in data.items()}
    codes = torch.cat([model.encode({v: x})["z"].mean for v, x in values.items()])
    prior = torch.randn(codes.shape, generator=torch.Generator().manual_seed(0))
    across, left, right = (torch.cdist(a, b).mean() for a, b in ((codes, prior), (codes, codes), (prior, prior)))
    return float(2 * across - left - right)


def trained(name: str) -> tuple[float, float]:
    """The energy distance before and after a short training on digits."""
    network = "{mlp: {hidden: [64]}}"
    small = [f"view_defaults.{n}={network}" for n in ("encoder", "decoder")]
    spec = load(name, sets=["p.z.dim=3", *small], views={v: {"shape": [32]} for v in ("upper", "lower")})
    model, data = compile(spec, seed=0), halves()
    before = energy(model, data)
    fit(model, data, epochs=40, batch_size=100, fraction=0, progress=False, accelerator="cpu")
    return before, energy(model, data)


def test_the_codes_move_towards_the_prior_on_digits() -> None:
    """By a two-sample statistic that falls to a quarter, and far below that of the same model without its game."""
    before, after = trained("maae")
    _, without = trained("ae")
    assert after < 0.25 * before
    assert after < 0.25 * without


def test_the_codes_of_mwae_move_towards_the_prior_on_digits() -> None:
    """More slowly: its critic's weights are small."""
    before, after = trained("mwae")
    assert after < 0.7 * before
