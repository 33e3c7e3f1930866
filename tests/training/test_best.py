"""Which epoch's weights a run ends with: the best or the last, resumed or not, and what it says of it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from mvgraph.data.tables import DataWarning
from mvgraph.training.run import Run

from .models import same, train, watched, weights

RATE = ("training.optimizer={adam: {lr: 0.3}}", "params.beta=1")
FIRST, ALL = 5, 7  # epochs of the run, and of the one that goes on with it


def run_of(**options: Any) -> Run:
    return train(watched(*RATE), batch_size=4, **options)


@pytest.fixture(scope="module")
def until() -> list[Run]:
    """The run to each epoch, from the first."""
    return [run_of(epochs=epoch) for epoch in range(1, ALL + 1)]


def best_of(run: Run) -> int:
    return int(min(run.metrics, key=lambda row: row["valid total"])["epoch"])


def test_the_best_epoch_is_neither_the_first_nor_the_last(until: list[Run]) -> None:
    assert 1 < best_of(until[-1]) < FIRST


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("then", [False, True])
@pytest.mark.parametrize("more", [False, True])
def test_resumed(tmp_path: Path, until: list[Run], first: bool, then: bool, more: bool) -> None:
    run_of(epochs=FIRST, best=first, out=tmp_path / "run")
    lost = then and not first
    last = ALL if more else FIRST
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", DataWarning)
        run = run_of(epochs=last, best=then, out=tmp_path / "run", resume=True)
    expected = best_of(until[-1]) if then and first else last
    told = [str(w.message) for w in seen if "were not kept" in str(w.message)]
    assert len(told) == lost
    assert all(f"the weights of epoch {best_of(until[-1])}, the best" in text for text in told)
    assert all(f"those of epoch {last}, the last, are kept" in text for text in told)
    kept = Run.load(tmp_path / "run")
    assert run.epoch == kept.epoch == expected
    assert same(weights(run.model), weights(until[expected - 1].model))
    assert same(weights(kept.model), weights(until[expected - 1].model))


def test_the_best_that_comes_after_is_kept(tmp_path: Path, until: list[Run]) -> None:
    """The run began without `best`, before its best epoch."""
    run_of(epochs=1, out=tmp_path / "run")
    run = run_of(epochs=ALL, best=True, out=tmp_path / "run", resume=True)
    assert run.epoch == best_of(until[-1])
    assert same(weights(run.model), weights(until[run.epoch - 1].model))


def test_there_and_back(tmp_path: Path, until: list[Run]) -> None:
    """With `best`, then without, then with it again: by then the best is gone."""
    run_of(epochs=FIRST, best=True, out=tmp_path / "run")
    assert run_of(epochs=FIRST, out=tmp_path / "run", resume=True).epoch == FIRST
    with pytest.warns(DataWarning, match=f"those of epoch {FIRST}, the last, are kept"):
        run = run_of(epochs=FIRST, best=True, out=tmp_path / "run", resume=True)
    assert same(weights(run.model), weights(until[FIRST - 1].model))


@pytest.mark.parametrize("first", [False, True])
def test_early_stopping(tmp_path: Path, until: list[Run], first: bool) -> None:
    run = run_of(epochs=50, best=first, early_stopping=1, out=tmp_path / "run")
    expected = best_of(run) if first else len(run.metrics)
    assert run.epoch == expected < 50
    assert same(weights(run.model), weights(until[expected - 1].model))
