"""What is drawn of reference models is where the layout says: its laws hold of boxes, and the letters fill these."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from mvgraph.drawing.layout import place
from mvgraph.drawing.outlines import corner, inside
from mvgraph.drawing.placement import Box
from mvgraph.drawing.shapes import DOTS
from mvgraph.drawing.svg import svg

from .cases import drawn
from .test_labels import points
from .test_svg import SVG, groups

NAMES = ("mopoe", "cmvae", "cvae", "dcca", "mhvae_gan", "mmvae_plus", "nexus")  # all kinds of nodes and labels


@pytest.fixture(scope="module", params=NAMES)
def placement(request):
    return place(drawn(request.param, "folded"))


def extents(element):
    """Left, top, right and bottom of a label as it is drawn."""
    x, y = map(float, re.findall(r"-?[\d.]+", element.get("transform")))
    xs, ys = zip(*points(element.get("d")), strict=True)
    return x + min(xs), y + min(ys), x + max(xs), y + max(ys)


def labels(placement):
    found = groups(ElementTree.fromstring(svg(placement, legend=True)))
    return {name: e for name, group in found.items() for e in group.iter(f"{SVG}path") if e.get("class") == "label"}


def test_letters_fill_the_boxes_that_the_laws_are_about(placement):
    letters = labels(placement)
    edges = {name: route.label for name, route in placement.routes.items() if route.label is not None}
    boxes = {**placement.captions, **placement.labels, **edges}
    assert boxes.keys() <= letters.keys()
    for name, box in boxes.items():
        assert extents(letters[name]) == pytest.approx((box.left, box.top, box.right, box.bottom), abs=0.1), name


def test_letters_stay_inside_their_node(placement):
    letters = labels(placement)
    for node in placement.diagram.nodes:
        if node.kind in DOTS:
            continue
        left, top, right, bottom = extents(letters[node.id])
        corners = np.array([(x, y) for x in (left, right) for y in (top, bottom)])
        assert inside(placement.nodes[node.id], corner(node), -2.0)(corners).all(), node.id


def test_everything_is_on_the_page(placement):
    page = Box(placement.width / 2, placement.height / 2, placement.width, placement.height)
    for name, element in labels(placement).items():
        left, top, right, bottom = extents(element)
        assert page.left <= left < right <= page.right, name
        assert page.top <= top < bottom <= page.bottom, name
