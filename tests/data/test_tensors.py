"""Tensors stay tensors: judged in the same words as arrays, never copied without need, and gradients flow back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mvgraph.data.batch import Batch
from mvgraph.data.validation import batch
from mvgraph.errors import DataError

from .specs import small

NAN, INF = float("nan"), float("inf")
REALS = st.sampled_from([0.0, 0.25, 1.0, -2.5, NAN, NAN, INF, 7.0])
TABLES = st.fixed_dictionaries(
    {
        "a": st.lists(st.lists(REALS, min_size=2, max_size=2), min_size=3, max_size=3),
        "b": st.lists(st.lists(REALS, min_size=3, max_size=3), min_size=3, max_size=3),
        "label": st.lists(st.sampled_from([0.0, 1.0, 3.0, 1.5, NAN, 4.0, -1.0]), min_size=3, max_size=3),
    }
)
MASKS = st.one_of(st.none(), st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=3, max_size=3))


def outcome(views: dict[str, Any], mask: Any) -> tuple[Any, ...]:
    """A batch as values and mask, or what is said of the data."""
    try:
        prepared = batch(small(), views, mask)
    except DataError as error:
        return tuple(str(p) for p in error.problems)
    return prepared.mask.tolist(), {n: v.tolist() for n, v in prepared.views.items()}


@settings(max_examples=60, derandomize=True, deadline=None)
@given(TABLES, MASKS, st.sampled_from([np.float64, np.float32]))
def test_arrays_and_tensors_are_one(table: dict[str, Any], mask: Any, dtype: type) -> None:
    arrays = {n: np.array(v, dtype=dtype) for n, v in table.items()}
    flags = None if mask is None else np.array(mask)
    assert outcome({n: torch.from_numpy(v) for n, v in arrays.items()}, flags) == outcome(arrays, flags)


def test_a_tensor_that_fits_is_not_copied() -> None:
    values = {"a": torch.randn(3, 2), "b": torch.rand(3, 3)}
    prepared = batch(small("a", "b"), values)
    assert {n: v.data_ptr() for n, v in prepared.views.items()} == {n: v.data_ptr() for n, v in values.items()}


@pytest.mark.parametrize("other", ["tensor", "array", "list"])
def test_gradients_go_back_to_what_was_given(other: str) -> None:
    a = torch.tensor([[1.0, 2.0], [NAN, NAN], [3.0, 4.0]], dtype=torch.float64, requires_grad=True)
    b = torch.eye(3)
    prepared = batch(small("a", "b"), {"a": a, "b": {"tensor": b, "array": b.numpy(), "list": b.tolist()}[other]})
    prepared.views["a"].square().sum().backward()
    assert a.grad is not None
    assert a.grad.tolist() == [[2.0, 4.0], [0.0, 0.0], [6.0, 8.0]]  # nothing of the missing row, least of all NaN


def test_nothing_is_rounded_on_its_way_to_a_double_model() -> None:
    for values in ([[0.1, 0.2]], np.array([[0.1, 0.2]]), torch.tensor([[0.1, 0.2]], dtype=torch.float64)):
        prepared = batch(small("a", "b"), {"a": values, "b": [[0, 1, 0]]}, like=torch.zeros((), dtype=torch.float64))
        assert prepared.views["a"].tolist() == [[0.1, 0.2]]
        assert {v.dtype for v in prepared.views.values()} == {torch.float64}


@pytest.mark.parametrize("make", [np.array, lambda x: torch.tensor(x, dtype=torch.float64)])
def test_what_the_dtype_cannot_hold_has_its_row(make: Any) -> None:
    views = {"a": make([[1.0, 2.0], [1e39, 0.0]]), "b": np.eye(3)[:2]}
    words = r"view 'a', row 1 \(counted from 0\), column 0: 1e\+39 is more than float32 can hold\n.*another unit"
    with pytest.raises(DataError, match=words):
        batch(small("a", "b"), views)


ODD = {
    "sparse": (torch.eye(3).to_sparse_coo(), "is a sparse coo tensor\n.*give it dense"),
    "complex": (torch.eye(3, dtype=torch.complex64), "holds complex64, not numbers"),
    "complex array": (np.eye(3, dtype=complex), "holds complex128, not numbers"),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_dense_tensor_of_numbers_is_refused(kind: str) -> None:
    values, words = ODD[kind]
    with pytest.raises(DataError, match=words):
        batch(small("a", "b"), {"a": torch.zeros(3, 2), "b": values})


@pytest.mark.parametrize("dtype", [torch.uint8, torch.bool, torch.int16, torch.uint16, torch.bfloat16, torch.float16])
def test_tensors_of_every_kind_of_number(dtype: torch.dtype) -> None:
    values = torch.eye(3).to(dtype)
    assert torch.equal(batch(small("a", "b"), {"a": values[:, :2], "b": values}).views["b"], torch.eye(3))


def test_what_is_taken_on_trust_is_not_looked_at() -> None:
    """Missing rows are still missing, and shapes still have to be right."""
    views = {"a": torch.tensor([[1.0, INF], [NAN, NAN]]), "b": torch.full((2, 3), 9.0)}
    prepared: Batch = batch(small("a", "b"), views, validate=False)
    assert prepared.mask.tolist() == [[True, True], [False, True]]
    assert prepared.views["b"].tolist() == [[9.0] * 3] * 2
    with pytest.raises(DataError, match=r"view 'b' has rows of shape \[2\], the spec says \[3\]"):
        batch(small("a", "b"), views | {"b": torch.zeros(2, 2)}, validate=False)
