"""The laws hold where the layout put things: for every reference model, diagrams typed by hand, and by chance.

Sixty specs and sixty diagrams by chance in every run, five hundred of each by
`python -m pytest -m slow tests/drawing/test_placements.py`.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from module.random_specs import Tree, specs

import mvgraph as mg
from mvgraph.drawing.building import diagram
from mvgraph.drawing.diagram import Diagram
from mvgraph.drawing.layout import place
from mvgraph.spec.reading import load

from .cases import VARIANTS, drawn
from .diagrams import ALL
from .laws import FOUR, LAWS, edges_apart, violations
from .random_diagrams import diagrams

CROWDED = "a hierarchy by its levels: over 40 lines between 23 nodes, some of which share a way"
EXCEPTIONS: dict[tuple[str, str], str] = {  # of a model and a variant: why two of its lines lie on each other
    ("mhvae", "unrolled with parameters"): CROWDED,
    ("mhvae_gan", "unrolled with parameters"): CROWDED,
    ("mhvae_subsets", "unrolled"): CROWDED,
    ("mhvae_subsets", "unrolled with parameters"): CROWDED,
}
MANY = 40  # edges; a picture of a spec with more may have a line that finds no way but through a node
RARE = 0.01  # such pictures, and diagrams that no model has: dots with labelled loops, edges of each kind both ways
COUNTS = (60, pytest.param(500, marks=pytest.mark.slow))
OTHERS = tuple(law for law in LAWS if law is not edges_apart)
BY_CHANCE = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),  # to make an example smaller takes minutes
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("name", mg.names())
def test_the_laws_hold_for_every_reference_model(name: str) -> None:
    placed = {variant: place(drawn(name, variant)) for variant in VARIANTS}
    assert [said for each in placed.values() for said in violations(each, OTHERS)] == []
    meeting = {variant for variant, each in placed.items() if violations(each, (edges_apart,))}
    assert meeting == {variant for model, variant in EXCEPTIONS if model == name}


@pytest.mark.parametrize("name", ALL)
def test_the_laws_hold_for_diagrams_by_hand(name: str) -> None:
    assert violations(place(ALL[name])) == []


def of_a_spec(tree: Tree) -> Diagram:
    """One of the pictures of a spec; which one depends on the spec."""
    return diagram(load(tree), **VARIANTS[sorted(VARIANTS)[len(str(tree)) % len(VARIANTS)]])


def broken_by_chance(by_chance: SearchStrategy[Diagram], count: int) -> list[tuple[int, list[str]]]:
    """How many edges a picture has, and what is wrong, where something is; rectangles do not suffice for all plates."""
    found: list[tuple[int, list[str]]] = []

    @settings(BY_CHANCE, max_examples=count)
    @given(by_chance)
    def draw(random: Diagram) -> None:
        placed = place(random)
        if wrong := [] if placed.exceptions else violations(placed, FOUR):
            found.append((len(random.edges), wrong))

    draw()
    return found


@pytest.mark.parametrize("count", COUNTS)
def test_the_four_laws_hold_for_specs_by_chance(count: int) -> None:
    found = broken_by_chance(specs().map(of_a_spec), count)
    assert [wrong for edges, wrong in found if edges <= MANY] == []
    assert len(found) <= count * RARE


@pytest.mark.parametrize("count", COUNTS)
def test_the_four_laws_hold_for_diagrams_by_chance(count: int) -> None:
    assert len(broken_by_chance(diagrams(), count)) <= count * RARE
