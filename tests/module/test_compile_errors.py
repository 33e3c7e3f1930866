"""What only compiling can find is found all at once, with its place in the text."""

from __future__ import annotations

import pytest

from mvgraph.errors import SpecError
from mvgraph.module.model import Model
from mvgraph.spec.reading import load

TEXT = """mvgraph: 1
extends: mopoe
views:
  a: {shape: [3], encoder: polymnist_conv}
  b: {shape: [4], decoder: resnet}
"""


def test_networks_that_cannot_read_their_views() -> None:
    with pytest.raises(SpecError, match=r"polymnist_conv needs views of shape") as caught:
        Model(load(TEXT))
    places = [(p.code, p.place.line, p.place.column) for p in caught.value.problems if p.place]
    assert places == [("MVG410", 4, 19), ("MVG410", 5, 19)]


def test_a_fault_in_the_defaults_points_at_the_defaults() -> None:
    text = "mvgraph: 1\nextends: mopoe\nview_defaults: {encoder: polymnist_conv}\n"
    with pytest.raises(SpecError, match=r"<text>:3:17: error MVG410.*of the view 'a'"):
        Model(load(text + "views: {a: {shape: [3]}, b: {shape: [3, 28, 28]}}\n"))


def test_views_without_shapes() -> None:
    with pytest.raises(SpecError, match="the view '1' has no shape") as caught:
        Model(load("mopoe"))
    assert [p.path for p in caught.value.problems] == [("views", "1"), ("views", "2")]
