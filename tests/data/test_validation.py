"""Data against a spec: what is prepared, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import mvgraph as mg
from mvgraph.data.objects import tabulate
from mvgraph.data.tables import DataWarning
from mvgraph.data.validation import batch
from mvgraph.errors import DataError

from .specs import small

NAN = float("nan")


def good() -> dict[str, Any]:
    return {"a": np.arange(6.0).reshape(3, 2), "b": np.eye(3), "label": np.array([0, 3, 1])}


def test_prepares_views_in_the_order_of_the_spec() -> None:
    views = good()
    found = batch(small(), dict(reversed(views.items())))
    assert found.names == ("a", "b", "label")
    assert found.complete
    assert found.views["label"].tolist() == [[1, 0, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0]]
    assert {v.dtype for v in found.views.values()} == {torch.get_default_dtype()}


def test_takes_tensors_lists_and_frames() -> None:
    class Table:
        columns = ("first", "second")

        def to_numpy(self) -> Any:
            return np.array([[1.0, 2.0], [NAN, 3.0]])

    with pytest.raises(DataError, match="row 1 \\(counted from 0\\), column 'first': nan is not a number"):
        batch(small("a", "b"), {"a": Table(), "b": torch.zeros(2, 3, dtype=torch.bfloat16)})
    found = batch(small("a", "b"), {"a": [[1, 2], [3, 4]], "b": torch.ones(2, 3)})
    assert found.views["a"].tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_row_of_nan_is_a_missing_view() -> None:
    views = good() | {"a": np.array([[1.0, 2.0], [NAN, NAN], [3.0, 4.0]])}
    found = batch(small(), views)
    assert found.mask.tolist() == [[True] * 3, [False, True, True], [True] * 3]
    assert found.views["a"][1].tolist() == [0.0, 0.0]


def test_missing_class_numbers_as_nan() -> None:
    found = batch(small("a", "label"), {"a": good()["a"], "label": np.array([2.0, NAN, 0.0])})
    assert found.mask[:, 1].tolist() == [True, False, True]
    assert found.views["label"][0].tolist() == [0, 0, 1, 0]


def test_masked_values_are_not_judged() -> None:
    views = good() | {"b": np.array([[0, 1, 0], [7, 7, 7], [1, 1, 1.0]]), "label": np.array([0, 99, 1])}
    for mask in (np.array([[1, 1, 1], [1, 0, 0], [1, 1, 1]]), {"b": [1, 0, 1], "label": [1, 0, 1]}):
        found = batch(small(), views, mask)
        assert found.mask.tolist() == [[True] * 3, [True, False, False], [True] * 3]


@pytest.mark.usefixtures("double")
def test_keeps_double_precision_where_it_is_the_default() -> None:
    found = batch(small("a", "b"), {"a": [[0.1, 0.2]], "b": [[0.0, 1.0, 0.5]]})
    assert found.views["a"].tolist() == [[0.1, 0.2]]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"a": np.zeros((3, 5))}, r"view 'a' has rows of shape \[5\], the spec says \[2\]"),
    ({"a": np.zeros((3, 1, 2))}, r"rows of shape \[1, 2\]"),
    ({"a": np.array([[1, NAN], [1, 2], [1, 2]])}, r"view 'a', row 0 \(counted from 0\), column 1: nan is not a number"),
    ({"a": np.array([[1, 2], [1, np.inf], [1, 2]])}, "row 1 .*: inf is not a number"),
    ({"label": np.array([0, 4, 1])}, r"view 'label', row 1 .*: the class 4 is not one of 0 to 3"),
    ({"label": np.array([0, -1, 1])}, "the class -1 is not one of 0 to 3"),
    ({"b": np.full((3, 3), 255, dtype=np.uint8)}, r"255 is outside the support of 'bernoulli'"),
    ({"b": np.full((3, 3), 255)}, "and 6 more such values"),
    ({"a": np.array([["x", "y"]] * 3)}, "holds Python objects or text, not numbers"),
    ({"a": np.zeros((2, 2))}, "numbers of rows differ: view 'a' has 2, view 'b' has 3"),
    ({"a": np.float64(1.0)}, "view 'a' is a single number"),
    ({"a": [[1.0], [1.0, 2.0], [3.0]]}, "rows of different lengths"),
    ({"c": np.zeros((3, 1))}, "the spec has no view 'c'"),
]


@pytest.mark.parametrize(("change", "words"), BAD)
def test_refuses_in_the_users_words(change: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        batch(small(), good() | change)


def test_says_everything_at_once() -> None:
    views = good() | {"a": np.zeros((3, 5)), "b": np.full((3, 3), -1.0), "label": np.array([9, 9, 0])}
    with pytest.raises(DataError) as caught:
        batch(small(), views, ids=["u", "v", "w"])
    text = str(caught.value)
    assert all(
        words in text for words in ("view 'a' has rows", "view 'b', row 'u', column 0: -1", "row 'v': the class 9")
    )


def test_refuses_zero_rows() -> None:
    with pytest.raises(DataError, match="there are no rows"):
        batch(small("a", "b"), {"a": np.zeros((0, 2)), "b": np.zeros((0, 3))})


def test_refuses_absent_views_by_name() -> None:
    with pytest.raises(DataError, match="views 'b', 'label' are not in the data, which have a"):
        batch(small(), {"a": np.zeros((3, 2))})


def test_refuses_duplicate_ids() -> None:
    with pytest.raises(DataError, match="ids occur more than once: 'u'"):
        batch(small(), good(), ids=["u", "v", "u"])


def test_refuses_a_datum_without_any_view_by_name_or_skips_it() -> None:
    views = {"a": np.array([[NAN, NAN], [1, 2]]), "b": np.array([[NAN] * 3, [0, 1, 0]])}
    with pytest.raises(DataError, match="no view at all: row 'u'"):
        batch(small("a", "b"), views, ids=["u", "v"])
    with pytest.warns(DataWarning, match="1 of 2 rows have no view and are skipped"):
        found = batch(small("a", "b"), views, ids=["u", "v"], on_empty="skip")
    assert found.ids == ("v",)


def test_the_remedy_for_a_row_without_any_view_is_one_in_python_too() -> None:
    views = {"a": np.array([[NAN, NAN], [1, 2]]), "b": np.array([[NAN] * 3, [0, 1, 0]])}
    with pytest.raises(DataError, match=r"skip them: on_empty='skip' \(--skip-empty\)"):
        mg.batch(small("a", "b"), views)
    with pytest.warns(DataWarning, match="1 of 2 rows have no view and are skipped"):
        assert len(mg.batch(small("a", "b"), views, on_empty="skip")) == 1


def test_refuses_masks_that_do_not_fit() -> None:
    with pytest.raises(DataError, match=r"the mask has shape \(3, 2\), not \(row, 3\) for a, b, label"):
        batch(small(), good(), np.ones((3, 2)))
    with pytest.raises(DataError, match="the mask names 'c', which is not a view"):
        tabulate(good(), {"c": [1, 1, 1]})


@pytest.mark.parametrize("dtype", ["u1", "?", "i2", ">i4", "u8", "f2", ">f8"])
def test_takes_numbers_of_every_kind(dtype: str) -> None:
    values = np.eye(3).astype(dtype)
    values.flags.writeable = False
    assert torch.equal(batch(small("a", "b"), {"a": values[:, :2], "b": values}).views["b"], torch.eye(3))


def test_one_row_is_a_batch() -> None:
    assert len(batch(small("a", "b"), {"a": [[1.0, 2.0]], "b": [[0, 1, 1]]})) == 1
