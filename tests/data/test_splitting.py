"""Training and validation rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from mvgraph.data.batch import Batch
from mvgraph.data.splitting import split
from mvgraph.data.tables import DataWarning
from mvgraph.data.validation import drop_empty
from mvgraph.errors import DataError, UsageError


def rows(count: int) -> Batch:
    ids = tuple(f"r{i}" for i in range(count))
    return Batch({"a": torch.arange(float(count))[:, None]}, torch.ones(count, 1, dtype=torch.bool), ids)


def test_parts_are_disjoint_and_depend_on_the_seed_only() -> None:
    train, valid = split(rows(20), 0.25, seed=3)
    assert valid is not None
    assert (len(train), len(valid)) == (15, 5)
    assert set(train.ids) | set(valid.ids) == set(rows(20).ids)
    again, other = split(rows(20), 0.25, seed=3)[1], split(rows(20), 0.25, seed=4)[1]
    assert again is not None
    assert other is not None
    assert again.ids == valid.ids != other.ids


@pytest.mark.parametrize("fraction", [0.001, 0.999])
def test_each_part_has_a_row(fraction: float) -> None:
    train, valid = split(rows(4), fraction)
    assert valid is not None
    assert min(len(train), len(valid)) >= 1


def test_rows_by_number_and_by_id() -> None:
    assert split(rows(4), rows=[1, 3])[0].ids == ("r0", "r2")
    valid = split(rows(4), rows=["r2"])[1]
    assert valid is not None
    assert valid.ids == ("r2",)


def test_none_held_out() -> None:
    assert split(rows(1), 0.0)[1] is None


def test_refuses() -> None:
    with pytest.raises(DataError, match="one row cannot be split"):
        split(rows(1))
    with pytest.raises(UsageError, match=r"fraction is a number from 0 up to 1, not 1\.5"):
        split(rows(3), 1.5)
    with pytest.raises(DataError, match=r"there is no row 'r9'(.|\n)*there is no row 'x'"):
        split(rows(3), rows=["r9", "x"])
    with pytest.raises(DataError, match="rows run from 0 to 2"):
        split(rows(3), rows=[3])
    with pytest.raises(DataError, match="3 of 3 rows are for validation"):
        split(rows(3), rows=[0, 1, 2])
    with pytest.raises(UsageError, match="a seed is a whole number from 0 up"):
        split(rows(3), seed=-1)


@pytest.mark.parametrize("kind", [list, np.array, torch.tensor], ids=["list", "array", "tensor"])
def test_one_true_or_false_a_row_is_no_list_of_numbers(kind: Callable[[list[bool]], Any]) -> None:
    """Read as numbers they would stand for the rows 1 and 0."""
    train, valid = split(rows(5), rows=kind([False, False, True, False, True]))
    assert valid is not None
    assert (train.ids, valid.ids) == (("r0", "r1", "r3"), ("r2", "r4"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([True, False], "2 times true or false, for 3 rows"),
        ([True, False, False, False], "4 times true or false, for 3 rows"),
        ([True, 1], "True names no row"),
        ([0.5], "0.5 names no row"),
        ([None], "None names no row"),
    ],
)
def test_refuses_what_names_no_row(wrong: list[Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        split(rows(3), rows=wrong)


def test_a_number_that_is_also_the_id_of_another_row_is_asked_about() -> None:
    data = replace(rows(3), ids=("2", "0", "1"))
    with pytest.raises(DataError, match=r"0 is the place of one row and the id of another(.|\n)*for the id write '0'"):
        split(data, rows=[0])
    valid = split(data, rows=["0"])[1]
    assert valid is not None
    assert valid.ids == ("0",)


def test_rows_keep_their_place_in_the_users_data() -> None:
    """However often they are shuffled, cut and left out."""
    data = replace(rows(12), ids=(), mask=(torch.arange(12) % 5 > 0)[:, None])
    with pytest.warns(DataWarning, match="3 of 12 rows"):
        kept = drop_empty(data)
    assert [kept.name(i) for i in range(9)] == ["1", "2", "3", "4", "6", "7", "8", "9", "11"]
    valid = split(kept, rows=[6, 11])[1]
    assert valid is not None
    assert [valid.name(i) for i in range(2)] == ["6", "11"]
    for part in split(kept, 0.3, seed=1):
        assert part is not None
        shuffled = part.rows(torch.randperm(len(part))).only(["a"])
        values = [int(v) for v in shuffled.views["a"]]
        assert [shuffled.name(i) for i in range(len(part))] == [str(v) for v in values]
    flags = [place in (3, 11) for place in range(12)]
    valid = split(kept, rows=flags)[1]
    assert valid is not None
    assert [valid.name(i) for i in range(2)] == ["3", "11"]


def test_a_series_of_true_and_false_is_matched_by_its_index() -> None:
    class Series:
        index = np.array(["r2", "r0", "r1"])

        def to_numpy(self) -> Any:
            return np.array([True, False, False])

    valid = split(rows(3), rows=Series())[1]  # type: ignore[arg-type]
    assert valid is not None
    assert valid.ids == ("r2",)


@pytest.mark.parametrize("wrong", [0.2, 5, "r1", "valid.npz"])
def test_a_share_is_no_list_of_rows(wrong: Any) -> None:
    with pytest.raises(DataError, match=r"are no validation rows(.|\n)*a share of the rows is fraction=0.1"):
        split(rows(3), rows=wrong)
