"""The graphs of the reference specs: nodes, plates, edges of p and q."""

from __future__ import annotations

import networkx as nx
import pytest

from mvgraph.graph import build
from mvgraph.spec import zoo
from mvgraph.spec.graphs import part
from mvgraph.spec.reading import load

VIEWS = {"mnist": {"shape": [4]}, "svhn": {"shape": [5], "likelihood": "bernoulli"}}


def edges(graph: nx.MultiDiGraph, which: str) -> list[tuple[str, str]]:
    return sorted((a, b) for a, b, part in graph.edges(data="part") if part == which)


def test_private_latents_are_unrolled_over_the_views() -> None:
    graph = build(load("dmvae", views=VIEWS))
    assert list(graph) == ["z", "h.mnist", "h.svhn", "x.mnist", "x.svhn"]
    assert edges(graph, "p") == [
        ("h.mnist", "x.mnist"),
        ("h.svhn", "x.svhn"),
        ("z", "x.mnist"),
        ("z", "x.svhn"),
    ]
    assert edges(graph, "q") == [
        ("x.mnist", "h.mnist"),
        ("x.mnist", "z"),
        ("x.svhn", "h.svhn"),
        ("x.svhn", "z"),
    ]


def test_nodes_say_what_they_are() -> None:
    graph = build(load("dmvae", views=VIEWS))
    assert graph.nodes["h.svhn"] == {
        "kind": "latent",
        "name": "h",
        "plate": "view",
        "view": "svhn",
        "family": "normal",
        "dim": 4,
        "expert": "normal",
        "fusion": None,
        "prior_expert": "never",
        "absent": "own",
        "auxiliary": None,
    }
    assert graph.nodes["x.svhn"] == {
        "kind": "observed",
        "name": "x",
        "plate": "view",
        "view": "svhn",
        "family": "bernoulli",
        "dim": None,
    }
    assert graph.nodes["z"]["plate"] is None
    assert graph.nodes["z"]["fusion"] == "poe"


def test_dims_may_differ_by_view() -> None:
    graph = build(load("dmvae", views=VIEWS, p={"h": {"dim": {"mnist": 1, "svhn": 4}}}))
    assert [graph.nodes[n]["dim"] for n in ("h.mnist", "h.svhn", "z")] == [1, 4, 10]


def test_a_joint_network_stands_beside_the_experts() -> None:
    graph = build(load("jmvae", views=VIEWS))
    found = sorted((a, w["role"], w["expert"], w["fusion"]) for a, _, w in graph.edges(data=True) if w["part"] == "q")
    assert found == [
        ("x.mnist", "expert", "normal", "joint"),
        ("x.mnist", "joint", "normal", "joint"),
        ("x.svhn", "expert", "normal", "joint"),
        ("x.svhn", "joint", "normal", "joint"),
    ]


def test_auxiliary_priors_and_mixtures_are_recorded() -> None:
    graph = build(load("mmvae_plus", views=VIEWS))
    assert graph.graph == {"name": "MMVAE+", "mixture": "singles"}
    assert graph.nodes["h.mnist"]["auxiliary"] == "laplace"


def test_latents_below_latents_follow_their_plate() -> None:
    p = {"h": {"given": ["z"]}}
    graph = build(load("vcca_private", views=VIEWS, p=p))
    assert ("z", "h.mnist") in edges(graph, "p")
    assert ("z", "h.svhn") in edges(graph, "p")


@pytest.mark.parametrize("name", zoo.names())
def test_each_part_of_a_reference_spec_is_acyclic(name: str) -> None:
    graph = build(load(name))
    for which in ("p", "q"):
        alone = part(graph, which)
        assert nx.is_directed_acyclic_graph(alone)
        assert set(alone) == set(graph)
        assert edges(alone, which) == edges(graph, which)


def test_building_twice_gives_equal_graphs() -> None:
    first, second = build(load("mopoe")), build(load("mopoe"))
    assert nx.utils.graphs_equal(first, second)


def test_a_spec_has_its_graph_and_the_parents_of_priors_that_are_experts():
    spec = load("mhvae")
    assert nx.utils.graphs_equal(spec.graph, build(spec))
    roles = {(a, b, d["role"]) for a, b, d in spec.graph.edges(data=True) if d["part"] == "q" and a.startswith("z")}
    assert roles == {("z.2", "z.1", "prior"), ("z.3", "z.1", "prior"), ("z.3", "z.2", "prior")}
