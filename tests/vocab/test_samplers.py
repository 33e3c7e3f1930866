"""Samplers: draws from known densities, row by row, within standard errors of independent chains."""

import math

import pytest
import torch

from mvgraph.errors import SpecError
from mvgraph.vocab.sampler import Sampler

pytestmark = pytest.mark.usefixtures("double")

LOC = torch.tensor([[0.0, 1.0], [-2.0, 3.0], [0.5, 0.5]], dtype=torch.float64)
SCALE = torch.tensor([[1.0, 1.0], [0.2, 0.5], [3.0, 4.0]], dtype=torch.float64)


def sampler(**options):
    return Sampler.read({"hmc": options})


def normal(z):
    """log N(z; LOC, SCALE²) up to a constant, three rows of very different size."""
    return -0.5 * ((z - LOC) / SCALE).square().sum(-1)


def chain_means(found, chains, moment):
    """The mean of each chain, `(chain, row, dim)`: independent of each other."""
    return moment(found.draws).unflatten(0, (-1, chains)).mean(0)


def close(means, exact):
    """Whether independent means agree with a number, within 4.5 standard errors."""
    return ((means.mean(0) - exact).abs() <= 4.5 * means.std(0) / len(means) ** 0.5).all()


@pytest.mark.parametrize("word", Sampler.registry.names())
def test_a_word_reads_back(word):
    assert Sampler.read(Sampler.read(word).write()) == Sampler.read(word)


def test_draws_have_the_moments_of_each_row():
    chains, start = 200, LOC + 3.0 * torch.randn(200, 3, 2, generator=torch.Generator().manual_seed(0))
    found = sampler(draws=200 * 40, chains=chains).sample(normal, start, torch.Generator().manual_seed(1))
    assert found.draws.shape == (8000, 3, 2)
    assert close(chain_means(found, chains, lambda z: z), LOC)
    assert close(chain_means(found, chains, lambda z: (z - LOC).square()), SCALE.square())
    assert close(chain_means(found, chains, lambda z: ((z - LOC) / SCALE)[..., 0] * ((z - LOC) / SCALE)[..., 1]), 0.0)


def test_steps_are_adapted_to_each_row():
    """Acceptance lies near its target for rows of every size, whatever the first step was."""
    for first in (0.001, 0.1, 5.0):
        word = sampler(draws=1000, chains=50, step_size=first, burn_in=300)
        found = word.sample(normal, LOC.expand(50, 3, 2), torch.Generator().manual_seed(2))
        assert ((found.acceptance - 0.8).abs() < 0.12).all()


def test_rows_and_chains_accept_by_themselves():
    """A row whose every proposal fails stays where it is, and others move on."""

    def walled(z):
        return torch.where(torch.tensor([False, True])[None], -math.inf, -0.5 * z.square().sum(-1))

    start = torch.ones(10, 2, 2)
    found = sampler(draws=50, burn_in=0).sample(lambda z: walled(z) * 1.0, start, torch.Generator().manual_seed(3))
    assert (found.draws[:, 1] == 1.0).all()
    assert (found.draws[:, 0] != 1.0).any()
    assert found.acceptance[1] == 0.0


def test_without_the_acceptance_step_the_moments_are_wrong():
    """The test can fail: long steps of the integrator alone do not keep the variance."""
    word = sampler(draws=4000, chains=100, burn_in=0, step_size=1.9, steps=3)
    start = torch.randn(100, 1, 1, generator=torch.Generator().manual_seed(4))
    right = word.sample(lambda z: -0.5 * z.square().sum(-1), start, torch.Generator().manual_seed(5))
    assert close(chain_means(right, 100, torch.square), 1.0)
    assert right.acceptance.item() < 0.95


def test_draws_come_from_the_generator_alone():
    start = torch.zeros(10, 3, 2)
    twice = [sampler().sample(normal, start, torch.Generator().manual_seed(6)).draws for _ in range(2)]
    assert torch.equal(*twice)
    assert sampler(draws=15).sample(normal, start, torch.Generator().manual_seed(6)).draws.shape == (15, 3, 2)


def test_gradients_stay_inside():
    """Sampling works where gradients are off, and leaves no graph behind."""
    weight = torch.ones(1, requires_grad=True)
    with torch.no_grad():
        found = sampler(draws=10, burn_in=2).sample(lambda z: normal(z) * weight, torch.zeros(10, 3, 2))
    assert not found.draws.requires_grad
    assert not found.acceptance.requires_grad
    assert weight.grad is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 0}, "draws are 1 or more"),
        ({"chains": 0}, "chains are 1 or more"),
        ({"steps": 0}, "steps are 1 or more"),
        ({"burn_in": -1}, "a burn-in is 0 or more"),
        ({"step_size": 0.0}, "a step is above 0"),
        ({"acceptance": 1.0}, "between 0 and 1"),
    ],
    ids=str,
)
def test_options_without_meaning_are_refused(options, message):
    with pytest.raises(SpecError, match=message):
        sampler(**options)
