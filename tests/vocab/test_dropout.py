"""Dropout normals and the log-uniform prior: the fitted divergence against the exact one, and what is undefined."""

import math

import pytest
import torch
from scipy.special import digamma
from scipy.stats import poisson

from mvgraph.errors import SpecError, UsageError
from mvgraph.vocab.divergence import closed_kl
from mvgraph.vocab.divergence.kl import FITTED
from mvgraph.vocab.family import Family

pytestmark = pytest.mark.usefixtures("double")

DROPOUT, PRIOR = Family.read("dropout_normal"), Family.read("log_uniform")
LOG_ALPHAS = [-8.0, -5.0, -3.5, -2.0, -1.0, 0.0, 1.0, 3.0, 8.0]


def exact(log_alpha):
    """KL(N(μ, αμ²) ‖ log-uniform) − its limit for α → ∞: ½ E[ψ(½ + J) − ψ(½)] with J ~ Poisson(1/2α).

    E log|z|² is that of a non-central χ² with one degree of freedom, a Poisson mixture of central ones.
    """
    rate = 0.5 * math.exp(-log_alpha)
    counts = range(int(rate + 20 * math.sqrt(rate) + 60))
    return 0.5 * sum(poisson.pmf(j, rate) * (digamma(0.5 + j) - digamma(0.5)) for j in counts)


def params(log_alpha, loc=(1.7,)):
    return DROPOUT.constrain({"loc": torch.tensor(loc), "log_alpha": torch.tensor(log_alpha)}, (1,), "expert")


@pytest.mark.parametrize("log_alpha", LOG_ALPHAS)
def test_the_fit_is_close_to_the_exact_divergence(log_alpha):
    fitted = closed_kl(DROPOUT, PRIOR)(params(log_alpha), {})
    assert abs(float(fitted) - exact(log_alpha)) < 0.01  # the worst of all α is 0.0094
    assert float(fitted) > 0


@pytest.mark.parametrize("log_alpha", LOG_ALPHAS)
def test_draws_estimate_the_exact_divergence(log_alpha):
    """The log-ratio needs no fit: its constant is chosen such that its mean goes to 0 for α → ∞."""
    of, n = params(log_alpha), 200_000
    draws = DROPOUT.rsample(of, DROPOUT.noise((n, 1), torch.Generator().manual_seed(5), of["loc"]))
    ratio = DROPOUT.log_prob(of, draws) - PRIOR.log_prob({}, draws)
    assert abs(float(ratio.mean()) - exact(log_alpha)) <= 4.5 * float(ratio.std()) / n**0.5


def test_the_divergence_depends_on_alpha_alone():
    several = closed_kl(DROPOUT, PRIOR)(params(-1.0, ((0.01,), (-3.0,), (1e4,))), {})
    torch.testing.assert_close(several, several[:1].expand(3), rtol=1e-12, atol=0)
    normal = closed_kl(Family.read("normal"), PRIOR)({"loc": torch.ones(1), "scale": torch.full((1,), 0.5)}, {})
    torch.testing.assert_close(normal, closed_kl(DROPOUT, PRIOR)(params(math.log(0.25), (1.0,)), {}), rtol=1e-7, atol=0)


def test_the_divergence_sums_entries_and_vanishes_without_precision():
    of = {"loc": torch.randn(4, 5, 3), "scale": torch.rand(4, 5, 3) + 0.1}
    whole = closed_kl(DROPOUT, PRIOR)(of, {})
    parts = [closed_kl(DROPOUT, PRIOR)({k: v[..., i : i + 1] for k, v in of.items()}, {}) for i in range(3)]
    torch.testing.assert_close(whole, sum(parts), rtol=1e-12, atol=0)
    assert float(closed_kl(DROPOUT, PRIOR)(params(60.0), {})) < 1e-12


@pytest.mark.parametrize("loc", [0.0, 1e-30, 0.4, -20.0])
def test_values_and_gradients_are_finite_where_the_location_is_zero(loc):
    raw = {"loc": torch.full((3, 2), loc, requires_grad=True), "log_alpha": torch.zeros(2, requires_grad=True)}
    of = DROPOUT.constrain(raw, (2,), "expert")
    found = closed_kl(DROPOUT, PRIOR)(of, {})
    grads = torch.autograd.grad(found.sum(), list(raw.values()))
    assert found.isfinite().all()
    assert all(g.isfinite().all() for g in grads)
    assert float(grads[0].abs().max()) < 1e-6  # no pull on the location


def test_the_gradient_in_log_alpha_is_that_of_the_formula():
    loc = torch.tensor([[0.3, -2.0]])

    def divergence(log_alpha):
        return closed_kl(DROPOUT, PRIOR)(DROPOUT.constrain({"loc": loc, "log_alpha": log_alpha}, (2,), "expert"), {})

    assert torch.autograd.gradcheck(divergence, torch.tensor([-1.0, 2.0], requires_grad=True))


def test_where_the_location_is_zero_so_is_every_draw():
    of = params(8.0, (0.0,))
    draws = DROPOUT.rsample(of, torch.randn(1000, 1))
    assert float(draws.abs().max()) < 1e-5


def test_experts_share_log_alpha_and_it_is_kept_in_bounds():
    assert DROPOUT.tied == {"log_alpha"}
    assert DROPOUT.bounds() == {"log_alpha": (-8.0, 8.0)}
    assert float(Family.read({"dropout_normal": {"init": -2}}).free((1,), "expert")["log_alpha"]) == -2
    with pytest.raises(SpecError, match="first bound lies below"):
        Family.read({"dropout_normal": {"clamp": [1, -1]}})
    with pytest.raises(SpecError, match=r"starts between -8\.0 and 8\.0"):
        Family.read({"dropout_normal": {"init": 9}})


@pytest.mark.parametrize("asked", [PRIOR.mean, lambda p: PRIOR.distribution(p, (2,)), lambda p: PRIOR.rsample(p, 0)])
def test_an_improper_prior_has_no_mean_and_no_draws(asked):
    assert PRIOR.improper
    assert not PRIOR.is_density
    assert PRIOR.constrain({}, (2,), "prior") == {}
    with pytest.raises(UsageError, match="'log_uniform' is improper, its integral is infinite"):
        asked({})


def test_a_fitted_divergence_is_known_as_one():
    assert "Molchanov" in FITTED[closed_kl(DROPOUT, PRIOR)]
    assert closed_kl(Family.read("normal"), Family.read("normal")) not in FITTED
