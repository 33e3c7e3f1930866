"""Starting weights follow from a seed, and leave torch's own generator alone."""

from __future__ import annotations

import torch

import mvgraph as mg

VIEWS = {"a": {"shape": [3]}, "b": {"shape": [2]}}


def weights(seed: int) -> torch.Tensor:
    model = mg.compile("mvae", seed=seed, views=VIEWS)
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_a_seed_gives_the_weights() -> None:
    torch.manual_seed(0)
    state = torch.get_rng_state()
    first, again, other = weights(1), weights(1), weights(2)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_batch_is_checked_against_the_spec() -> None:
    made = mg.batch(mg.load("mvae", views=VIEWS), {"a": torch.ones(2, 3), "b": torch.full((2, 2), torch.nan)})
    assert made.mask.tolist() == [[True, False]] * 2
