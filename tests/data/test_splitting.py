"""Training and validation rows."""

from __future__ import annotations

import pytest
import torch

from mvgraph.data.batch import Batch
from mvgraph.data.splitting import split
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
