"""Plates that cross, loops, several lines between two nodes, and lines around what is in their way."""

from __future__ import annotations

import numpy as np
import pytest

from mvgraph.drawing.detours import detour
from mvgraph.drawing.diagram import Diagram, Node, Plate
from mvgraph.drawing.layout import place
from mvgraph.drawing.outlines import SHARP, Outlines
from mvgraph.drawing.placement import Box

from .diagrams import ALL, edge
from .geometry import in_box
from .laws import violations


def latents(*names: str) -> tuple[Node, ...]:
    return tuple(Node(n, "latent", n, n) for n in names)


def rings(*plates: str) -> tuple[Plate, ...]:
    return tuple(Plate(f"plate:{p}", rf"{p} = 1, \dots", p, frozenset(p)) for p in plates)


CROSSING = (("ab", "bc"), ("ab", "bc", "cd"), ("abc", "bcd"), ("ab", "bc", "ac"), ("abd", "bc", "cd"))


@pytest.mark.parametrize("plates", CROSSING)
def test_plates_that_cross_have_members_inside_and_strangers_outside(plates):
    placed = place(Diagram("", "", latents(*"abcd"), rings(*plates), (edge("a", "b"), edge("b", "c"), edge("d", "c"))))
    assert placed.exceptions == ()
    assert violations(placed) == []


def test_the_plate_of_data_and_that_of_views_overlap_in_the_data():
    placed = place(ALL["parameters"])
    rows, views = placed.plates["plate:n"], placed.plates["plate:m"]
    assert max(rows.left, views.left) < placed.nodes["x.m"].left
    assert placed.nodes["theta.m"].left > rows.right
    assert placed.nodes["z"].bottom < views.top


def test_plates_that_no_rectangles_can_draw_are_said_to_be_so():
    """Every two of five nodes in a plate of their own."""
    pairs = [a + b for i, a in enumerate("abcde") for b in "abcde"[i + 1 :]]
    placed = place(Diagram("", "", latents(*"abcde"), rings(*pairs), ()))
    assert placed.exceptions
    assert all(" " in said for said in placed.exceptions)


def test_any_graph_has_a_place():
    cycle = edge("a", "b"), edge("b", "c"), edge("c", "a")
    edges = *cycle, edge("a", "a"), edge("a", "b", "q"), edge("b", "a", "game")
    placed = place(Diagram("", "", latents(*"abcd"), (), edges))
    assert violations(placed) == []


def test_a_line_with_a_label_is_in_two_pieces_with_the_label_between():
    placed = place(Diagram("", "", latents("a", "b"), (), (edge("a", "b", label="l = 1", text="l = 1"),)))
    made = placed.routes["a>b:p"]
    assert made.label is not None
    assert len(made.pieces) == 2
    assert made.pieces[0][-1][1] < made.label.top < made.label.bottom < made.pieces[1][0][1]


def test_a_detour_leads_around_a_wall_and_ends_where_it_should():
    start, wall, end = Box(0, 0, 4, 4), Box(50, 0, 4, 80), Box(100, 0, 4, 4)
    shapes = [start, end, wall]
    way = detour(start, end, Outlines([(box, SHARP) for box in shapes], 3.0), shapes, [0, 1])
    assert way is not None
    assert [tuple(way[0]), tuple(way[-1])] == [(0.0, 0.0), (100.0, 0.0)]
    assert np.abs(way[:, 1]).max() > 40
    assert not in_box(way, wall)


def test_there_is_no_detour_out_of_a_closed_room():
    start, end = Box(0, 0, 4, 4), Box(100, 0, 4, 4)
    walls = [Box(0, 30, 80, 20), Box(0, -30, 80, 20), Box(30, 0, 20, 80), Box(-30, 0, 20, 80)]
    shapes = [start, end, *walls]
    assert detour(start, end, Outlines([(box, SHARP) for box in shapes], 3.0), shapes, [0, 1]) is None
