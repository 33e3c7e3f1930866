"""Graphviz reads from the DOT text what the diagram says, and lays it out."""

from __future__ import annotations

from collections import Counter

import pytest

from mvgraph.drawing.dot import dot
from mvgraph.drawing.names import plain
from mvgraph.drawing.nesting import nest, overlapping
from mvgraph.drawing.texts import unicode

from .diagrams import ALL, hierarchy, mopoe
from .every import anything, every

pygraphviz = pytest.importorskip("pygraphviz")
ASKED = {"mopoe folded", "mhvae parameters", "dmvae unrolled parameters", "nexus folded", "mhvae_gan unrolled"}


def agrees(graph, drawn):
    """Whether Graphviz has read the diagram that was written."""
    nodes = plain(n.id for n in drawn.nodes)
    assert {n: literal(graph.get_node(n).attr["id"]) for n in graph.nodes()} == {nodes[n.id]: n.id for n in drawn.nodes}
    assert Counter(graph.edges()) == Counter((nodes[e.source], nodes[e.target]) for e in drawn.edges)
    assert {e.attr["id"]: e.attr["part"] for e in graph.edges()} == {e.id: e.part for e in drawn.edges}
    for node in drawn.nodes:
        read = graph.get_node(nodes[node.id])
        assert read.attr["kind"] == node.kind
        assert (read.attr["plates"] or "") == ", ".join(p.id for p in drawn.plates if node.id in p.nodes)
    _, left = nest(drawn)
    boxed = [p for p in drawn.plates if p.nodes and p not in left]
    clusters = list(clusters_of(graph))
    assert Counter(frozenset(c.nodes()) for c in clusters) == Counter(
        frozenset(nodes[i] for i in p.nodes) for p in boxed
    )
    assert {c.graph_attr["id"] for c in clusters} == {p.id for p in boxed}


def literal(text):
    """What an attribute stands for, in which backslashes are escaped."""
    return text.replace("\\\\", "\\")


def clusters_of(graph):
    for each in graph.subgraphs():
        yield each
        yield from clusters_of(each)


def test_every_diagram_is_read_as_it_was_written():
    for drawn in (*ALL.values(), *every().values(), anything()):
        agrees(pygraphviz.AGraph(string=dot(drawn)), drawn)


@pytest.mark.parametrize("name", [*ALL, "anything"])
def test_samples_are_laid_out(name):
    drawn = ALL[name] if name in ALL else anything()
    graph = pygraphviz.AGraph(string=dot(drawn))
    graph.layout("dot")
    assert all(node.attr["pos"] for node in graph.nodes())


def test_specs_are_laid_out():
    for name in ASKED:
        graph = pygraphviz.AGraph(string=dot(every()[name]))
        graph.layout("dot")
        assert all(node.attr["pos"] for node in graph.nodes())


def test_labels_are_texts_and_nothing_else():
    drawn = anything()
    svg = pygraphviz.AGraph(string=dot(drawn)).draw(format="svg", prog="dot").decode()
    for text in ("größe θ 中", "1. one", "{a}", "$$x$$", "%% c", "x_m_n"):
        assert unicode(text) in svg
    assert "<b>" not in svg
    assert "&lt;b&gt;" in svg


def test_overlapping_plates_are_named_in_attributes_and_at_nodes():
    drawn = mopoe(parameters=True)
    graph = pygraphviz.AGraph(string=dot(drawn))
    assert graph.graph_attr["plates"] == "plate:m"
    assert "[m = 1, …, M]" in graph.get_node("x_m").attr["label"]
    assert "[" not in graph.get_node("z").attr["label"]


def test_plates_that_overlap_and_those_that_nest():
    whole, left = nest(hierarchy())
    assert [p.id for p in left] == ["plate:l", "plate:m"]
    rows, levels, views = hierarchy().plates
    assert overlapping(rows, levels)
    assert overlapping(levels, views)
    whole, left = nest(mopoe())
    assert not left
    assert [(b.plate.id, [n.id for n in b.nodes]) for b in whole.inner] == [("plate:n", ["z", "q.z"])]
    assert whole.inner[0].inner[0].plate.id == "plate:m"
