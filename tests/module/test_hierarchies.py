"""Posteriors with a conditional prior among their experts: both executors, every pattern of missing views, deletion."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
import torch
from sympy import Rational

from mvgraph.data.batch import Batch
from mvgraph.graph.checks import check
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise
from mvgraph.objective import derive
from mvgraph.objective.atoms import KL
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

from .models import NETWORK, VIEWS, agree, data, model, noise_of, patterns, with_views
from .random_specs import useful

NAMES = ("sound", "label", "image")
LEVELS = {
    "z": {"latent": "normal", "plate": {"level": 3}, "dim": [3, 2, 2], "given": ["z[l+1:]"], "network": NETWORK},
    "x": {"observed": True, "plate": "view", "given": ["z"]},
}
PRIVATE = {
    "z": {"latent": "normal", "dim": 2},
    "h": {"latent": "normal", "plate": "view", "dim": 2, "given": ["z"], "network": NETWORK},
    "x": {"observed": True, "plate": "view", "given": ["z", "h"]},
}
PUBLISHED: dict[str, Any] = {"elbo": {"for": {"S": "full+singles"}, "from": "S", "to": "V"}}
ROUTES: dict[str, dict[str, Any]] = {
    "component": {"elbo": {"from": "V", "to": "V", "density": "component"}},
    "mixture": {"elbo": {"from": "V", "to": "V", "density": "mixture"}},
    "outside": {"iwae": {"from": "V", "to": "V", "samples": 2, "density": "component"}},
    "inside": {"iwae": {"from": "V", "to": "V", "samples": 2, "strata": "inside"}},
    "random": {"elbo": {"for": {"S": "random(2)"}, "from": "S", "to": "V"}},
}


def rule(prior_expert: str, **more: Any) -> dict[str, Any]:
    """A product of normal experts."""
    return {"expert": "normal", "fuse": "poe", "prior_expert": prior_expert, **more}


def spec(p: dict[str, Any], q: dict[str, Any], route: dict[str, Any], names: Sequence[str] = NAMES, **top: Any) -> Spec:
    """A spec whose networks are all small, without the options that change nothing beside the others."""
    views = {v: {**VIEWS[v], "encoder": NETWORK, "decoder": NETWORK} for v in names}
    found = load(useful({"name": "h", "views": views, "p": p, "q": q, "objective": {"maximize": [route]}, **top}))
    assert not [x for x in check(found) if x.severity == "error"]
    return found


def agrees(chosen: Spec) -> Model:
    """Both executors agree, on complete rows and on every pattern."""
    made = model(chosen)
    masks = patterns(len(chosen.views))
    agree(made, data(chosen, 3))
    agree(made, data(chosen, len(masks), masks))
    return made


@pytest.mark.parametrize(
    ("route", "mixture", "prior_expert"),
    [
        *product(("component", "mixture", "inside"), ("none", "singles", "subsets"), ("full", "always")),
        ("outside", "subsets", "always"),
        ("random", "none", "always"),
        ("component", "subsets", "never"),
        ("mixture", "singles", "never"),
    ],
)
def test_levels(route: str, mixture: str, prior_expert: str) -> None:
    views = NAMES[: 2 if mixture == "subsets" else 3]
    agrees(spec(LEVELS, {"mixture": mixture, "z": rule(prior_expert, share="z")}, ROUTES[route], views))


@pytest.mark.parametrize("kl", ["closed", "sampled"])
def test_published_routes(kl: str) -> None:
    made = agrees(spec(LEVELS, {"z": rule("always")}, PUBLISHED, estimator={"samples": 3, "kl": kl}))
    assert {s.samples for s in made.plan.streams} == {3}


@pytest.mark.parametrize(
    ("route", "mixture", "absent"),
    [*product(("component", "outside"), ("none", "subsets"), ("prior", "own")), ("mixture", "singles", "prior")],
)
def test_private_latents(route: str, mixture: str, absent: str) -> None:
    q = {"mixture": mixture, "z": rule("full"), "h": rule("always", absent=absent)}
    agrees(spec(PRIVATE, q, ROUTES[route], NAMES[: 2 if mixture == "subsets" else 3]))


def test_explicit_divergence_of_conditional_posteriors() -> None:
    """KL(q(h.m | m) ‖ p(h.m)) at the draws of z that are inferred from m."""
    q = {"z": rule("full"), "h": rule("always")}
    route = {"elbo": {"from": "V", "to": "V"}}
    terms = {"maximize": [route], "minimize": [{"kl": {"of": "q(h.m | m)", "to": "p(h.m)", "for": {"m": "V"}}}]}
    agrees(spec(PRIVATE, q, route, objective=terms))


@pytest.mark.parametrize("kl", ["closed", "sampled"])
def test_explicit_divergence_of_levels(kl: str) -> None:
    """KL(q(z.1 | V) ‖ q(z.1 | m)): both at the draws of the upper levels that are inferred from V."""
    route = {"elbo": {"from": "V", "to": "V", "beta": {"z": 0.5, "z.2": 2}}}
    terms = {"maximize": [route], "minimize": [{"kl": {"of": "q(z.1 | V)", "to": "q(z.1 | m)", "for": {"m": "V"}}}]}
    made = agrees(spec(LEVELS, {"z": rule("always")}, route, objective=terms, estimator={"samples": 2, "kl": kl}))
    weights = {c for c, atom in derive(made.spec).terms if isinstance(atom, KL)}
    assert weights == {-1, -2, -Rational(1, 2)}


@pytest.mark.parametrize("prior_expert", ["full", "always"])
@pytest.mark.parametrize("mixture", ["none", "subsets"])
def test_deleting_a_view_is_masking_it(mixture: str, prior_expert: str) -> None:
    whole = model(spec(LEVELS, {"mixture": mixture, "z": rule(prior_expert)}, ROUTES["component"]))
    kept = NAMES[:2]
    small = Model(with_views(whole.spec, kept)).double().eval()
    small.load_state_dict({k: v for k, v in whole.state_dict().items() if k in small.state_dict()})
    batch = data(whole.spec, 3, torch.tensor([[True, True, False]] * 3))
    noise = noise_of(whole, 3)
    rest = Batch({v: batch.views[v] for v in kept}, batch.mask[:, :2])
    draws = {(s.ref, s.views): draw for s, draw in noise.streams.items()}
    assert len(draws) == len(noise.streams)
    named = {s: s.views if mixture == "subsets" else frozenset(NAMES) for s in small.plan.streams}  # as it is written
    own = Noise({s: draws[s.ref, views] for s, views in named.items()}, noise.sets[..., :3])
    torch.testing.assert_close(small.loss(rest, noise=own).rows, whole.loss(batch, noise=noise).rows)


def test_one_call_of_the_conditional_prior_a_level() -> None:
    """All routes' draws go through a level's network together; expert and target are one evaluation."""
    made = model(spec(LEVELS, {"z": rule("always")}, PUBLISHED))
    calls: list[str] = []
    for name, network in made.networks.priors.items():
        network.register_forward_hook(lambda *_, name=name: calls.append(name))
    made.loss(data(made.spec, 2))
    assert [c for c in calls if c != "z@3()"] == ["z@2()", "z@1()"]
