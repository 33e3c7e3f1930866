"""Priors that are mixtures, made of posteriors or with a discrete parent summed out: schedules, verdicts, log p(X)."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from mvgraph.objective import derive
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.vocab.param import Clock

from .models import data, model, noise_of

VIEW = {"shape": [2], "likelihood": "normal", "encoder": "linear", "decoder": "linear"}
VIEWS = {"a": VIEW, "b": VIEW, "c": VIEW}
NODES = {"z": {"dim": 2}, "h": {"dim": 1}, "c": {"discrete": 3}}
PLAIN: dict[str, Any] = {
    "z": {"expert": "laplace"},
    "h": {"expert": "laplace", "absent": "prior", "auxiliary": None},
}


def cmvae() -> Spec:
    """CMVAE without its auxiliary priors: a model like any other."""
    return load("cmvae", views=VIEWS, p=NODES, q=PLAIN, beta=1)


@pytest.mark.parametrize("name", ["mmvm", "mmvm_exact"])
def test_the_weight_of_the_standard_normal_may_be_a_schedule(name: str) -> None:
    """α from 1 to 0: the loss at a clock is that of the number which α has then."""
    ramp = {"linear": {"from": 1, "to": 0, "steps": 4, "per": "batch"}}
    nodes = {"z": {"dim": 2, "latent": {"mixture_of": {"standard": "alpha"}}}}
    scheduled = model(load(name, views=VIEWS, p=nodes, params={"alpha": ramp}))
    batch, noise = data(scheduled.spec, 4), noise_of(scheduled, 4)
    for step, number in ((0, 1.0), (1, 0.75), (4, 0.0)):
        fixed = model(load(name, views=VIEWS, p=nodes, params={"alpha": number}))
        left = scheduled.loss(batch, noise=noise, clock=Clock(step, 1))
        right = fixed.loss(batch, noise=noise)
        torch.testing.assert_close(left.rows, right.rows, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(scheduled.loss(batch, noise=noise).rows, right.rows, rtol=1e-12, atol=1e-12)


def test_a_prior_with_a_discrete_parent_is_a_density_like_any_other() -> None:
    """Without the auxiliary priors CMVAE's objective is a bound, and log p(X) is no less than it."""
    spec = cmvae()
    assert derive(spec).verdict.reason == "a lower bound of log p(X)"
    made = model(spec)
    batch = data(spec, 5)
    rows = torch.arange(5).repeat_interleave(2000)
    with torch.no_grad():
        each = made.loss(batch.rows(rows), generator=torch.Generator().manual_seed(0)).rows.reshape(5, 2000)
    evidence = made.log_likelihood(batch, 20_000, generator=torch.Generator().manual_seed(1))
    assert bool((each.mean(1) < evidence + 4.5 * each.std(1) / 2000**0.5).all())


def test_log_likelihood_under_a_mixture_prior_is_that_of_draws_from_it() -> None:
    """Importance sampling agrees with the mean of p(X | z) over draws of the prior."""
    made = model(cmvae())
    batch = data(made.spec, 2)
    found = made.log_likelihood(batch, 40_000, generator=torch.Generator().manual_seed(0))
    family, params = made.spec.latent("z").family, made.networks.priors["z()"]()
    count, generator = 200_000, torch.Generator().manual_seed(1)
    like = torch.zeros((), dtype=torch.float64)
    z = family.rsample(params, family.noise((count, 2), generator, like))
    private = made.spec.latent("h").family
    total = torch.zeros(count, 2, dtype=torch.float64)
    with torch.no_grad():
        for view in made.spec.view_names:
            prior = made.networks.priors[f"h@{view}()"]()
            h = private.rsample(prior, private.noise((count, 1), generator, like))
            own = made.spec.view(view).likelihood
            assert own is not None
            decoded = made.networks.decode(view, torch.cat([z, h], -1))
            wide = {n: p[:, None] if p.dim() > 1 else p for n, p in decoded.items()}
            total += own.log_prob(wide, batch.views[view])
    weights = total.exp()
    mean, error = weights.mean(0), weights.std(0) / count**0.5
    assert bool(((found.exp() - mean).abs() < 6 * error).all())
