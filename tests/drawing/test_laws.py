"""Every law of a placement can fail: a picture placed by hand keeps all, and each way of breaking it is found."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from mvgraph.drawing.diagram import Diagram, Edge, Node, Plate
from mvgraph.drawing.placement import Box, Placement, Point, Route

from . import laws

NODES = (
    Node("z", "latent", "z", "z"),
    Node("x", "observed", "x", "x"),
    Node("f", "factor", "f", "f"),
    Node("theta", "parameter", r"\theta", "theta"),
)
EDGES = (
    Edge("z>x", "z", "x", "p", label="l", text="l"),
    Edge("x>f", "x", "f", "q", arrow=False),
    Edge("f>z", "f", "z", "q"),
    Edge("theta>x", "theta", "x", "p"),
)
PLATES = (
    Plate("n", "n", "n", frozenset({"z", "x", "f"})),
    Plate("m", "m", "m", frozenset({"x", "theta"})),
)


def straight(*points: Point) -> tuple[Point, ...]:
    """A straight curve through points."""
    found = [points[0]]
    for (a, b), (c, d) in pairwise(points):
        found += [(a + (c - a) / 3, b + (d - b) / 3), (a + (c - a) * 2 / 3, b + (d - b) * 2 / 3), (c, d)]
    return tuple(found)


GOOD = Placement(
    Diagram("good", "A picture that keeps every law.", NODES, PLATES, EDGES),
    nodes={
        "z": Box(60, 40, 30, 30),
        "x": Box(60, 160, 30, 30),
        "f": Box(120, 100, 30, 16),
        "theta": Box(200, 160, 5, 5),
    },
    labels={"theta": Box(212, 160, 14, 10)},
    plates={"n": Box(85, 105, 150, 180), "m": Box(130, 165, 200, 70)},
    captions={"n": Box(140, 25, 30, 10), "m": Box(205, 190, 30, 10)},
    routes={
        "z>x": Route((straight((60, 55), (60, 92)), straight((60, 108), (60, 145))), Box(60, 100, 10, 12)),
        "x>f": Route((straight((71, 150), (110, 108)),)),
        "f>z": Route((straight((110, 92), (71, 50)),)),
        "theta>x": Route((straight((197.5, 160), (75, 160)),)),
    },
    width=250,
    height=220,
)


def moved(part: str, name: str, box: Box) -> Placement:
    """The picture with one box elsewhere."""
    return replace(GOOD, **{part: {**getattr(GOOD, part), name: box}})


def routed(name: str, *points: Point, label: Box | None = None) -> Placement:
    """The picture with one line elsewhere."""
    return replace(GOOD, routes={**GOOD.routes, name: Route((straight(*points),), label)})


def without(part: str, name: str) -> Placement:
    """The picture with something left out."""
    return replace(GOOD, **{part: {k: v for k, v in getattr(GOOD, part).items() if k != name}})


def relabelled(name: str, label: str) -> Placement:
    """The picture with a longer name in the same place."""
    nodes = tuple(replace(n, label=label) if n.id == name else n for n in NODES)
    return replace(GOOD, diagram=replace(GOOD.diagram, nodes=nodes))


GAPLESS = Route((straight((60, 55), (60, 145)),), Box(60, 100, 10, 12))
SHORT = Route((straight((60, 55), (60, 58)), straight((60, 73), (60, 145))), Box(60, 65, 10, 12))
BROKEN: list[tuple[laws.Law, Placement, str]] = [
    (laws.no_label_over_a_line, moved("labels", "theta", Box(190, 162, 14, 10)), "line of 'theta>x' crosses the label"),
    (
        laws.no_label_over_a_line,
        moved("captions", "m", Box(160, 190, 30, 10)),
        "border of 'n' crosses the caption of 'm'",
    ),
    (
        laws.no_label_over_a_line,
        moved("captions", "m", Box(205, 200, 30, 10)),
        "border of 'm' crosses the caption of 'm'",
    ),
    (
        laws.no_label_over_a_line,
        replace(GOOD, routes={**GOOD.routes, "z>x": GAPLESS}),
        "line of 'z>x' crosses the label of 'z>x'",
    ),
    (laws.no_node_outside_its_plate, moved("nodes", "z", Box(20, 40, 30, 30)), "'z' is not within 'n'"),
    (
        laws.no_node_outside_its_plate,
        moved("labels", "theta", Box(225, 160, 14, 10)),
        "the label of 'theta' is not within",
    ),
    (laws.no_stranger_in_a_plate, moved("nodes", "f", Box(120, 125, 30, 16)), "'f' meets 'm'"),
    (laws.no_stranger_in_a_plate, moved("labels", "theta", Box(165, 160, 14, 10)), "the label of 'theta' meets 'n'"),
    (laws.no_edge_through_a_node, routed("theta>x", (197.5, 160), (120, 104), (75, 160)), "goes through 'f'"),
    (laws.no_edge_through_a_node, routed("f>z", (110, 92), (74, 30), (60, 40), (46, 50)), "'f>z' goes through 'z'"),
    (laws.nothing_overlaps, moved("nodes", "f", Box(85, 60, 30, 16)), "'z' overlaps 'f'"),
    (laws.nothing_overlaps, moved("captions", "n", Box(66, 25, 30, 10)), "'z' overlaps the caption of 'n'"),
    (laws.captions_at_home, moved("captions", "n", Box(180, 25, 30, 10)), "caption of 'n' is not within it"),
    (laws.all_on_the_page, replace(GOOD, width=220.0), "'m' is not on the page"),
    (laws.all_on_the_page, routed("f>z", (110, 92), (90, -1), (71, 50)), "line of 'f>z' is not on the page"),
    (laws.plates_meet_where_they_share, moved("plates", "m", Box(60, 400, 9, 9)), "'n' and 'm' do not meet"),
    (laws.borders_apart, moved("plates", "m", Box(130, 161, 200, 70)), "'n' and 'm' coincide"),
    (laws.edges_end_at_their_nodes, routed("theta>x", (197.5, 160), (78, 160)), "does not end at the border of 'x'"),
    (laws.edges_end_at_their_nodes, routed("theta>x", (197.5, 160), (60, 160)), "does not end at the border of 'x'"),
    (
        laws.edges_apart,
        routed("f>z", (110, 92), (98.3, 120.6), (74.9, 145.8), (71, 50)),
        "'x>f' and 'f>z' lie on each other",
    ),
    (
        laws.lines_off_borders,
        routed("theta>x", (197.5, 160), (160, 150), (160, 100), (75, 160)),
        "on the border of 'n'",
    ),
    (
        laws.lines_seen,
        replace(GOOD, routes={**GOOD.routes, "z>x": SHORT}),
        "the label of 'z>x' hides its line",
    ),
    (laws.labels_near, moved("labels", "theta", Box(220, 160, 14, 10)), "label of 'theta' is far from it"),
    (
        laws.labels_near,
        replace(GOOD, routes={**GOOD.routes, "z>x": replace(GOOD.routes["z>x"], label=Box(80, 100, 10, 12))}),
        "does not stand in a gap",
    ),
    (laws.labels_fit, relabelled("z", r"x_{\mathrm{sound}}"), "the label of 'z' has no room"),
    (laws.labels_fit, relabelled("f", r"\mathrm{MoPoE}\cdot p"), "the label of 'f' has no room"),
    (laws.labels_fit, moved("labels", "theta", Box(212, 160, 3, 10)), "the label of 'theta' has no room"),
    (laws.labels_fit, moved("captions", "n", Box(140, 25, 30, 2)), "the label of 'n' has no room"),
    (laws.nothing_missing, without("nodes", "f"), "the node of 'f'"),
    (laws.nothing_missing, without("labels", "theta"), "the label of 'theta'"),
    (laws.nothing_missing, without("captions", "n"), "the caption of 'n'"),
    (laws.nothing_missing, without("plates", "n"), "the plate of 'n'"),
    (laws.nothing_missing, without("routes", "f>z"), "the edge of 'f>z'"),
    (laws.nothing_missing, routed("z>x", (60, 55), (60, 145)), "the label of 'z>x'"),
    (laws.nothing_missing, moved("nodes", "other", Box(10, 10, 5, 5)), "the node of 'other'"),
]


def test_a_good_picture_keeps_every_law() -> None:
    assert laws.violations(GOOD) == []


@pytest.mark.parametrize(("law", "broken", "words"), BROKEN, ids=lambda v: v if isinstance(v, str) else "")
def test_a_broken_picture_is_found(law: laws.Law, broken: Placement, words: str) -> None:
    found = list(law(broken))
    assert [said for said in found if words in said], found


def test_every_law_is_broken_once() -> None:
    assert {law for law, *_ in BROKEN} == set(laws.LAWS)


DISJOINT = Diagram("two", "", NODES[:2], (Plate("a", "", "", frozenset("z")), Plate("b", "", "", frozenset("x"))))
NESTED = Diagram("two", "", NODES[:2], (Plate("a", "", "", frozenset("zx")), Plate("b", "", "", frozenset("x"))))


@pytest.mark.parametrize(
    ("diagram", "second", "fits"),
    [
        (DISJOINT, Box(100, 20, 40, 40), True),
        (DISJOINT, Box(50, 20, 40, 40), False),
        (NESTED, Box(20, 20, 30, 30), True),
        (NESTED, Box(40, 20, 30, 30), False),
    ],
)
def test_plates_meet_as_their_nodes_do(diagram: Diagram, second: Box, fits: bool) -> None:
    placement = Placement(diagram, {}, plates={"a": Box(20, 20, 40, 40), "b": second})
    assert (list(laws.plates_meet_where_they_share(placement)) == []) is fits


def test_a_line_may_cross_a_border_and_pass_a_node_at_a_distance() -> None:
    assert list(laws.no_edge_through_a_node(routed("theta>x", (197.5, 160), (120, 110), (75, 160)))) == []
    assert list(laws.no_edge_through_a_node(routed("theta>x", (197.5, 160), (120, 108.5), (75, 160)))) != []


def test_a_round_node_leaves_its_corners_free() -> None:
    """A line may pass through the corner of an ellipse's box, not through that of a square's."""
    corner = routed("theta>x", (197.5, 160), (133, 106.5), (75, 160))
    nodes = tuple(replace(n, kind="latent") if n.id == "f" else n for n in NODES)
    assert list(laws.no_edge_through_a_node(corner)) != []
    assert list(laws.no_edge_through_a_node(replace(corner, diagram=replace(GOOD.diagram, nodes=nodes)))) == []
