"""Whole data sets in Python: each is read, or refused with what to give instead."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import pytest
import torch
from scipy import sparse
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

import mvgraph as mg
from mvgraph.data import arrays, collecting
from mvgraph.data.objects import as_tables, tabulate
from mvgraph.data.validation import batch
from mvgraph.errors import DataError, MvgraphError, UsageError

from .specs import small

A, B = torch.arange(20.0).reshape(10, 2), torch.eye(3).repeat(4, 1)[:10]


class Pairs(Dataset[dict[str, Any]]):
    """Ten data, of which one lacks b, and one says so."""

    def __len__(self) -> int:
        return 10

    def __getitem__(self, row: int) -> dict[str, Any]:
        return {"a": A[row]} if row == 3 else {"a": A[row], "b": None if row == 5 else B[row]}


class Stream(IterableDataset[dict[str, Any]]):
    """Ten data, one after another."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return ({"a": a, "b": b} for a, b in zip(A, B, strict=True))


@pytest.mark.parametrize("data", [Pairs(), Stream()], ids=["dataset", "stream"])
def test_data_sets_are_read(data: Dataset[Any]) -> None:
    found = batch(small("a", "b"), data)
    assert torch.equal(found.views["a"], A)
    missing = [3, 5] if isinstance(data, Pairs) else []
    assert (~found.mask[:, 1]).nonzero().flatten().tolist() == missing
    assert torch.equal(found.views["b"][found.mask[:, 1]], B[found.mask[:, 1]])


def test_loaders_are_read_batch_by_batch() -> None:
    rows = [{"a": a, "b": b} for a, b in zip(A, B, strict=True)]
    loader: DataLoader[Any] = DataLoader(rows, batch_size=4)  # type: ignore[arg-type]
    found = batch(small("a", "b"), loader)
    assert torch.equal(found.views["a"], A)
    assert torch.equal(found.views["b"], B)


class Module(lightning.LightningDataModule):
    """Loaders."""


@dataclass
class Cells:
    """What AnnData is to mvgraph."""

    X: Any
    obs_names: Any
    var_names: Any


REFUSED: dict[str, tuple[Any, str]] = {
    "a list": ([A, B], r"type list do not say which view(.|\n)*dict\(zip\(\['a', 'b'\], data\)\)"),
    "nothing": (None, r"type NoneType(.|\n)*\{'a': ..., 'b': ...\}"),
    "a generator": ((x for x in [A]), r"type generator(.|\n)*by view"),
    "an array": (A, r"type Tensor(.|\n)*by view"),
    "a file": ("data.npz", r"type str(.|\n)*mg.read\(\['data.npz'\]\)"),
    "a module": (Module(), r"type Module(.|\n)*setup\('fit'\)(.|\n)*train_dataloader\(\)"),
    "cells": (Cells(A, range(10), "xy"), r"type Cells(.|\n)*name the view that it is: \{'a': data"),
    "no views": ({}, "there are no views"),
    "tuples": (TensorDataset(A, B), r"items of the data set are tuples(.|\n)*\{'a': ..., 'b': ...\}"),
    "batches of lists": (DataLoader(TensorDataset(A, B)), r"batches of the loader are lists(.|\n)*mappings by view"),
    "a view of nothing": ({"a": None, "b": B}, "view 'a' is None; it needs one row a datum"),
    "a view of a generator": ({"a": (x for x in A), "b": B}, "view 'a' is of the type generator"),
    "a mapping of mappings": ({"a": {}, "b": B}, "view 'a' is of the type dict"),
    "a number": ({"a": 3.0, "b": B}, "view 'a' is a single number"),
    "text": ({"a": [["x"]] * 10, "b": B}, "view 'a' holds Python objects or text"),
    "ragged items": ([], "type list"),
    "a nested tensor": ({"a": A.to_sparse(), "b": B}, r"view 'a' is a sparse coo tensor(.|\n)*to_dense\(\)"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_data_set_is_refused_with_a_remedy(kind: str) -> None:
    data, words = REFUSED[kind]
    with pytest.raises(DataError, match=words):
        batch(small("a", "b"), data)


def test_items_of_different_shapes_are_refused() -> None:
    class Ragged(Pairs):
        def __getitem__(self, row: int) -> dict[str, Any]:
            return {"a": torch.zeros(row + 1), "b": B[row]}

    with pytest.raises(DataError, match=r"view 'a' has items of different shapes: \[1\], \[2\], \[3\]"):
        batch(small("a", "b"), Ragged())


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csr_array, sparse.coo_array, sparse.csc_matrix])
def test_sparse_matrices_are_made_dense(kind: Any) -> None:
    found = tabulate({"a": kind(A.numpy()), "b": B, "c": Cells(kind(A.numpy()), range(10), "xy")}, how="position")
    assert np.array_equal(found.views["a"], A.numpy())
    assert np.array_equal(found.views["c"], A.numpy())
    assert found.columns["c"] == ("x", "y")


