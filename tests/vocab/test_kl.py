"""Divergences in closed form against quadrature in one dimension, Monte Carlo, and torch."""

import pytest
import torch

from mvgraph.vocab.divergence import closed_kl
from mvgraph.vocab.divergence.kl import TABLE, normal_normal
from mvgraph.vocab.family import Family
from mvgraph.vocab.family.normal import Normal

ALL = [Family.read(w) for w in Family.registry.names()]
FAMILIES = [f for f in ALL if {"prior", "expert"} & f.roles and f.is_density]  # improper priors: test_dropout.py
WORDS = [(of.word, to.word) for of in FAMILIES for to in FAMILIES if closed_kl(of, to) is not None]
PARAMETERS = [(0.0, 1.0, 0.0, 1.0), (0.7, 0.5, -0.4, 1.5), (-2.0, 1.3, 1.0, 0.6), (0.1, 0.3, 0.1, 0.9)]


pytestmark = pytest.mark.usefixtures("double")


def params(loc, scale):
    return {"loc": torch.tensor([loc]), "scale": torch.tensor([scale])}


def half_line(of, to, start, side, reach=60.0, points=400_001):
    """The integral of p log p/q from a kink outwards; cubic steps are dense at the kinks."""
    t = torch.linspace(0.0, 1.0, points)
    x = (start + side * reach * t**3).unsqueeze(-1)
    log_p = of[0].log_prob(of[1], x)
    return torch.trapezoid(log_p.exp() * (log_p - to[0].log_prob(to[1], x)) * 3 * reach * t**2, t)


def quadrature(of, to):
    """KL in one dimension by the trapezoid rule, apart at both locations (the kinks of a Laplace)."""
    low, high = sorted([float(of[1]["loc"]), float(to[1]["loc"])])
    t = torch.linspace(0.0, 1.0, 400_001)
    x = (low + (high - low) * t).unsqueeze(-1)
    log_p = of[0].log_prob(of[1], x)
    middle = torch.trapezoid(log_p.exp() * (log_p - to[0].log_prob(to[1], x)) * (high - low), t)
    return half_line(of, to, low, -1.0) + middle + half_line(of, to, high, 1.0)


@pytest.mark.parametrize("words", WORDS, ids="-".join)
@pytest.mark.parametrize("numbers", PARAMETERS, ids=str)
def test_closed_form_is_the_integral(words, numbers):
    of, to = map(Family.read, words)
    p, q = params(*numbers[:2]), params(*numbers[2:])
    torch.testing.assert_close(closed_kl(of, to)(p, q), quadrature((of, p), (to, q)), rtol=0, atol=1e-9)


@pytest.mark.parametrize("words", WORDS, ids="-".join)
@pytest.mark.parametrize("numbers", PARAMETERS, ids=str)
def test_closed_form_is_the_mean_of_the_log_ratio(words, numbers):
    (of, to), n = map(Family.read, words), 200_000
    p, q = params(*numbers[:2]), params(*numbers[2:])
    draws = of.rsample(p, of.noise((n, 1), torch.Generator().manual_seed(11), p["loc"]))
    ratio = of.log_prob(p, draws) - to.log_prob(q, draws)
    error = (ratio.mean() - closed_kl(of, to)(p, q)).abs()
    assert error <= 4.5 * ratio.std() / n**0.5 + 1e-12


@pytest.mark.parametrize("words", WORDS, ids="-".join)
def test_closed_form_sums_the_last_axis_and_broadcasts(words):
    of, to = map(Family.read, words)
    p = {"loc": torch.randn(4, 1, 5, 3), "scale": torch.rand(4, 1, 5, 3) + 0.2}
    q = {"loc": torch.randn(3), "scale": torch.rand(3) + 0.2}
    found = closed_kl(of, to)(p, q)
    assert found.shape == (4, 1, 5)
    assert (found > 0).all()
    one = sum(
        closed_kl(of, to)({k: v[2, 0, 1, d : d + 1] for k, v in p.items()}, {k: v[d : d + 1] for k, v in q.items()})
        for d in range(3)
    )
    torch.testing.assert_close(found[2, 0, 1], one, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("words", WORDS, ids="-".join)
def test_gradients_are_right(words):
    of, to = map(Family.read, words)
    leaves = [torch.tensor([v], requires_grad=True) for v in (0.3, 0.8, -0.5, 1.4)]

    def divergence(a, b, c, d):
        return closed_kl(of, to)({"loc": a, "scale": b}, {"loc": c, "scale": d})

    assert torch.autograd.gradcheck(divergence, leaves)


@pytest.mark.parametrize("word", ["normal", "laplace"])
def test_agreement_with_torch(word):
    family, closed = Family.read(word), closed_kl(Family.read(word), Family.read(word))
    p = {"loc": torch.randn(5, 3), "scale": torch.rand(5, 3) + 0.2}
    q = {"loc": torch.randn(5, 3), "scale": torch.rand(5, 3) + 0.2}
    expected = torch.distributions.kl_divergence(family.distribution(p, (3,)), family.distribution(q, (3,)))
    torch.testing.assert_close(closed(p, q), expected, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(closed(p, p), torch.zeros(5), rtol=0, atol=1e-12)


def test_options_of_a_family_do_not_change_the_pair():
    assert (
        closed_kl(Family.read({"laplace": {"scale": 0.75}}), Family.read("normal"))
        is TABLE[Family.registry["laplace"], Family.registry["normal"]]
    )


@pytest.mark.parametrize("words", [("delta", "normal"), ("normal", "delta"), ("student_t", "normal")], ids="-".join)
def test_no_closed_form_is_none(words):
    assert closed_kl(*map(Family.read, words)) is None


def test_the_pairs_of_the_table_are_all_tested():
    assert {(of.word, to.word) for of, to in TABLE if not to.improper} <= set(WORDS)


def test_a_new_family_brings_its_own_divergences():
    class Shifted(Normal):
        word = "shifted"

        def kl_to(self, other):
            return normal_normal if other.word == "normal" else None

        def kl_from(self, other):
            return normal_normal if other.word == "normal" else None

    shifted, normal, laplace = Shifted(), Family.read("normal"), Family.read("laplace")
    assert closed_kl(shifted, normal) is normal_normal
    assert closed_kl(normal, shifted) is normal_normal
    assert closed_kl(shifted, laplace) is None
