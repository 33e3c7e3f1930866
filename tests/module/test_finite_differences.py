"""The gradient of every reference model against central differences of its loss, under fixed noise."""

from __future__ import annotations

import pytest
import torch

from mvgraph.module.model import Model

from .models import EXACTLY_TWO, GAMES, NAMES, UNMASKABLE, data, gradients, model, noise_of, patterns, small, views_of

STEP = 1e-6
CRITICS = ".critics."
DIRECTIONS = 4
STOPPED: dict[str, str] = {  # models whose gradient is not that of the printed scalar, and why
    "nexus": "the upper level's data stand still; tests/module/test_uppers.py has the gradient of each level",
    "mmvae_dreg": "q is held still; tests/oracles/test_gradient_estimators.py has its gradient",
}


@pytest.mark.parametrize("name", [n for n in NAMES if n not in STOPPED])
def test_the_gradient_is_that_of_the_loss(name: str) -> None:
    """Along random directions of all parameters but critics' together, views missing where they may be."""
    count = 2 if name in EXACTLY_TWO else 3
    made = model(small(name, views_of(name, count)))
    masks = None if name in UNMASKABLE else patterns(count)
    rows = 5 if masks is None else len(masks)
    batch, noise = data(made.spec, rows, masks), noise_of(made, rows)

    def value(found: Model) -> torch.Tensor:
        """What `gradients` differentiates."""
        each = found.loss(batch, noise=noise).rows
        return (torch.linspace(0.5, 1.5, rows, dtype=each.dtype) * each).sum()

    found = gradients(made, made.loss(batch, noise=noise))
    parameters = dict(made.named_parameters())
    for seed in range(DIRECTIONS):
        generator = torch.Generator().manual_seed(seed)
        way = {n: torch.randn(p.shape, generator=generator, dtype=p.dtype) for n, p in parameters.items()}
        way = {n: torch.zeros_like(w) if CRITICS in n else w for n, w in way.items()}  # they are held still
        slope = sum((found[n] * w).sum() for n, w in way.items())
        ends = []
        for sign in (1, -2, 1):  # there, to the other side, and back
            with torch.no_grad():
                for n, parameter in parameters.items():
                    parameter.add_(sign * STEP * way[n])
                ends.append(value(made))
        difference = (ends[0] - ends[1]) / (2 * STEP)
        # the value is of order 100 and its difference has lost eight digits; Laplace scores have kinks
        torch.testing.assert_close(slope, difference, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", GAMES)
def test_the_gradient_of_a_critic_is_that_of_its_own_loss(name: str) -> None:
    """In every direction of its parameters; the loss has no gradient in any other."""
    made = model(small(name, views_of(name, 3)))
    masks = patterns(3)
    batch, noise = data(made.spec, len(masks), masks), noise_of(made, len(masks))

    def value() -> torch.Tensor:
        return sum(v for n, v in made.loss(batch, noise=noise).players.items() if n.startswith("critic of "))

    others = [p for n, p in made.named_parameters() if CRITICS not in n]
    assert all(g is None for g in torch.autograd.grad(value(), others, allow_unused=True))
    own = [p for n, p in made.named_parameters() if CRITICS in n]
    found = torch.autograd.grad(value(), own)
    for parameter, gradient in zip(own, found, strict=True):
        for index in range(parameter.numel()):
            ends = []
            for sign in (1, -2, 1):
                with torch.no_grad():
                    parameter.view(-1)[index] += sign * STEP
                ends.append(value().detach())
            difference = (ends[0] - ends[1]) / (2 * STEP)
            torch.testing.assert_close(gradient.flatten()[index], difference, rtol=1e-6, atol=1e-8)
