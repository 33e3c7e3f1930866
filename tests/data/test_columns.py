"""Columns of later data: by name, in the order of training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mvgraph.data.batch import Batch
from mvgraph.data.columns import batch_in_order, in_order
from mvgraph.data.tables import DataWarning, Tables
from mvgraph.errors import DataError

NAMES = ("g0", "g1", "g2", "g3", "g4")


def table(names: Sequence[str], width: int = 0) -> Tables:
    """A view whose value in a column is the number in the column's name, else its place."""
    values = np.array([[float(n[1:]) if n[1:] else 99.0 for n in names]]) if names else np.zeros((1, width))
    return Tables({"a": values}, columns={"a": tuple(names)} if names else {}, sources={"a": "a.csv"})


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.permutations([*NAMES, "x", "y"]), st.booleans())
def test_any_order_is_the_order_of_training(names: list[str], further: bool) -> None:
    found = table(names if further else [n for n in names if n in NAMES])
    if further:
        with pytest.warns(DataWarning, match="left out 2 columns that the model was not trained on: '[xy]', '[xy]'"):
            ordered = in_order(found, {"a": NAMES})
    else:
        ordered = in_order(found, {"a": NAMES})
    assert ordered.views["a"].tolist() == [[0, 1, 2, 3, 4]]
    assert ordered.columns["a"] == NAMES


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["q0", "q1", "q2", "q3", "q4"],
            r"a\.csv: error MVG830: view 'a' lacks 5 columns .*: 'g0', 'g1', 'g2' and 2 more",
        ),
        (["q0", "q1", "q2", "q3", "q4"], "the data have 'q0', 'q1', 'q2' and 2 more"),
        (["g0", "g1", "G 2", "g3", "g4"], "lacks 1 column .*: 'g2'\n.*did you mean 'G 2' for 'g2'"),
        (["g0", "g1", "g2"], "lacks 2 columns .*: 'g3', 'g4'\n.*the data have no further columns"),
        (["g0", "g1", "g2", "g3", "g4", "g4"], "MVG831: view 'a' has several columns of the name 'g4'"),
    ],
)
def test_refuses_by_name(names: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        in_order(table(names), {"a": NAMES})


def test_all_views_at_once() -> None:
    values = np.zeros((1, 1))
    tables = Tables({"a": values, "b": values}, columns={"a": ("x",), "b": ("y",)})
    with pytest.raises(DataError, match=r"view 'a' lacks 1 column .*: 'p'\n(.|\n)*view 'b' lacks 1 column .*: 'q'"):
        in_order(tables, {"a": ("p",), "b": ("q",)})


def test_names_on_one_side_only_are_said() -> None:
    with pytest.warns(
        DataWarning, match="no names and are taken in the order of training: 'g0', 'g1', 'g2' and 2 more"
    ):
        in_order(table((), 5), {"a": NAMES})
    with pytest.warns(DataWarning, match="was trained on columns without names"):
        in_order(table(NAMES), {})
    assert in_order(table(NAMES), None).columns == {"a": NAMES}
    assert in_order(table((), 4), {"a": NAMES}).views["a"].shape == (1, 4)  # its shape is refused elsewhere


def test_names_that_only_count_are_none() -> None:
    counting = tuple(str(i) for i in range(5))
    tables = Tables({"a": np.arange(5.0)[None]}, columns={"a": counting})
    with pytest.warns(DataWarning, match="have no names"):
        assert in_order(tables, {"a": NAMES}).views["a"].tolist() == [[0, 1, 2, 3, 4]]
    with pytest.warns(DataWarning, match="was trained on columns without names"):
        in_order(table(NAMES), {"a": counting})
    turned = Tables({"a": np.arange(5.0)[None]}, columns={"a": counting[::-1]})
    assert in_order(turned, {"a": counting}).views["a"].tolist() == [[4, 3, 2, 1, 0]]


def test_a_single_column_may_hold_classes() -> None:
    tables = Tables({"a": np.array([[7.0, 1.0], [7.0, 2.0]])}, columns={"a": ("age", "diet")})
    with pytest.warns(DataWarning, match="left out 1 column"):
        assert in_order(tables, {"a": ("diet",)}).views["a"].tolist() == [1.0, 2.0]


def test_batches_have_columns_too() -> None:
    data = Batch({"a": torch.tensor([[2.0, 1.0]])}, torch.ones(1, 1, dtype=torch.bool), columns={"a": ("y", "x")})
    ordered = batch_in_order(data, {"a": ("x", "y")})
    assert ordered.views["a"].tolist() == [[1, 2]]
    assert batch_in_order(ordered, ordered.columns) is ordered
    with pytest.raises(DataError, match=r"view 'a' lacks 1 column .*: 'z'"):
        batch_in_order(data, {"a": ("x", "z")})
    nameless = Batch(data.views, data.mask)
    assert batch_in_order(nameless, {"a": ("x", "y")}).views["a"].tolist() == [[2, 1]]
