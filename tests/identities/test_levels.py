"""Identities of hierarchies: one level is no hierarchy, and levels by hand are levels."""

from __future__ import annotations

import pytest
import torch

from mvgraph.module.model import Model
from mvgraph.module.noise import Noise
from mvgraph.objective import derive
from mvgraph.objective.atoms import Stream
from mvgraph.objective.keys import Ref
from mvgraph.spec.model import Spec

from .algebra import compiled, data, each, elbo, model, of, shared_noise, terms

ALWAYS = {"expert": "normal", "fuse": "poe", "prior_expert": "always"}
OBSERVED = {"observed": True, "plate": "view"}


def levels(views: int, count: int, *, mixture: str, route: dict[str, object]) -> Spec:
    """A hierarchy of two entries a level."""
    node = {"latent": "normal", "dim": 2, "plate": {"level": count}, "given": ["z[l+1:]"], "network": "linear"}
    p = {"z": node, "x": {**OBSERVED, "given": ["z"]}}
    return model(views, route, p=p, q={"mixture": mixture, "z": ALWAYS})


@pytest.mark.parametrize("views", [1, 2, 3])
def test_i13_one_level_is_mopoe(views: int) -> None:
    """I-13: MHVAE(L = 1, all subsets averaged, no game) = MoPoE with the prior in every product; in value, too."""
    one = levels(views, 1, mixture="subsets", route=elbo(density="component"))
    plain = model(views, elbo(density="component"), q={"mixture": "subsets", "z": ALWAYS})
    assert [line.replace("z.1", "z") for line in derive(one).lines] == list(derive(plain).lines)
    whole, other = compiled(one), Model(plain)
    other.load_state_dict({k.replace("z@1", "z"): v for k, v in whole.state_dict().items()})
    noise = shared_noise(other)
    streams = {s: noise.streams[renamed(s)] for s in whole.plan.streams}
    found = whole.loss(data(one), noise=Noise(streams, noise.sets)).rows
    torch.testing.assert_close(found, other.loss(data(plain), noise=noise).rows)


def renamed(stream: Stream) -> Stream:
    """The draw of the plain latent that stands for that of the only level."""
    return Stream(Ref("z"), stream.source, stream.views, stream.drawn, stream.samples)


@pytest.mark.parametrize("views", [2, 3])
def test_i13_published_sum_is_another_index_set(views: int) -> None:
    """I-13's trap: {full} ∪ singles summed is 3 times the mean over all subsets of two views; of three, no multiple."""
    reference, subsets = of("mhvae", views), of("mhvae_subsets", views)
    scaled = terms(subsets, scale=2**views - 1)
    assert (terms(reference) == scaled) == (views == 2)


@pytest.mark.parametrize("views", [1, 2])
def test_i27_without_the_adversary(views: int) -> None:
    """I-27: MHVAE with μ = 0 is its route part."""
    assert terms(of("mhvae_gan", views), mu=0) == terms(of("mhvae", views))
    assert derive(of("mhvae_gan", views)).substitute({"mu": 0}).terms == derive(of("mhvae", views)).terms


@pytest.mark.parametrize("count", [1, 2, 3])
def test_levels_are_latents_one_below_the_other(count: int) -> None:
    """A plate of levels prints, and computes, what latents z1 | z2, …, written one by one do."""
    routes = elbo("S", **each("S", "full+singles"))
    plate = levels(2, count, mixture="none", route=routes)
    names = [f"z{n}" for n in range(1, count + 1)]
    nodes = {
        n: {"latent": "normal", "dim": 2, "network": "linear", **({"given": names[i:]} if names[i:] else {})}
        for i, n in enumerate(names, 1)
    }
    by_hand = model(2, routes, p={**nodes, "x": {**OBSERVED, "given": names}}, q=dict.fromkeys(names, ALWAYS))
    assert [line.replace("z.", "z") for line in derive(plate).lines] == list(derive(by_hand).lines)
    whole, other = compiled(plate), Model(by_hand)
    other.load_state_dict({k.replace("z@", "z"): v for k, v in whole.state_dict().items()})
    noise = whole.draw_noise(5, torch.Generator().manual_seed(0))
    own = {str(s).replace("z.", "z"): n for s, n in noise.streams.items()}
    streams = {s: own[str(s)] for s in other.plan.streams}
    found = other.loss(data(by_hand), noise=Noise(streams, noise.sets)).rows
    torch.testing.assert_close(found, whole.loss(data(plate), noise=noise).rows)
