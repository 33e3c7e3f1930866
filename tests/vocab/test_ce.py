"""Cross-entropies in closed form against quadrature and the mean over draws; entropies against torch."""

import pytest
import torch

from mvgraph.vocab.divergence import closed_ce, closed_kl
from mvgraph.vocab.family import Family

FAMILIES = [f for f in (Family.read(w) for w in Family.registry.names()) if {"prior", "expert"} <= f.roles]
WORDS = [(of.word, to.word) for of in FAMILIES for to in FAMILIES if closed_ce(of, to) is not None]
PARAMETERS = [(0.0, 1.0, 0.0, 1.0), (0.7, 0.5, -0.4, 1.5), (-2.0, 1.3, 1.0, 0.6)]


pytestmark = pytest.mark.usefixtures("double")


def params(loc, scale):
    return {"loc": torch.tensor([loc]), "scale": torch.tensor([scale])}


def test_the_pairs():
    assert set(WORDS) == {(a, b) for a in ("normal", "laplace") for b in ("normal", "laplace")}


@pytest.mark.parametrize("words", WORDS, ids="-".join)
@pytest.mark.parametrize("numbers", PARAMETERS, ids=str)
def test_closed_form_is_the_mean_of_minus_the_log(words, numbers):
    (of, to), n = map(Family.read, words), 200_000
    p, q = params(*numbers[:2]), params(*numbers[2:])
    draws = of.rsample(p, of.noise((n, 1), torch.Generator().manual_seed(11), p["loc"]))
    minus = -to.log_prob(q, draws)
    error = (minus.mean() - closed_ce(of, to)(p, q)).abs()
    assert error <= 4.5 * minus.std() / n**0.5 + 1e-12


@pytest.mark.parametrize("numbers", PARAMETERS, ids=str)
def test_normal_by_its_formula(numbers):
    """½ log 2π + log σ₁ + (σ₀² + (μ₀ − μ₁)²)/2σ₁²."""
    normal, (m0, s0, m1, s1) = Family.read("normal"), map(torch.tensor, numbers)
    expected = 0.5 * torch.log(torch.tensor(2 * torch.pi)) + s1.log() + (s0**2 + (m0 - m1) ** 2) / (2 * s1**2)
    found = closed_ce(normal, normal)(params(*numbers[:2]), params(*numbers[2:]))
    torch.testing.assert_close(found, expected, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("words", WORDS, ids="-".join)
def test_it_differs_from_the_divergence_by_what_does_not_depend_on_the_second(words):
    of, to = map(Family.read, words)
    p = params(0.3, 0.8)
    gaps = [closed_ce(of, to)(p, q) - closed_kl(of, to)(p, q) for q in (params(0.0, 1.0), params(-1.0, 0.4))]
    torch.testing.assert_close(*gaps, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("word", [w for w in Family.registry.names() if Family.registry[w].has_entropy])
def test_entropy_agrees_with_torch(word):
    family = Family.read(word)
    p = {"loc": torch.randn(5, 3), "scale": torch.rand(5, 3) + 0.2}
    torch.testing.assert_close(family.entropy(p), family.distribution(p, (3,)).entropy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("word", [w for w in Family.registry.names() if not Family.registry[w].has_entropy])
def test_no_entropy_is_said(word):
    with pytest.raises(NotImplementedError, match="no entropy in closed form"):
        Family.registry[word].entropy(Family.registry["normal"](), {})


@pytest.mark.parametrize("words", [("delta", "normal"), ("normal", "delta"), ("student_t", "normal")], ids="-".join)
def test_no_closed_form_is_none(words):
    assert closed_ce(*map(Family.read, words)) is None
