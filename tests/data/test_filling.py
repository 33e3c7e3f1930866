"""What a spec leaves open, and what the data make of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mvgraph.data.filling import complete
from mvgraph.data.loading import read
from mvgraph.data.objects import tabulate
from mvgraph.errors import DataError
from mvgraph.spec.reading import load

from .specs import small


def test_open_views_come_from_the_data() -> None:
    spec, said = complete(load("mvae"), read(["digits"]))
    assert spec.view_names == ("upper", "lower", "label")
    assert spec.open_views is None
    assert [spec.view(n).shape for n in spec.view_names] == [(32,), (32,), (10,)]
    words = [likelihood.word if (likelihood := spec.view(n).likelihood) else "" for n in spec.view_names]
    assert words == ["normal", "normal", "categorical"]
    assert said[2] == "view 'label' from digits: shape [10], likelihood categorical (whole numbers from 0 to 9)"


def test_named_views_get_their_shapes() -> None:
    spec = small("a", "label")
    bare = replace(spec, views=tuple(replace(v, shape=None) for v in spec.views))
    tables = tabulate({"a": np.zeros((3, 2)), "label": np.array([0, 1, 2])})
    found, said = complete(bare, tables)
    assert [v.shape for v in found.views] == [(2,), (3,)]
    assert len(said) == 2
    assert complete(spec, tables) == (spec, [])


def test_a_missing_label_is_no_class() -> None:
    tables = tabulate({"a": np.zeros((2, 2)), "label": np.array([1, 77])}, {"label": [True, False]})
    assert complete(load("mvae"), tables)[0].view("label").shape == (2,)


def test_the_number_of_views_must_fit() -> None:
    with pytest.raises(DataError, match="takes 2 or more views; the data have 1: a"):
        complete(load("mvae"), tabulate({"a": np.zeros((3, 2))}))
