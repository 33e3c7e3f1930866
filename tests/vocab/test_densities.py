"""Densities of single families: normalisation by quadrature or summation, and their stable corners."""

import pytest
import torch

from mvgraph.vocab.family import Family

pytestmark = pytest.mark.usefixtures("double")


def line_integral(family, params, low, high, points):
    """∫ p(x) dx and ∫ x p(x) dx by the trapezoid rule."""
    x = torch.linspace(low, high, points)
    density = family.log_prob(params, x.unsqueeze(-1)).exp()
    return torch.trapezoid(density, x), torch.trapezoid(x * density, x)


@pytest.mark.parametrize("scale", [0.3, 1.0, 2.5])
def test_normal_is_normalised(scale):
    params = {"loc": torch.tensor([0.7]), "scale": torch.tensor([scale])}
    total, mean = line_integral(Family.read("normal"), params, -40.0, 40.0, 200_001)
    torch.testing.assert_close(total, torch.tensor(1.0), rtol=0, atol=1e-9)
    torch.testing.assert_close(mean, torch.tensor(0.7), rtol=0, atol=1e-9)


@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_laplace_is_normalised(scale):
    params = {"loc": torch.tensor([0.0]), "scale": torch.tensor([scale])}
    total, mean = line_integral(Family.read("laplace"), params, -32.0, 32.0, 2_000_001)
    torch.testing.assert_close(total, torch.tensor(1.0), rtol=0, atol=1e-9)
    torch.testing.assert_close(mean, torch.tensor(0.0), rtol=0, atol=1e-9)


@pytest.mark.parametrize("df", [1.0, 4.0, 30.0])
def test_student_t_is_normalised(df):
    family = Family.read({"student_t": {"df": df}})
    params = {"loc": torch.tensor([0.2]), "scale": torch.tensor([1.5])}
    u = torch.linspace(-40.0, 40.0, 400_001)  # x = sinh u tames the tails
    density = family.log_prob(params, u.sinh().unsqueeze(-1)).exp() * u.cosh()
    torch.testing.assert_close(torch.trapezoid(density, u), torch.tensor(1.0), rtol=0, atol=1e-9)


@pytest.mark.parametrize("logit", [-40.0, -3.0, -0.2001, -0.1999, -1e-4, 0.0, 1e-9, 0.15, 0.2, 2.0, 10.0])
def test_continuous_bernoulli_is_normalised(logit):
    family = Family.read("continuous_bernoulli")
    params = {"logits": torch.tensor([logit])}
    x = 0.5 - 0.5 * torch.linspace(0.0, torch.pi, 20_001).cos()  # dense at both ends
    density = family.log_prob(params, x.unsqueeze(-1)).exp()
    torch.testing.assert_close(torch.trapezoid(density, x), torch.tensor(1.0), rtol=0, atol=2e-6)
    torch.testing.assert_close(torch.trapezoid(x * density, x), family.mean(params)[0], rtol=0, atol=2e-6)


def test_continuous_bernoulli_is_smooth_where_its_formulas_meet():
    family = Family.read("continuous_bernoulli")
    for middle in (0.2, -0.2):
        logits = torch.tensor([middle - 1e-13, middle + 1e-13]).unsqueeze(-1)
        mean, score = family.mean({"logits": logits}), family.log_prob({"logits": logits}, torch.tensor([0.3]))
        assert (mean[0] - mean[1]).abs() < 1e-12
        assert (score[0] - score[1]).abs() < 1e-12


def test_the_mean_of_a_continuous_bernoulli_is_the_slope_of_its_normaliser():
    logits = torch.linspace(-6.0, 6.0, 101).unsqueeze(-1).requires_grad_()
    family = Family.read("continuous_bernoulli")
    score = family.log_prob({"logits": logits}, torch.zeros(1)).sum()
    slope = torch.autograd.grad(score, logits)[0]
    torch.testing.assert_close(family.mean({"logits": logits}), -slope, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("word", ["poisson", "negative_binomial"])
@pytest.mark.parametrize("rate", ["exp", "softplus"])
def test_counts_are_normalised(word, rate):
    family = Family.read({word: {"rate": rate}})
    raw = {"raw_rate": torch.tensor([1.3])} | family.free((1,), "likelihood")
    params = family.constrain(raw, (1,), "likelihood")
    counts = torch.arange(2000.0)
    density = family.log_prob(params, counts.unsqueeze(-1)).exp()
    torch.testing.assert_close(density.sum(), torch.tensor(1.0), rtol=0, atol=1e-12)
    torch.testing.assert_close((counts * density).sum(), family.mean(params)[0], rtol=1e-12, atol=0)


def test_a_softplus_rate_stays_finite_and_smooth():
    family = Family.read({"poisson": {"rate": "softplus"}})
    raw = torch.tensor([-700.0, -15.0 - 1e-13, -15.0 + 1e-13, 700.0], requires_grad=True)
    found = family.constrain({"raw_rate": raw}, (4,), "likelihood")["log_rate"]
    slope = torch.autograd.grad(found.sum(), raw)[0]
    assert (found[1] - found[2]).abs() < 1e-12
    torch.testing.assert_close(found[0], torch.tensor(-700.0))
    torch.testing.assert_close(slope[:3], torch.ones(3), rtol=0, atol=1e-6)
