"""Diagrams as networkx graphs and back; anybody's graph as a diagram; graphs that say something wrong."""

from __future__ import annotations

import json

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvgraph.drawing.diagram import Diagram, Edge, Group, Node, Plate
from mvgraph.drawing.networks import from_network, network
from mvgraph.errors import UsageError

from .diagrams import ALL
from .every import anything, every

KINDS = ("latent", "observed", "condition", "discrete", "pseudo", "factor", "parameter", "auxiliary", "critic")
CHANGES = st.sampled_from(("same", "added", "removed", "changed"))
TEXT = st.text(max_size=4)


@st.composite
def diagrams(draw):
    """Any diagram: several edges between two nodes, empty plates, empty labels, every order."""
    names = draw(st.lists(TEXT, min_size=1, max_size=5, unique=True))
    nodes = [
        Node(
            f"n{name}",
            draw(st.sampled_from(KINDS)),
            draw(TEXT),
            draw(TEXT),
            draw(TEXT),
            draw(st.booleans()),
            draw(CHANGES),
        )
        for name in names
    ]
    some = st.sampled_from([n.id for n in nodes])
    plates = [
        Plate(f"p{i}", draw(TEXT), draw(TEXT), draw(st.frozensets(some)), draw(TEXT), draw(CHANGES))
        for i in range(draw(st.integers(0, 3)))
    ]
    edges = [
        Edge(
            *(f"e{i}", draw(some), draw(some), draw(st.sampled_from(("p", "q", "game"))), draw(st.booleans())),
            *(draw(TEXT), draw(TEXT), draw(TEXT), draw(CHANGES)),
        )
        for i in range(draw(st.integers(0, 5)))
    ]
    groups = [Group(f"g{i}", draw(TEXT), draw(TEXT), draw(st.frozensets(some))) for i in range(draw(st.integers(0, 2)))]
    return Diagram(draw(TEXT), draw(TEXT), tuple(nodes), tuple(plates), tuple(edges), tuple(groups))


@settings(max_examples=50, deadline=None)
@given(diagrams())
def test_there_and_back(drawn):
    assert from_network(network(drawn)) == drawn


def test_there_and_back_for_every_spec_and_through_json():
    for drawn in (*ALL.values(), *every().values(), anything()):
        graph = network(drawn)
        assert from_network(graph) == drawn
        text = json.dumps(nx.node_link_data(graph, edges="edges"))
        assert from_network(nx.node_link_graph(json.loads(text), edges="edges")) == drawn


def test_a_bare_graph_has_defaults():
    drawn = from_network(nx.DiGraph([("mu", "x"), ("x", "mix")]))
    assert [(n.id, n.kind, n.label, n.text) for n in drawn.nodes] == [
        ("mu", "latent", r"\mu", "mu"),
        ("x", "latent", "x", "x"),
        ("mix", "latent", r"\mathrm{mix}", "mix"),
    ]
    assert [(e.id, e.part, e.arrow, e.label) for e in drawn.edges] == [
        ("mu>x:p", "p", True, ""),
        ("x>mix:p", "p", True, ""),
    ]
    assert (drawn.plates, drawn.name, drawn.title) == ((), "", "")


def test_nodes_of_any_type_edges_of_any_number_and_factors():
    graph = nx.MultiDiGraph([(1, (2, 3)), (1, (2, 3))])
    graph.nodes[(2, 3)]["kind"] = "factor"
    drawn = from_network(graph)
    assert [n.id for n in drawn.nodes] == ["1", "(2, 3)"]
    assert [e.id for e in drawn.edges] == ["1>(2, 3):p", "1>(2, 3):p:2"]
    assert not any(e.arrow for e in drawn.edges)


def test_plates_that_are_named_at_nodes_only():
    graph = nx.DiGraph(plates=[{"id": "last", "text": "empty"}])
    graph.add_node("x", plates=["inner", "outer"])
    graph.add_node("z", plates="outer")
    assert [(p.id, p.text, sorted(p.nodes)) for p in from_network(graph).plates] == [
        ("last", "empty", []),
        ("outer", "outer", ["x", "z"]),
        ("inner", "inner", ["x"]),
    ]


def test_edges_are_drawn_in_their_order():
    graph = nx.DiGraph([("a", "b"), ("b", "c")])
    graph.edges["b", "c"]["order"] = 1
    assert [e.source for e in from_network(graph).edges] == ["b", "a"]


def wrong(**about):
    graph = nx.DiGraph([("z", "x")])
    graph.graph.update(about.pop("graph", {}))
    graph.edges["z", "x"].update(about.pop("edge", {}))
    graph.nodes["z"].update(about)
    return graph


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        ("z -> x", "a networkx graph is drawn here, and this is a str"),
        (nx.Graph([("z", "x")]), "the edges of the graph have no direction"),
        (wrong(kind="observd"), r"the node 'z' has kind = 'observd'\n  remedy: 'kind' is one of latent, observed"),
        (wrong(kind=["latent"]), r"the node 'z' has kind = \['latent'\]"),
        (wrong(label=3), r"the node 'z' has label = 3\n  remedy: 'label' is a text"),
        (wrong(plates=3), r"the node 'z' has plates = 3\n  remedy: 'plates' is a plate's id or a list"),
        (wrong(deterministic="yes"), "'deterministic' is True or False"),
        (wrong(plate="n"), r"the node 'z' has 'plate', which stands for nothing\n  remedy: write 'plates'"),
        (wrong(change="new"), "'change' is one of same, added, removed, changed"),
        (wrong(edge={"part": "r"}), r"the edge from 'z' to 'x' has part = 'r'\n  remedy: 'part' is one of p, q, game"),
        (wrong(edge={"order": "first"}), "'order' is a number"),
        (wrong(edge={"arrow": 1}), "'arrow' is True or False"),
        (
            wrong(graph={"plates": {"n": "x"}}),
            r"the graph's plates are not a list of mappings\n  remedy: write graph.graph",
        ),
        (wrong(graph={"plates": [{"text": "n"}]}), "plate 1 of the graph has no 'id'"),
        (wrong(graph={"plates": [{"id": 3}]}), "plate 1 of the graph has id = 3"),
        (wrong(graph={"groups": [{"id": "g"}]}), "group 1 of the graph has no 'members'"),
        (wrong(graph={"title": None}), "the graph has title = None"),
        (wrong(plates=["x"]), r"'x' is the id of a node and a plate.*\n  remedy: rename one"),
        (nx.DiGraph([(1, "1")]), "'1' is the id of a node and a node"),
    ],
)
def test_what_is_wrong_is_said(graph, message):
    with pytest.raises(UsageError, match=message):
        from_network(graph)


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(UsageError) as caught:
        from_network(wrong(kind="laten", plate="n", edge={"part": "r"}))
    assert [p.code for p in caught.value.problems] == ["MVG613", "MVG614", "MVG613"]


def test_attributes_of_others_are_left_alone():
    graph = wrong(weight=1, pos=(0, 1), observed=True, distribution="Normal")
    assert from_network(graph).node("z").kind == "latent"


def test_a_text_that_is_no_name_is_set_as_it_stands():
    graph = nx.DiGraph(plates=[{"id": "n", "text": "n = 1, ..., N"}])
    graph.add_node("x.m", plates="n")
    graph.add_node("all of x")
    drawn = from_network(graph)
    assert [n.label for n in drawn.nodes] == ["x_{m}", r"\text{all of x}"]
    assert drawn.plates[0].label == r"\text{n = 1, ..., N}"
