"""Identities of priors from which a discrete parent has been summed out (CMVAE), and of surrogates like theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.distributions import Laplace

from mvgraph.module.model import Model
from mvgraph.objective import derive
from mvgraph.objective.keys import Ref
from mvgraph.spec.model import Spec

from .algebra import compiled, data, elbo, model, of, shared_noise, terms, value

many = pytest.mark.parametrize("views", [1, 2, 3])
PLUS = {"z": {"dim": 2}, "h": {"dim": 1}}


def cmvae(views: int, count: int, **options: Any) -> Spec:
    """A small one with so many components, not pruned."""
    p = {**PLUS, "c": {"discrete": count}, **options.pop("p", {})}
    spec = of("cmvae", views, p=p, beta=options.pop("beta", 2.5), **options)
    return replace(spec, training=replace(spec.training, after=()))


@many
def test_i19_one_component_is_mmvae_plus(views: int) -> None:
    """I-19: C = 1 with its location fixed at 0 is MMVAE+, identical, and in value."""
    fixed = {"z": {"latent": {"laplace": {"learnt": []}}, "dim": 2}}
    one, other = cmvae(views, 1, p=fixed), of("mmvae_plus", views, p=PLUS)
    assert terms(one) == terms(other)
    left, right = compiled(one), compiled(other)
    torch.testing.assert_close(value(left), value(right), rtol=1e-12, atol=1e-12)


@many
def test_i19_more_components_are_another_model(views: int) -> None:
    """The same lines but for the prior, whose key says that c has been summed out."""
    one, other = derive(cmvae(views, 3)).lines, derive(of("mmvae_plus", views, p=PLUS)).lines
    assert one != other
    assert sorted(line.replace("Mix_p(c)[p(z|c)]", "p(z)") for line in one) == sorted(other)


def explicit(made: Model, z: Tensor, shares: Tensor) -> Tensor:
    """Σ_c q(c|z) [log p(c) + log p(z|c) − log q(c|z)] by torch alone; `shares` are q(c|z), `(*batch, c)`."""
    params = made.networks.prior(Ref("z"))
    log_p = params["logits"].log_softmax(-1) + Laplace(params["loc"], params["scale"]).log_prob(z[..., None, :]).sum(-1)
    return (shares * (log_p - shares.log())).sum(-1)


def test_i19_the_part_of_c_is_the_log_density_of_the_mixture() -> None:
    """I-19: with q(c|z) = p(c|z) the explicit part of c is log p(z), and with any other q(c|z) it is less."""
    made = compiled(cmvae(2, 4))
    params, family = made.networks.prior(Ref("z")), made.spec.latent("z").family
    z = 2 * torch.randn(3, 6, 2, generator=torch.Generator().manual_seed(0))
    density = family.log_prob(params, z)
    members = Laplace(params["loc"], params["scale"]).log_prob(z[..., None, :]).sum(-1)
    shares = (members + params["logits"].log_softmax(-1)).softmax(-1)
    torch.testing.assert_close(explicit(made, z, shares), density, rtol=1e-12, atol=1e-12)
    equal = torch.full_like(shares, 1 / 4)
    assert bool((explicit(made, z, equal) < density).all())


def test_the_responsibilities_are_those_of_bayes() -> None:
    """p(c | x_S) = Σ_S w_S p(c | E[z | x_S]), for every evidence."""
    made = compiled(cmvae(2, 4))
    batch = data(made.spec)
    params = made.networks.prior(Ref("z"))
    each = []
    for view in made.spec.view_names:
        mean = made.encode(batch, given=[view])["z"].mean
        members = Laplace(params["loc"], params["scale"]).log_prob(mean[:, None]).sum(-1)
        each.append((members + params["logits"].log_softmax(-1)).softmax(-1))
        torch.testing.assert_close(made.responsibilities(batch, given=[view])["c"], each[-1], rtol=1e-10, atol=1e-12)
    both = made.responsibilities(batch)["c"]
    torch.testing.assert_close(both, torch.stack(each).mean(0), rtol=1e-10, atol=1e-12)


def test_i18_a_route_bounds_the_evidence_of_the_model_whose_private_prior_is_replaced() -> None:
    """I-18: route n of MMVAE+ (component density) ≤ log p⁽ⁿ⁾(X): the private prior of each other view is r."""
    p = {"z": {"latent": "normal", "dim": 1}, "h": {"latent": "normal", "plate": "view", "dim": 1}}
    p["x"] = {"observed": True, "plate": "view", "given": ["z", "h"]}
    auxiliary = {"normal": {"learnt": ["loc", "scale"]}}
    q = {"mixture": "singles", "z": {"expert": "normal"}}
    q["h"] = {"expert": "normal", "absent": "aux", "auxiliary": auxiliary}  # type: ignore[assignment]
    made = compiled(model(2, elbo(density="component"), q=q, p=p, estimator={"samples": 4000}))
    batch = data(made.spec)
    route_means = made.loss(batch, generator=torch.Generator().manual_seed(0)).rows.detach()
    evidence = torch.stack([replaced(made, n) for n in made.spec.view_names])  # (route, row)
    assert bool((route_means <= evidence.mean(0)).all())
    assert bool((evidence.mean(0) <= evidence.logsumexp(0) - torch.tensor(2.0).log()).all())
    surrogate = made.loss(batch, noise=shared_noise(made)).rows
    assert surrogate.isfinite().all()
    assert "surrogate" in " ".join(derive(made.spec).flags)


def replaced(made: Model, source: str) -> Tensor:
    """log p⁽ⁿ⁾(X): everything is Gaussian and linear, so it is the density of one Gaussian, `(row,)`."""
    batch = data(made.spec)
    means, loadings, noises = [], [], []
    for i, view in enumerate(made.spec.view_names):
        zero = made.networks.decode(view, torch.zeros(1, 2))
        columns = [made.networks.decode(view, torch.eye(2)[j : j + 1])["loc"] - zero["loc"] for j in range(2)]
        r = made.networks.auxiliary(Ref("h", view))
        h_loc, h_scale = (torch.zeros(1), torch.ones(1)) if view == source else (r["loc"], r["scale"])
        means.append(zero["loc"][0] + columns[1][0] * h_loc)
        block = torch.zeros(len(means[-1]), 3)
        block[:, 0] = columns[0][0]
        block[:, 1 + i] = columns[1][0] * h_scale
        loadings.append(block)
        noises.append(zero["scale"].expand_as(zero["loc"])[0].square())
    w, s = torch.cat(loadings), torch.cat(noises)
    x = torch.cat([batch.views[v] for v in made.spec.view_names], -1)
    found = torch.distributions.MultivariateNormal(torch.cat(means), w @ w.T + torch.diag(s))
    return found.log_prob(x).detach()