def test_what_would_not_fit_into_memory_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = sparse.csr_array((10**6, 10**5))
    tracemalloc.start()
    with pytest.raises(DataError, match=r"view 'a' would take 372.5 GiB as a dense array(.|\n)*keep fewer columns"):
        tabulate({"a": huge})
    assert tracemalloc.get_traced_memory()[1] < 10**8
    tracemalloc.stop()
    monkeypatch.setattr(collecting, "MOST_BYTES", 100)
    with pytest.raises(DataError, match="the data set does not fit"):
        tabulate(Pairs())
    with pytest.raises(DataError, match="the data set does not fit"):
        tabulate(Stream())
    assert arrays.MOST_BYTES > 2**30


def test_masked_arrays_keep_their_mask() -> None:
    """A row that is masked as a whole is a missing view; one that is masked in part is refused as NaN is."""
    rows = np.ma.masked_array(A.numpy(), np.array([[True, True]] + [[False, False]] * 9))
    found = batch(small("a", "b"), {"a": rows, "b": B})
    assert found.mask[:, 0].tolist() == [False] + [True] * 9
    labels = np.ma.masked_array([0, 99, 2], [False, True, False])
    shown = batch(small("a", "label"), {"a": A[:3], "label": labels})
    assert shown.mask[:, 1].tolist() == [True, False, True]
    part = np.ma.masked_array(A.numpy().astype(int), np.eye(10, 2, dtype=bool))
    with pytest.raises(DataError, match=r"MVG712: view 'a', row 0 .*column 0: nan is not a number"):
        batch(small("a", "b"), {"a": part, "b": B})


def test_a_name_is_compiled_for_the_data_and_trained() -> None:
    quick = {"encoder": {"mlp": {"hidden": [4]}}, "decoder": {"mlp": {"hidden": [4]}}}
    spec = mg.load("mvae", view_defaults=quick)
    data = {"a": A, "label": torch.arange(10) % 3}
    run = mg.fit(spec, data, ids=[f"r{i}" for i in range(10)], valid=["r3"], epochs=1, progress=False, seed=1)
    assert run.model.spec.view("label").shape == (3,)
    again = mg.fit(mg.compile(spec, data, seed=1), data, valid=[3], epochs=1, progress=False, seed=1)
    assert torch.equal(again.model.encode({"a": A})["z"].mean, run.model.encode({"a": A})["z"].mean)
    named = run.model.encode({"a": A}, ids=[f"r{i}" for i in range(10)])
    assert named["z"].mean.shape == (10, spec.dim("z"))
    with pytest.raises(UsageError, match=r"give a compiled model, a spec or the name of one, not .* NoneType"):
        mg.fit(None, data)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"has an argument 'epoch'; did you mean 'epochs'"):
        mg.fit(run.model, data, epoch=1)
    with pytest.raises(UsageError, match=r"has an argument 'mask'; give mg.batch\(spec, data, mask=...\)"):
        mg.fit(run.model, data, mask=torch.ones(10, 2))
    with pytest.raises(MvgraphError, match="there are no views"):
        run.model.encode({})
    with pytest.raises(DataError, match="view 'a' is missing in every row to train on"):
        mg.fit(run.model, {"a": torch.full((4, 2), torch.nan), "label": torch.arange(4) % 3}, progress=False)


def test_a_batch_gives_what_a_spec_leaves_open() -> None:
    data = as_tables(batch(small("a", "b"), Pairs()))
    assert mg.compile("mvae", data).spec.view("b").shape == (3,)
    assert data.seen("b").tolist() == [row not in (3, 5) for row in range(10)]
    with pytest.raises(UsageError, match="have ids of their own"):
        as_tables(data, ids=range(10))


def test_an_open_archive_with_ids_is_read_as_a_file(tmp_path: Path) -> None:
    file = tmp_path / "d.npz"
    np.savez(file, a=A.numpy(), b=B.numpy())
    with np.load(file) as archive:
        assert batch(small("a", "b"), archive).complete
    np.savez(file, a=A.numpy(), b=B.numpy(), ids=np.arange(10), mask_a=np.ones(10, dtype=bool))
    with np.load(file) as archive, pytest.raises(DataError, match=r"read files first: mg.read\(\['.*d.npz'\]\)"):
        batch(small("a", "b"), archive)
