"""What Pyro, NumPyro and PyMC draw is drawn with the same nodes, edges and plates; one rectangle for every plate."""

from __future__ import annotations

import pytest

from mvgraph.drawing.layout import place
from mvgraph.drawing.mermaid import mermaid
from mvgraph.drawing.nesting import nest
from mvgraph.drawing.networks import from_network
from mvgraph.drawing.svg import svg

from .known_graphs import KNOWN
from .laws import violations

CLONED = {"pyro_overlapping": ("plate2", {"y", "z"}), "numpyro_crossing": ("M", {"y", "z"})}


@pytest.mark.parametrize("name", KNOWN)
def test_nodes_edges_and_plates_are_those_of_the_source(name):
    known = KNOWN[name]()
    drawn = from_network(known.graph)
    assert {n.id for n in drawn.nodes} == known.nodes
    assert {(e.source, e.target) for e in drawn.edges} == known.edges
    assert len(drawn.edges) == len(known.edges)
    assert {p.id: p.nodes for p in drawn.plates} == known.plates
    assert {n.id for n in drawn.nodes if n.kind == "observed"} == known.observed


@pytest.mark.parametrize("name", KNOWN)
def test_they_are_laid_out_by_the_laws(name):
    placed = place(from_network(KNOWN[name]().graph))
    assert not placed.exceptions
    assert violations(placed) == []


@pytest.mark.parametrize("name", CLONED)
def test_a_plate_that_others_clone_is_one_rectangle(name):
    known = KNOWN[name]()
    plate, members = CLONED[name]
    assert len(known.rectangles) == 3
    drawn = from_network(known.graph)
    assert {p.id: p.nodes for p in drawn.plates}[plate] == members
    placed = place(drawn)
    assert len(placed.plates) == 2
    assert svg(placed).count('data-id="plate2"' if plate == "plate2" else 'data-id="M"') == 1
    _, left = nest(drawn)
    assert [p.id for p in left] == [plate]
    assert mermaid(drawn).count(f"#91;{plate}#93;") == len(members)


def test_names_are_set_as_mathematics():
    labels = {n.id: n.label for n in from_network(KNOWN["pymc_radon"]().graph).nodes}
    assert labels["mu_a"] == r"\mu_{a}"
    assert labels["floor_measure_offset"] == r"\mathrm{floor}_{\mathrm{measure},\mathrm{offset}}"
