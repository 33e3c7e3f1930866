"""SVG: well formed, readable without eyes and without fonts, the same bytes always, every kind another figure."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from typing import get_args
from xml.etree import ElementTree

import pytest

from mvgraph.drawing.diagram import Change, Diagram, Edge, Kind, Node, Plate
from mvgraph.drawing.placement import Box, Placement, Route
from mvgraph.drawing.svg import svg
from mvgraph.drawing.themes import DARK, LIGHT, LINES, THEMES

from .placements import SAMPLES, by_hand

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"path", "rect", "ellipse", "circle"}


def root(placement, theme=LIGHT, **options):
    return ElementTree.fromstring(svg(placement, theme, **options))


def groups(tree):
    return {e.get("data-id"): e for e in tree.iter(f"{SVG}g") if e.get("data-id")}


def fragment(tree, name):
    return "".join(ElementTree.tostring(e, encoding="unicode") for e in groups(tree)[name][1:])


@pytest.fixture(params=SAMPLES)
def sample(request):
    return SAMPLES[request.param]


@pytest.fixture(params=THEMES.values(), ids=THEMES.keys())
def theme(request):
    return request.param


def test_a_document_is_well_formed_and_has_only_elements_that_every_program_draws(sample, theme):
    tree = root(sample, theme, legend=True)
    assert tree.get("viewBox").startswith("0 0 ")
    assert {e.tag.removeprefix(SVG) for e in tree.iter()} <= DRAWN | {"svg", "g", "title", "desc"}


def test_a_document_has_a_name_and_a_description(sample):
    tree = root(sample)
    named = [next(e for e in tree.iter() if e.get("id") == i) for i in tree.get("aria-labelledby").split()]
    assert tree.get("role") == "img"
    assert [e.tag for e in named] == [f"{SVG}title", f"{SVG}desc"]
    assert all(e.text for e in named)


def test_a_description_names_every_part():
    text = root(SAMPLES["mopoe"])[1].text
    assert "One shared latent, M views." in text
    assert "a mixture of products of experts" in text
    assert "m = 1, ..., M" in text
    assert "z → x.m" in text


def test_every_part_is_a_group_with_an_id_of_its_own_and_a_tooltip(sample):
    found = groups(root(sample))
    parts = (*sample.diagram.nodes, *sample.diagram.plates, *sample.diagram.edges)
    assert len(found) == len(parts)
    assert len({e.get("id") for e in found.values()}) == len(parts)
    assert all(e[0].tag == f"{SVG}title" for e in found.values())
    assert all(not set(e.get("id")) & set(" #&<>\"'") for e in found.values())


def test_an_id_tells_what_it_is_and_keeps_the_name_where_it_can():
    found = groups(root(SAMPLES["mopoe"]))
    assert found["x.m"].get("id") == "node-x.m"
    assert found["x.m"].get("class") == "node observed"
    assert found["plate:m"].get("class") == "plate"
    assert found["q.z>z:q"].get("class") == "edge q"
    assert groups(root(SAMPLES["private"]))["h.m"].get("class") == "node latent deterministic"
    assert groups(root(SAMPLES["kinds"]))["condition>observed:p"].get("class") == "edge p added"


def test_a_tooltip_is_the_title_and_else_the_plain_text():
    found = groups(root(SAMPLES["mopoe"]))
    assert found["z"][0].text == "latent z: normal, 20 entries"
    assert found["z>x.m:p"][0].text == "generation: z to x_m"
    assert groups(root(SAMPLES["private"]))["z"][0].text == "z"


def test_names_of_any_kind_are_safe():
    found = groups(root(SAMPLES["odd"]))
    assert "a b#<&>\"'" in found
    assert found["a b#<&>\"'"][0].text == "a_<&>\"'"


def test_a_label_is_drawn_where_its_box_is():
    placement = SAMPLES["kinds"]
    tree = groups(root(placement))
    for name, box in {**placement.nodes, **placement.labels}.items():
        label = next(e for e in tree[name] if e.get("class") == "label")
        x, y = label.get("transform").removeprefix("translate(").removesuffix(")").split()
        assert (float(x), float(y)) == pytest.approx((box.x, box.y), abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_every_kind_of_node_is_another_figure(theme):
    kinds = [
        *(Node("n", kind, "", "") for kind in get_args(Kind)),
        Node("n", "latent", "", "", deterministic=True),
        *(Node("n", "latent", "", "", change=c) for c in get_args(Change) if c != "same"),
    ]
    box = Box(20, 20, 30, 30)
    drawn = [fragment(root(Placement(Diagram("d", "", (n,)), {"n": box}), theme), "n") for n in kinds]
    assert all(a != b for a, b in combinations(drawn, 2))


STRAIGHT = Route((((0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0)),))


def one_edge(edge, route=STRAIGHT):
    nodes = (Node("a", "latent", "a", "a"), Node("b", "latent", "b", "b"))
    boxes = {"a": Box(0, 0, 9, 9), "b": Box(9, 9, 9, 9)}
    return root(Placement(Diagram("d", "", nodes, (), (edge,)), boxes, routes={edge.id: route}))


def strokes(tree, name):
    return [e for e in groups(tree)[name] if e.get("stroke") not in (None, "none")]


def test_every_part_and_change_is_another_line_and_not_by_colour_alone():
    edges = [
        Edge("e", "a", "b", part, arrow=arrow, change=change)
        for part in ("p", "q", "game")
        for change in get_args(Change)
        for arrow in (True, False)
    ]
    drawn = [[{**e.attrib, "stroke": "", "fill": ""} for e in groups(one_edge(edge))["e"].iter()] for edge in edges]
    assert all(a != b for a, b in combinations(drawn, 2))


def test_a_line_ends_before_the_tip_of_its_head():
    line, head = (e for e in groups(one_edge(Edge("e", "a", "b", "p")))["e"][2:])
    assert head.get("d").startswith("M30 0L")
    assert head.get("fill") == line.get("stroke")
    end = float(line.get("d").split()[-2])
    assert 24 < end < 26


@pytest.mark.parametrize("last", [2.0, 5.0, 30.0])
def test_a_head_has_its_size_however_short_the_line_before_it(last):
    pieces = [((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)), tuple((40 - last * s, 0.0) for s in (1, 0.7, 0.3, 0))]
    head = groups(one_edge(Edge("e", "a", "b", "p", label="x"), Route(tuple(pieces), Box(20, 0, 5, 5))))["e"][4]
    assert head.get("d") == "M40 0L33.4 2.5L34.9 0L33.4 -2.5Z"


def test_without_an_arrow_the_line_goes_to_the_end():
    assert strokes(one_edge(Edge("e", "a", "b", "q", arrow=False)), "e")[0].get("d").endswith("30 0")
    assert len(groups(one_edge(Edge("e", "a", "b", "q", arrow=False)))["e"]) == 3


@pytest.mark.parametrize("length", [8.0, 21.0, 60.0])
@pytest.mark.parametrize("part", ["q", "game"])
def test_a_dashed_line_begins_and_ends_with_a_whole_dash(part, length):
    route = Route((((0.0, 0.0), (length / 3, 0.0), (length * 2 / 3, 0.0), (length, 0.0)),))
    drawn = strokes(one_edge(Edge("e", "a", "b", part, arrow=False), route), "e")[0]
    on, off = map(float, drawn.get("stroke-dasharray").split())
    assert (length - on) / (on + off) == pytest.approx(round((length - on) / (on + off)), abs=0.06)
    assert 0.6 * LINES[part].dashes[0] < on < 1.7 * LINES[part].dashes[0]


def badges(tree, name):
    return [e for e in groups(tree)[name] if e.get("class") == "badge"]


def test_an_edge_has_a_badge_unless_a_node_at_its_end_says_the_same():
    ends = [Node("a", "latent", "a", "a"), Node("b", "latent", "b", "b", change="added")]
    edges = [
        Edge("new", "a", "b", "p", change="added"),
        Edge("gone", "a", "b", "q", change="removed"),
        Edge("kept", "a", "b", "game"),
    ]
    tree = root(by_hand(Diagram("d", "", tuple(ends), (), tuple(edges))))
    assert [len(badges(tree, name)) for name in ("a", "b", "new", "gone", "kept")] == [0, 1, 0, 1, 0]
    other = Diagram("d", "", (ends[0], replace(ends[1], change="changed")), (), (replace(edges[0], change="changed"),))
    assert len(badges(root(by_hand(other)), "new")) == 1


def test_the_badge_of_a_dot_leaves_its_label_free():
    node = Node("a", "parameter", "a", "a", change="added")
    for side in (1, -1):
        placed = Placement(Diagram("d", "", (node,)), {"a": Box(50, 50, 7, 7)}, {"a": Box(50 + side * 10, 50, 8, 8)})
        at = badges(root(placed), "a")[0].get("transform")
        assert (float(at.removeprefix("translate(").split()[0]) - 50) * side < -5


def test_plates_show_a_change():
    drawn = set()
    for change in get_args(Change):
        plate = Plate("p", "n", "n", frozenset({"a"}), change=change)
        placed = by_hand(Diagram("d", "", (Node("a", "latent", "a", "a"),), (plate,)))
        drawn.add(fragment(root(placed), "p"))
    assert len(drawn) == 4


def test_nothing_is_drawn_in_a_colour_that_the_theme_does_not_have(theme):
    known = {theme.paper, theme.ink, theme.shade, theme.faint, *theme.parts.values(), *theme.changes.values(), "none"}
    used = {e.get(k) for e in root(SAMPLES["kinds"], theme, legend=True).iter() for k in ("fill", "stroke")}
    assert used <= known | {None}


def words(tree):
    legend = next(e for e in tree.iter(f"{SVG}g") if e.get("class") == "legend")
    return [e.text for e in legend.iter(f"{SVG}title")]


def test_a_legend_explains_what_occurs_and_nothing_else():
    assert words(root(SAMPLES["mopoe"], legend=True)) == [
        "latent",
        "observed",
        "experts, fusion",
        "generation",
        "inference",
    ]
    assert "deterministic" in words(root(SAMPLES["private"], legend=True))
    assert words(root(SAMPLES["kinds"], legend=True))[-3:] == ["added", "removed", "changed"]
    assert not [e for e in root(SAMPLES["mopoe"]).iter() if e.get("class") == "legend"]


def entries(tree):
    legend = next(e for e in tree.iter(f"{SVG}g") if e.get("class") == "legend")
    return [tuple(map(float, e.get("transform")[10:-1].split())) for e in legend]


@pytest.mark.parametrize(("width", "height"), [(500.0, 200.0), (120.0, 110.0), (40.0, 30.0)])
def test_a_legend_is_below_a_wide_picture(width, height):
    tree = root(replace(SAMPLES["kinds"], width=width, height=height), legend=True)
    page = tuple(map(float, tree.get("viewBox").split()[2:]))
    assert min(y for _, y in entries(tree)) >= height
    assert max(y for _, y in entries(tree)) < page[1] - 10
    assert max(x for x, _ in entries(tree)) < page[0] - 60
    assert page[0] >= width


@pytest.mark.parametrize(("width", "height"), [(200.0, 500.0), (50.0, 70.0)])
def test_a_legend_is_beside_a_tall_picture(width, height):
    tree = root(replace(SAMPLES["kinds"], width=width, height=height), legend=True)
    page = tuple(map(float, tree.get("viewBox").split()[2:]))
    assert page[1] == height
    assert min(x for x, _ in entries(tree)) >= width
    assert max(x for x, _ in entries(tree)) < page[0] - 60
    assert all(0 <= y < height - 15 for _, y in entries(tree))


def test_no_entry_of_a_legend_is_over_another(sample):
    places = entries(root(sample, legend=True))
    assert len(set(places)) == len(places)


def test_ids_of_a_legend_do_not_meet_those_of_the_picture():
    ids = [e.get("id") for e in root(SAMPLES["kinds"], legend=True).iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_the_same_bytes_twice_in_a_process(sample):
    assert svg(sample) == svg(replace(sample, nodes=dict(reversed(sample.nodes.items()))))


def test_the_same_bytes_in_every_process():
    code = (
        "import sys; from tests.drawing.placements import SAMPLES; from mvgraph.drawing.svg import svg\n"
        "sys.stdout.buffer.write(''.join(svg(s, legend=True) for s in SAMPLES.values()).encode())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert runs[0] == "".join(svg(s, legend=True) for s in SAMPLES.values()).encode()
