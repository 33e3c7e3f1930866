"""What a spec leaves open, and what the data make of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mvgraph.data.filling import complete
from mvgraph.data.loading import read
from mvgraph.data.objects import tabulate
from mvgraph.data.tables import DataWarning
from mvgraph.data.validation import batch
from mvgraph.errors import DataError, SpecError
from mvgraph.spec.reading import load

from .specs import small

NAN = float("nan")


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


A = np.zeros((20, 2))
OPEN = load("mvae")


def label_of(values: Any, **mask: Any) -> tuple[tuple[int, ...] | None, str]:
    """Shape and likelihood that an open view gets from its values."""
    values = np.asarray(values)
    spec, _ = complete(OPEN, tabulate({"a": A[: len(values)], "label": values}, mask or None))
    view = spec.view("label")
    return view.shape, view.likelihood.word if view.likelihood is not None else ""


@pytest.mark.parametrize("largest", [10**8, 10**9, 2020])
def test_a_large_number_does_not_make_so_many_classes(largest: int) -> None:
    values = np.arange(20) * (largest // 19)
    values[-1] = largest
    with pytest.raises(
        DataError, match=rf"these are {largest + 1} classes, of which 20 occur(.|\n)*shape: \[{largest + 1}\]"
    ):
        label_of(values)
    assert label_of(values.astype(float)) == ((1,), "normal")


def test_many_classes_that_occur_are_classes() -> None:
    values = np.arange(3000)
    found, _ = complete(OPEN, tabulate({"a": np.zeros((3000, 2)), "label": values}))
    assert found.view("label").shape == (3000,)


AS_NUMBERS = "are read as they are, as numbers under 'normal'"
ODD: list[tuple[list[Any], str, tuple[tuple[int, ...], str]]] = [
    ([1, 2, 3] * 4, "from 1 to 3 are read as 4 classes, of which 0 never occurs; .* subtract 1", ((4,), "categorical")),
    ([0, 7, 9] * 4, "from 0 to 9 are read as 10 classes, of which 3 occur; if they", ((10,), "categorical")),
    ([0, -1, 2] * 4, f"from -1 to 2 {AS_NUMBERS}, for classes are counted from 0", ((1,), "normal")),
    ([[0], [1], [2]] * 4, f"from 0 to 2 {AS_NUMBERS}; if they are classes", ((1,), "normal")),
    ([0.0, 1.0, NAN] * 4, f"from 0 to 1 {AS_NUMBERS}; if they are classes", ((1,), "normal")),
    ([True, False] * 4, f"{AS_NUMBERS}; for true and false say likelihood: bernoulli", ((1,), "normal")),
]


@pytest.mark.parametrize(("values", "words", "expected"), ODD)
def test_what_is_odd_about_labels_is_said(values: list[Any], words: str, expected: tuple[Any, str]) -> None:
    with pytest.warns(DataWarning, match=words):
        assert label_of(values) == expected


@pytest.mark.parametrize(
    "values", [[0, 1, 2], [[0], [1], [2]], [0.0, NAN, 2.0], [True, False, True], [[0.0], [NAN], [2.0]]]
)
def test_labels_of_every_kind_are_classes_where_that_is_said(values: list[Any]) -> None:
    named = load("mvae", views={"a": {}, "label": {"likelihood": "categorical"}})
    tables = tabulate({"a": A[:3], "label": np.asarray(values)})
    spec, said = complete(named, tables)
    classes = 2 if values[0] is True else 3
    assert spec.view("label").shape == (classes,)
    assert "likelihood categorical" in said[1]
    ready = batch(spec, tables)
    expected = [0 if v is False else int(v) for v in np.asarray(values, float).ravel() if not np.isnan(v)]
    assert ready.views["label"][ready.mask[:, 1]].argmax(1).tolist() == expected


def test_a_label_outside_the_classes_is_refused_with_what_is_missing() -> None:
    with pytest.raises(DataError, match=r"row 1 .*the class -1 is not one of 0 to 3(.|\n)*one that is missing is NaN"):
        batch(small("a", "label"), {"a": A[:3], "label": np.array([0, -1, 2])})


def test_an_override_names_a_view_of_the_data() -> None:
    """Where the spec leaves its views open; the others are inferred as ever."""
    tables = tabulate({"a": A[:4], "b": A[:4], "label": np.array([0, 1, 0, 1])})
    spec = load("mvae", sets=["views.b.likelihood=student_t", "beta=2"], view_names=lambda: tables.names)
    filled, said = complete(spec, tables)
    words = [likelihood.word if (likelihood := filled.view(n).likelihood) else "" for n in filled.view_names]
    assert words == ["normal", "student_t", "categorical"]
    assert filled.open_views is None
    assert len(said) == 3
    with pytest.raises(SpecError, match="there is no 'c' here"):
        load("mvae", sets=["views.c.likelihood=student_t"], view_names=lambda: tables.names)
    with pytest.raises(SpecError, match=r"not for exactly 1 view(.|\n)*its views are open: name all of them"):
        load("mvae", sets=["views.b.likelihood=student_t"])
    assert load("mvae", sets=["beta=2"], view_names=lambda: pytest.fail("they are not needed")).open_views is not None
