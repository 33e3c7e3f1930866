"""Flow experts in a model: training, mixtures of them, and all answers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from mvgraph.module.belief import ByRow, Known
from mvgraph.module.distributions import MixtureOfUnlike
from mvgraph.module.model import Model
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.vocab.family.flow import WEIGHTS

from .models import NETWORK, VIEWS, agree, data, gradients, model, patterns

FLOW = {"flow": {"hidden": [4], "context": 2}}
COUPLING = {"flow": {"hidden": [4], "context": 1, "kind": "coupling"}}
NAMES = ("sound", "touch", "text")
SHARED: dict[str, Any] = {"latent": "normal", "dim": 2}
ROUTES = {
    "mixture": {"elbo": {"from": "V", "to": "V", "density": "mixture"}},
    "component": {"elbo": {"from": "V", "to": "V", "density": "component"}},
    "outside": {"iwae": {"from": "V", "to": "V", "samples": 2}},
    "inside": {"iwae": {"from": "V", "to": "V", "samples": 2, "strata": "inside"}},
}


def flows(route: dict[str, Any], expert: Any = FLOW, count: int = 2, **more: Any) -> Spec:
    """A mixture of single experts, and whatever else is said."""
    tree = {
        "name": "flows",
        "views": {n: {**VIEWS[n], "encoder": NETWORK, "decoder": NETWORK} for n in NAMES[:count]},
        "p": {"z": SHARED, "x": {"observed": True, "plate": "view", "given": ["z"]}},
        "q": {"mixture": "singles", "z": {"expert": expert}},
        "objective": {"maximize": [route]},
    }
    return load({**tree, **more})


PRIVATE = {
    "p": {
        "z": SHARED,
        "h": {"latent": "normal", "dim": 2, "plate": "view"},
        "x": {"observed": True, "plate": "view", "given": ["z", "h"]},
    },
    "q": {"mixture": "singles", "z": {"expert": FLOW}, "h": {"expert": FLOW, "absent": "prior"}},
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("expert", [FLOW, COUPLING], ids=["maf", "coupling"])
def test_mixtures_of_flows_train(route: str, expert: Any) -> None:
    """Interpreter and plan agree, value and gradient, for every mask; every weight of a flow gets a gradient."""
    made = model(flows(ROUTES[route], expert))
    batch = data(made.spec, 3, patterns(2))
    loss = agree(made, batch)
    found = {n: g for n, g in gradients(made, loss).items() if WEIGHTS in n}
    assert found
    assert all((g != 0).any() for g in found.values())


def test_private_flows_train() -> None:
    made = model(flows(ROUTES["component"], count=2, **PRIVATE))
    agree(made, data(made.spec, 3, patterns(2)))


@pytest.mark.parametrize("name", ["mmvm", "mmvm_exact"])
def test_priors_made_of_flows_train(name: str) -> None:
    """MMVM whose experts are flows: each is compared with the others at its own draws; missing views, too."""
    views = {n: {**VIEWS[n], "encoder": NETWORK, "decoder": NETWORK} for n in NAMES[:2]}
    expert = {"q": {"z": {"expert": FLOW}}, "p": {"z": {"dim": 2}}}
    made = model(load({"extends": name, "name": "flows", "views": views, **expert}))
    batch = data(made.spec, 3, patterns(2))
    loss = agree(made, batch)
    assert all((g != 0).any() for n, g in gradients(made, loss).items() if WEIGHTS in n)
    assert made.impute(batch, samples=2)["touch"].mean.shape == (3, 2)
    optimizer = torch.optim.Adam(made.parameters(), lr=0.01)
    noise, start = made.draw_noise(3), float(loss.total.detach())
    for _ in range(60):
        optimizer.zero_grad()
        made.loss(batch, noise=noise).total.backward()
        optimizer.step()
    assert float(made.loss(batch, noise=noise).total.detach()) < start - 1.0


def straight(made: Model, plain: Model) -> Model:
    """Take the weights of a model with normal experts; the flows become the identity."""
    own = {n: p for n, p in made.named_parameters() if WEIGHTS in n}
    with torch.no_grad():
        for parameter in own.values():
            parameter.zero_()
    missing = made.load_state_dict(plain.state_dict(), strict=False)
    assert set(missing.missing_keys) == set(own)
    return made


def pair(**more: Any) -> tuple[Model, Model]:
    """A model with normal experts, and the same with flows that are the identity."""
    plain, bent = (model(flows(ROUTES["mixture"], e, 3, **more)) for e in ("normal", {"flow": {"hidden": [4]}}))
    return plain, straight(bent, plain)


def test_a_flow_that_is_the_identity_is_its_base() -> None:
    plain, bent = pair(estimator={"kl": "sampled"})
    batch = data(plain.spec, 7, patterns(3))
    noise = plain.draw_noise(7, torch.Generator().manual_seed(0))
    torch.testing.assert_close(bent.loss(batch, noise=noise).rows, plain.loss(batch, noise=noise).rows)


@pytest.mark.usefixtures("double")
def test_answers_of_a_mixture_of_flows() -> None:
    """Encode, impute and log p(X) are those of the normal experts where the flows are the identity."""
    plain, bent = pair()
    batch, seed = data(plain.spec, 7, patterns(3)), torch.Generator
    codes = [m.encode(batch)["z"] for m in (plain, bent)]
    assert isinstance(codes[1], MixtureOfUnlike)
    z = torch.randn(5, 7, 2)
    torch.testing.assert_close(codes[1].log_prob(z), codes[0].log_prob(z))
    error = 5 * codes[0].stddev / 1000**0.5  # the moments of a flow are those of a thousand draws
    assert ((codes[1].mean - codes[0].mean).abs() <= error).all()
    assert codes[1].sample((4,)).shape == (4, 7, 2)
    for samples in (None, 3):
        found = [m.impute(batch, samples=samples, generator=seed().manual_seed(1)) for m in (plain, bent)]
        for view in NAMES:
            torch.testing.assert_close(found[1][view].mean, found[0][view].mean)
    bounds = [m.log_likelihood(batch, 30, generator=seed().manual_seed(2)) for m in (plain, bent)]
    torch.testing.assert_close(bounds[1], bounds[0])
    assert set(bent.generate(3)) == set(NAMES)


@pytest.mark.usefixtures("double")
def test_rows_whose_view_is_missing_have_another_family() -> None:
    """A private latent is a flow where its view was seen and normal where it was not, in one batch."""
    made = model(flows(ROUTES["component"], count=2, **PRIVATE))
    batch = data(made.spec, 3, patterns(2))
    found = made.encode(batch)["h.sound"]
    assert isinstance(found, MixtureOfUnlike)
    alone = made.encode(batch.rows(torch.tensor([0, 2])))["h.sound"]
    z = torch.randn(3, 2)
    torch.testing.assert_close(found.log_prob(z)[[0, 2]], alone.log_prob(z[[0, 2]]))
    torch.testing.assert_close(found.log_prob(z)[1], torch.distributions.Normal(0, 1).log_prob(z[1]).sum())
    assert found.sample((3,)).shape == (3, 3, 2)
    assert made.impute(batch, samples=2)["sound"].mean.shape == (3, 3)
    assert made.log_likelihood(batch, 4).isfinite().all()


def test_weights_of_a_flow_are_saved() -> None:
    spec = flows(ROUTES["mixture"])
    made = model(spec)
    assert any(WEIGHTS in n for n in made.state_dict())
    other = Model(spec).double().eval()
    other.load_state_dict(made.state_dict())
    batch, noise = data(spec, 3), made.draw_noise(3)
    torch.testing.assert_close(other.loss(batch, noise=noise).rows, made.loss(batch, noise=noise).rows)


@pytest.mark.usefixtures("double")
def test_a_choice_by_row() -> None:
    """Draws, density and distribution of unlike beliefs, row by row."""
    first = Known(load_family("normal"), {"loc": torch.zeros(3, 2), "scale": torch.ones(3, 2)}, (3, 2))
    second = Known(load_family("laplace"), {"loc": torch.ones(3, 2), "scale": torch.ones(3, 2)}, (3, 2))
    rows = torch.tensor([True, False, True])
    both = ByRow(torch.stack([rows, ~rows]), (first, second))
    z = torch.randn(4, 3, 2)
    expected = torch.where(rows, first.log_prob(z), second.log_prob(z))
    torch.testing.assert_close(both.log_prob(z), expected)
    torch.testing.assert_close(both.distribution().log_prob(z), expected)
    assert both.draws(None, None)[0].tolist() == [[0, 0], [1, 1], [0, 0]]
    assert both.distribution().mean.tolist() == [[0, 0], [1, 1], [0, 0]]
    assert both.distribution().variance.tolist() == [[1, 1], [2, 2], [1, 1]]
    assert both.draws(5, None).shape == (5, 3, 2)


def load_family(word: str) -> Any:
    return flows(ROUTES["mixture"], word).posterior("z").expert


@pytest.mark.usefixtures("double")
def test_a_mixture_draws_from_its_parts() -> None:
    """Moments of draws, 4.5 standard errors."""
    torch.manual_seed(0)
    parts = [torch.distributions.Normal(torch.full((2, 1), m), 1.0) for m in (0.0, 8.0)]
    parts = [torch.distributions.Independent(p, 1) for p in parts]
    found = MixtureOfUnlike(torch.tensor([[0.25, 0.75], [1.0, 0.0]]).log(), parts)
    draws: Tensor = found.sample((10_000,))
    assert draws.shape == (10_000, 2, 1)
    assert ((draws.mean(0) - found.mean).abs() <= 4.5 * found.stddev / 100).all()
    assert found.mean.flatten().tolist() == pytest.approx([6.0, 0.0])
    assert found.variance.flatten().tolist() == pytest.approx([13.0, 1.0])
