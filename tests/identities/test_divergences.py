"""Identities of explicit divergences: Jensen–Shannon divergences and cross-entropies."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from mvgraph.module.model import Model
from mvgraph.objective import derive

from .algebra import compiled, data, elbo, model, of, shared_noise, terms, value

SINGLES = {"mixture": "singles", "z": {"expert": "normal"}}
JS = {"of": ["q(z | m)"], "for": {"m": "V"}}
TO_EXPERTS = {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}}
SAMPLED = {"kl": "sampled"}

several = pytest.mark.parametrize("views", [2, 3])


def mixture(views: int, weight: float, density: str, js: float = 0, **options: Any) -> Model:
    """A mixture of experts, its divergence sampled, with a Jensen–Shannon divergence of the experts taken off."""
    minimize = [{"js": {**JS, "weight": js}}] if js else None
    route = elbo(beta=weight, density=density)
    return compiled(model(views, route, q=SINGLES, minimize=minimize, estimator=SAMPLED, **options))


@several
def test_i10_the_gap_of_the_densities_is_a_jensen_shannon_divergence(views: int) -> None:
    """I-10: L_mix − L_comp = JS of the components, draw by draw where both are sampled."""
    torch.testing.assert_close(value(mixture(views, 1, "mixture", js=1)), value(mixture(views, 1, "component")))


@several
def test_i10_needs_the_weight_of_the_divergence(views: int) -> None:
    """I-10: for another β the gap is β JS, and JS alone is not."""
    component = value(mixture(views, 2, "component"))
    torch.testing.assert_close(value(mixture(views, 2, "mixture", js=2)), component)
    assert not torch.allclose(value(mixture(views, 2, "mixture", js=1)), component)


def test_i25_a_kl_to_the_mixture_of_a_family_is_a_part_of_js() -> None:
    """I-25: Σ_m KL(q_m ‖ mixture of all) = M JS(q_1, …, q_M), the same atoms with the same coefficients."""
    js = model(3, elbo(beta=0), q=SINGLES, minimize=[{"js": {**JS, "weight": "M"}}])
    kl = {"of": "q(z | m)", "to": "q(z | V)", "for": {"m": "V"}}
    assert terms(model(3, elbo(beta=0), q=SINGLES, minimize=[{"kl": kl}])) == terms(js)


@several
def test_i33_cross_entropy_and_kl_have_one_gradient(views: int) -> None:
    """I-33: −CE(q_J, q_m) = −KL(q_J ‖ q_m) − H(q_J): one gradient for the experts, another for q_J."""
    found = {}
    for word in ("ce", "kl"):
        spec = of("jmvae", views, objective={"minimize": [{word: TO_EXPERTS}]}, p={"z": {"dim": 2}}, beta=1)
        made = compiled(spec)
        loss = made.loss(data(spec), noise=shared_noise(made))
        names, parameters = zip(*made.named_parameters(), strict=True)
        found[word] = loss, dict(zip(names, torch.autograd.grad(loss.total, parameters), strict=True)), made
    (ce, left, made), (kl, right, _) = found["ce"], found["kl"]
    for name in (n for n in left if ".experts." in n):
        torch.testing.assert_close(left[name], right[name], rtol=1e-10, atol=1e-12)
    assert any(not torch.allclose(left[n], right[n]) for n in left if ".joints." in n)
    joint = made.encode(data(made.spec))["z"]
    torch.testing.assert_close(kl.rows - ce.rows, views * joint.entropy(), rtol=1e-10, atol=1e-12)


def test_a_cross_entropy_is_linear_in_its_first_density() -> None:
    """That of a mixture is the mean of its components'."""
    ce = {"of": "q(z | V)", "to": "p(z)"}
    lines = derive(model(2, elbo(beta=0), q=SINGLES, minimize=[{"ce": ce}])).lines
    assert lines[-2:] == ("- 1/2 CE(q(z|1) || p(z))", "- 1/2 CE(q(z|2) || p(z))")
