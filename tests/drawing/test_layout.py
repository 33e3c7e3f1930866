"""Layouts of the sample diagrams keep every law of a placement, and are the same everywhere."""

from __future__ import annotations

import pytest

from mvgraph.drawing.diagram import Diagram
from mvgraph.drawing.layout import place

from .diagrams import ALL
from .fresh import outputs
from .laws import violations

DIGEST = """
import hashlib
from mvgraph.drawing.layout import place
from tests.drawing.diagrams import ALL
text = repr([(p.nodes, p.labels, p.plates, p.captions, p.routes, p.width, p.height) for p in map(place, ALL.values())])
print(hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.mark.parametrize("name", ALL)
def test_samples_keep_the_laws(name):
    placed = place(ALL[name])
    assert not placed.exceptions
    assert violations(placed) == []


def test_nothing_to_draw_is_a_small_empty_picture():
    placed = place(Diagram("none", "Nothing.", ()))
    assert (placed.nodes, placed.width > 0, placed.height > 0) == ({}, True, True)


def test_the_same_in_every_process():
    assert len(outputs(DIGEST)) == 1
