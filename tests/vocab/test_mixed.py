"""Mixtures of members of one family: densities against torch, draws against moments, what is learnt."""

import pytest
import torch

from mvgraph.vocab.family import Family
from mvgraph.vocab.mixed import LOGITS, Mixed

pytestmark = pytest.mark.usefixtures("double")

BASES = [
    "normal",
    {"laplace": {"learnt": ["loc"]}},
    {"normal": {"learnt": ["loc", "scale"]}},
    {"laplace": {"scale": 2}},
]
SHAPE, COUNT = (2,), 3


def made(base, learnt=True):
    """A mixture, and parameters with components and shares that differ."""
    family = Mixed(Family.read(base), "c", COUNT, learnt)
    torch.manual_seed(0)
    raw = {n: v + torch.randn(v.shape) for n, v in family.free(SHAPE, "prior").items()}
    return family, family.constrain(raw, SHAPE, "prior")


@pytest.mark.parametrize("base", BASES, ids=str)
@pytest.mark.parametrize("learnt", [True, False])
def test_its_density_is_that_of_torch(base, learnt):
    family, params = made(base, learnt)
    assert (LOGITS in family.free(SHAPE, "prior")) == learnt
    value = 2 * torch.randn(4, 5, *SHAPE)
    found = family.log_prob(params, value)
    torch.testing.assert_close(found, family.distribution(params, SHAPE).log_prob(value), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(family.mean(params), family.distribution(params, SHAPE).mean, rtol=1e-12, atol=1e-12)
    each = family.log_members(params, value)
    assert each.shape == (4, 5, COUNT)
    shares = params[LOGITS].log_softmax(-1)
    torch.testing.assert_close(found, (each + shares).logsumexp(-1), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("base", BASES, ids=str)
def test_its_draws_have_its_moments(base):
    family, params = made(base)
    noise = family.noise((200_000, *SHAPE), torch.Generator().manual_seed(1), torch.zeros(()))
    draws, truth = family.rsample(params, noise), family.distribution(params, SHAPE)
    assert draws.shape == (200_000, *SHAPE)
    error = draws.std(0) / len(draws) ** 0.5
    assert bool(((draws.mean(0) - truth.mean).abs() < 4.5 * error).all())
    spread = (draws - truth.mean).square()
    assert bool(((spread.mean(0) - truth.variance).abs() < 4.5 * spread.std(0) / len(draws) ** 0.5).all())


def test_locations_start_apart_and_the_rest_as_the_family_says():
    family = Mixed(Family.read({"normal": {"learnt": ["loc", "scale"], "init": -1}}), "c", 50, True)
    start = family.free(SHAPE, "prior")
    assert bool((start["loc"].abs() <= 1).all())
    assert start["loc"].std() > 0.3
    assert bool((start["raw_scale"] == -1).all())
    assert bool((start[LOGITS] == 0).all())


def test_a_component_without_probability_has_no_gradient_and_no_draws():
    family, params = made({"normal": {"learnt": ["loc"]}})
    logits = params[LOGITS].masked_fill(torch.tensor([False, True, False]), -torch.inf).requires_grad_()
    loc = params["loc"].detach().requires_grad_()
    value = torch.randn(6, *SHAPE)
    family.log_prob({**params, "loc": loc, LOGITS: logits}, value).sum().backward()
    assert bool((loc.grad[1] == 0).all())
    assert bool(loc.grad.isfinite().all())
    far = {**params, "loc": params["loc"] + torch.tensor([0.0, 1e6, 0.0])[:, None], LOGITS: logits.detach()}
    noise = family.noise((1000, *SHAPE), torch.Generator().manual_seed(0), torch.zeros(()))
    assert bool((family.rsample(far, noise) < 1e5).all())


def test_it_is_written_as_its_family():
    assert Mixed(Family.read({"laplace": {"learnt": ["loc"]}}), "c", 3, True).write() == {
        "laplace": {"learnt": ["loc"]}
    }
    assert Mixed(Family.read("normal"), "c", 3, True).roles == Family.read("normal").roles
