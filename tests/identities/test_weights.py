"""Identities of likelihoods, of weights, and of one view's evidence."""

from __future__ import annotations

import math

import pytest
import torch

from mvgraph.objective.atoms import Likelihood
from mvgraph.spec.model import Spec

from .algebra import SHARED, VIEW, compiled, data, elbo, model, of, plus, shared_noise, terms, value

EXPERT = {"z": {"expert": "normal"}}


def scored(likelihood: str, beta: float) -> Spec:
    """A product of two views, their data under one likelihood."""
    return model(2, elbo(beta=beta), view_defaults={**VIEW, "likelihood": likelihood})


@pytest.mark.parametrize("beta", [0.0, 0.5, 2.0])
def test_i26_squared_errors_are_twice_a_normal_with_half_the_weight(beta: float) -> None:
    """I-26: −‖x − x̂‖² = 2 log N(x; x̂, I) + D log 2π, so mse under β has the gradient of 2 · normal(1) under β/2."""
    squared = compiled(scored("mse", beta))
    normal = compiled(scored("normal", beta / 2), squared)
    constant = 2 * 3 * math.log(2 * math.pi)  # two views of three entries
    torch.testing.assert_close(value(squared), 2 * value(normal) + constant, rtol=1e-12, atol=1e-12)
    gradients = []
    for found in (squared, normal):
        found.loss(data(found.spec), noise=shared_noise(found)).total.backward()
        gradients.append({n: p.grad for n, p in found.named_parameters() if p.grad is not None})
    assert gradients[0].keys() == gradients[1].keys()
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradient, 2 * gradients[1][name], rtol=1e-10, atol=1e-12)


def test_i26_the_same_weight_is_another_optimum() -> None:
    """I-26, the false reading: under the same β the two are no multiple of each other."""
    squared = compiled(scored("mse", 1.0))
    normal = compiled(scored("normal", 1.0), squared)
    difference = value(squared) - 2 * value(normal)
    assert difference.std() > 1e-3


def test_i26_the_autoencoder_is_the_route_of_pairs() -> None:
    """I-26: AE is the mean over pairs of a route of a delta posterior with β = 0; nothing but scores is left."""
    pairs = model(
        2, elbo("[n]", "[m]", beta=0, combine="mean", **{"for": {"n": "V", "m": "V"}}), q={"z": {"expert": "delta"}}
    )
    assert terms(pairs) == terms(of("ae", 2))
    assert all(isinstance(atom, Likelihood) for atom in terms(pairs))


def test_i31_the_best_objective_is_convex_and_falls_in_beta() -> None:
    """I-31: L_β is affine in β with slope −KL ≤ 0 for fixed parameters; its maximum over parameters is convex."""
    grid = [0.0, 0.25, 0.5, 1.0, 2.0, 4.0]
    table = []
    for seed in range(12):
        found = compiled(model(2, elbo(beta="beta"), params={"beta": 1.0}))
        torch.manual_seed(seed)
        for parameter in found.parameters():
            parameter.data = torch.randn_like(parameter) * 0.3 * (1 + seed)
        lines = {n: float(v.detach()) for n, v in found.loss(data(found.spec), noise=shared_noise(found)).terms.items()}
        score = sum(v for n, v in lines.items() if "E[log" in n)
        divergence = -sum(v for n, v in lines.items() if "KL(" in n)
        assert divergence >= 0
        row = []
        for beta in grid:
            other = compiled(model(2, elbo(beta="beta"), params={"beta": beta}), found)
            row.append(float(value(other).mean()))
            assert row[-1] == pytest.approx(score - beta * divergence, rel=1e-9)
        table.append(row)
    best = torch.tensor(table).amax(0)
    slopes = best.diff() / torch.tensor(grid).diff()
    assert (slopes <= 1e-12).all()
    assert (slopes.diff() >= -1e-12).all()
    assert best[0] == max(row[0] for row in table)  # β = 0: the autoencoder with noise in its code


def test_i34_vcca_without_private_latents_is_dvcca() -> None:
    """I-34: without h, VCCA-private's route {1} → V is DVCCA, which is mcVAE's first summand."""
    private = of("vcca_private", 2)
    first = model(2, elbo("[1]", "V", beta="beta"), p=SHARED, q=EXPERT, params={"beta": 1.0})
    second = model(2, elbo("[2]", "V", beta="beta"), p=SHARED, q=EXPERT, params={"beta": 1.0})
    assert [(t.from_, t.to) for t in private.maximize] == [(t.from_, t.to) for t in first.maximize]
    assert terms(first) == terms(of("dvcca", 2))
    assert terms(first) != terms(private)
    assert plus(terms(first), terms(second)) == terms(of("mcvae", 2))
