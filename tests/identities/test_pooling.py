"""Identities of priors that are made of posteriors (MMVM)."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
import torch
from torch import Tensor
from torch.distributions import Distribution, kl_divergence

from mvgraph.module.model import Model
from mvgraph.objective import derive
from mvgraph.spec.model import Spec

from .algebra import compiled, data, elbo, model, of, shared_noise

PRIVATE = {
    "z": {"latent": "normal", "plate": "view", "dim": 2},
    "x": {"observed": True, "plate": "view", "given": ["z"]},
}
many = pytest.mark.parametrize("views", [2, 3])


def mmvm(views: int, name: str = "mmvm", **options: object) -> Spec:
    """A small one."""
    return of(name, views, p={"z": {"dim": 2}}, **options)


def vaes(views: int) -> Spec:
    """M independent VAEs: a latent a view with a prior of its own."""
    return model(views, elbo(beta="beta"), p=PRIVATE, q={"z": {"expert": "normal"}}, params={"beta": 1.0})


@many
def test_i24_with_the_standard_normal_alone_it_is_independent_vaes(views: int) -> None:
    """I-24: MMVM(a = 1) is M independent VAEs, identical but for the name of N(0, I), and in value."""
    spec, plain = mmvm(views), vaes(views)
    lines = derive(spec).substitute({"alpha": 1}).lines
    named = [line.replace(f"p(z.{v})", "N(0,I)") for line in derive(plain).lines for v in [line[-4:-2].strip(".")]]
    assert sorted(lines) == sorted(named)
    one = compiled(mmvm(views, alpha=1, beta=1))
    other = compiled(plain, one)
    left, right = (m.loss(data(m.spec), noise=shared_noise(m)).rows for m in (one, other))
    torch.testing.assert_close(left, right, rtol=1e-12, atol=1e-12)


@many
def test_i24_exact_with_the_standard_normal_alone(views: int) -> None:
    """The same of the whole mixture, whose KL is estimated by draws."""
    sets = {"z": {"dim": 2, "latent": {"mixture_of": {"standard": 1, "bound": "exact"}}}}
    one = compiled(of("mmvm_exact", views, p=sets, estimator={"samples": 2}))
    other = compiled(replace(vaes(views), estimator=replace(one.spec.estimator, kl="sampled")), one)
    left, right = (m.loss(data(m.spec), noise=shared_noise(m)).rows for m in (one, other))
    torch.testing.assert_close(left, right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["mmvm", "mmvm_exact"])
def test_i24_one_view_alone_has_no_divergence(name: str) -> None:
    """I-24: MMVM(M = 1, a = 0) is an autoencoder with noise: KL(q ‖ q) = 0."""
    objective = derive(mmvm(1, name))
    objective = objective.substitute({"alpha": 0}) if name == "mmvm" else objective
    assert [str(a) for _, a in objective.terms] == ["E[log p(x.1|z.1); z.1~q(z.1|1)]"]


SILENT = {"maximize": [elbo(likelihood_weight=0)]}  # the divergences alone


def divergences(made: Model, samples: int) -> tuple[Tensor, Tensor]:
    """What the divergences of an objective without scores add up to, a row, and the errors over so many draws."""
    rows = data(made.spec)
    several = rows.rows(torch.arange(len(rows)).repeat_interleave(samples))
    with torch.no_grad():
        found = -made.loss(several, generator=torch.Generator().manual_seed(0)).rows.reshape(len(rows), samples)
    return found.mean(1), found.std(1) / samples**0.5


def posteriors(made: Model) -> list[Distribution]:
    """q_m, over the rows."""
    return list(made.encode(data(made.spec)).values())


def jensen_shannon(made: Model, samples: int = 40_000) -> Tensor:
    """JS(q_1, …, q_M) of every row, by draws from every q_m and the densities of torch alone."""
    each, total = posteriors(made), torch.zeros(len(data(made.spec)))
    torch.manual_seed(1)
    for q in each:
        z = q.sample(torch.Size([samples]))
        mixture = torch.stack([p.log_prob(z) for p in each]).logsumexp(0) - torch.tensor(float(len(each))).log()
        total = total + (q.log_prob(z) - mixture).mean(0) / len(each)
    return total


@many
def test_i25_the_divergences_to_the_mixture_are_a_jensen_shannon_divergence(views: int) -> None:
    """I-25: Σ_m KL(q_m ‖ h) = M · JS(q_1, …, q_M) for a = 0."""
    made = compiled(mmvm(views, "mmvm_exact", objective=SILENT))
    mean, error = divergences(made, 40_000)
    distance = (mean - views * jensen_shannon(made)).abs()
    assert bool((distance <= 4.5 * (views + 1) * error).all())


@many
def test_i25_the_convex_bound_is_a_mean_of_jeffreys_divergences(views: int) -> None:
    """I-25: (1/M) Σ_mn KL(q_m ‖ q_n) = (2/M) Σ_{m<n} ½ (KL + KL), and no less than what it bounds."""
    made = compiled(mmvm(views, alpha=0, objective=SILENT))
    bound, _ = divergences(made, 2)
    each = posteriors(made)
    pairs = [(kl_divergence(p, q) + kl_divergence(q, p)) / 2 for p, q in combinations(each, 2)]
    torch.testing.assert_close(bound, 2 / views * torch.stack(pairs).sum(0), rtol=1e-10, atol=1e-12)
    exact = compiled(mmvm(views, "mmvm_exact", objective=SILENT), made)
    mean, error = divergences(exact, 2000)
    assert bool((mean < bound + 4.5 * error).all())
    assert bool((mean < bound - 4.5 * error).any())


def test_i25_equality_where_all_posteriors_are_equal() -> None:
    """I-25: both are zero where the posteriors of all views are one."""
    for name in ("mmvm", "mmvm_exact"):
        made = compiled(mmvm(2, name))
        one, other = (made.networks.expert(r, v) for r, v in made.plan.experts)
        other.load_state_dict(one.state_dict())
        rows = data(made.spec)
        batch = replace(rows, views=dict.fromkeys(rows.views, rows.views["1"]))
        loss = made.loss(batch, noise=shared_noise(made))
        scores = [v for line, v in loss.terms.items() if "E[" in line]
        torch.testing.assert_close(-loss.total, sum(scores), rtol=1e-12, atol=1e-12)
