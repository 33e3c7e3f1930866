"""What sets two graphs apart: edges, independences, networks in use."""

from __future__ import annotations

from itertools import permutations

import mvgraph as mg
from mvgraph.objective.difference.graphs import Gained
from mvgraph.objective.difference.opening import namings

VIEW = {"likelihood": "normal", "encoder": "linear", "decoder": "linear"}


def chain(given):
    """Two shared latents above the data; `given` adds an edge between them."""
    p = {
        "y": {"latent": "normal", "dim": 2},
        "z": {"latent": "normal", "dim": 2, **given},
        "x": {"observed": True, "plate": "view", "given": ["y", "z"]},
    }
    q = {n: {"expert": "normal", "fuse": "poe"} for n in "yz"}
    routes = {"maximize": [{"elbo": {"from": "V", "to": "V"}}]}
    return {"name": "chain", "views": 2, "view_defaults": VIEW, "p": p, "q": q, "objective": routes}


def test_an_edge_takes_independences():
    found = mg.diff(chain({}), chain({"given": ["y"], "network": "linear"})).graph
    assert found.generative == Gained(gained=("y -> z",))
    assert found.independences == Gained(lost=("y _||_ z",))


def test_private_latents():
    """A private latent is d-separated from the others until its datum is seen."""
    found = mg.diff("mvae", "dmvae").graph
    assert found.nodes == Gained(gained=("h (latent, private)",))
    assert found.generative == Gained(gained=("h.1 -> x.1", "h.2 -> x.2"))
    assert not found.independences  # of the nodes of both
    assert found.encoders == Gained(gained=("q(h.1|1)", "q(h.2|2)"))


def test_a_latent_for_each_view_makes_views_independent():
    found = mg.diff("mvae", "mmvm")
    assert "x.1 _||_ x.2" in found.graph.independences.gained
    assert found.names.nodes == {}


def test_dead_networks():
    """DVCCA never asks the expert of its second view."""
    assert mg.diff("mcvae", "dvcca").graph.encoders == Gained(lost=("q(z|2)",))
    assert mg.diff("dvcca", "mcvae").graph.encoders == Gained(gained=("q(z|2)",))


def test_reconstructions_that_a_critic_judges_use_decoders():
    routes = {"maximize": [{"elbo": {"from": "V", "to": "[1]"}}]}
    assert mg.diff("mvae", {"extends": "mvae", "objective": routes}).graph.decoders == Gained(lost=("p(x.2)",))
    assert not mg.diff("mhvae", "mhvae_gan").graph.decoders


def test_no_two_nodes_of_a_model_get_one_name():
    """CMVAE's latent z is taken for the latent c of Nexus: its own c, which is discrete, gets another name."""
    specs = [mg.load(name) for name in mg.names()]
    for a, b in permutations(specs, 2):
        nodes = [n.name for n in (*b.latents, b.observed, *b.conditions, *b.discretes, *b.pseudo)]
        for names in namings(a, b):
            assert len({names.node(n) for n in nodes}) == len(nodes)
    found = mg.diff("nexus", "cmvae")
    assert dict(found.names.nodes) == {"z": "c", "h": "z", "c": "c2"}
    assert "c2 (discrete)" in found.graph.nodes.gained
