"""The run folder: what is in it, what is not outside it, and reading it back."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from PIL import Image

from mvgraph.data.validation import batch
from mvgraph.errors import DataError, UsageError
from mvgraph.files import replacing
from mvgraph.spec.reading import load
from mvgraph.training.run import Run
from mvgraph.vocab.param import Clock

from .models import files, rows, same, small, train, values, watched, weights

CONTENT = {"spec.yaml", "weights.safetensors", "metrics.csv", "versions.json", "state.ckpt", "curves.png"}


def test_everything_is_written_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    train(watched(), out="run")
    assert files(tmp_path / "run") == CONTENT
    assert files(tmp_path) == {"run"} | {f"run/{name}" for name in CONTENT}
    assert load(tmp_path / "run" / "spec.yaml") == small("training.epochs=3", "training.batch_size=8")
    assert json.loads((tmp_path / "run" / "versions.json").read_text())["torch"] == torch.__version__
    with Image.open(tmp_path / "run" / "curves.png") as picture:
        assert picture.format == "PNG"


def test_nothing_is_written_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    train(watched())
    assert files(tmp_path) == set()


def test_reads_back(tmp_path: Path) -> None:
    run = train(watched(), out=tmp_path / "run")
    again = Run.load(tmp_path / "run")
    assert again.metrics == run.metrics
    assert same(weights(again.model), weights(run.model))
    assert not again.model.training
    data = batch(small(), rows())
    losses = [
        m.loss(data, generator=torch.Generator().manual_seed(0)).rows
        for m in (again.model, Run.load(run.folder or "").model)
    ]
    assert torch.equal(*losses)


def test_columns_are_the_printed_terms(tmp_path: Path) -> None:
    model = watched()
    printed = {"total", *model.loss(batch(small(), rows()), clock=Clock(0, 1)).terms}
    run = train(model, out=tmp_path / "run")
    for row in run.metrics:
        assert set(row) == {"epoch", "seconds"} | {f"{part} {name}" for part in ("train", "valid") for name in printed}
    assert [row["epoch"] for row in run.metrics] == [1, 2, 3]


def test_refuses_a_folder_in_use(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="is not empty; give another one, or resume"):
        train(watched(), out=tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        train(watched(), out=tmp_path / "thesis.tex")
    assert files(tmp_path) == {"thesis.tex"}


def test_refuses_what_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"it has no spec\.yaml and no weights\.safetensors"):
        Run.load(tmp_path)
    run = train(watched(), epochs=1, out=tmp_path / "run")
    assert run.folder is not None
    (run.folder / "metrics.csv").write_text("epoch\nmany\n")
    with pytest.raises(DataError, match=r"metrics\.csv"):
        Run.load(run.folder)
    (run.folder / "weights.safetensors").write_bytes(b"nothing")
    with pytest.raises(DataError, match="cannot be read as the weights of this model"):
        Run.load(run.folder)


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")

    def fail() -> None:
        with replacing(tmp_path / "a") as path:
            path.write_text("ne")
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        fail()
    assert (tmp_path / "a").read_text() == "old"
    assert files(tmp_path) == {"a"}


def test_best_weights_are_kept(tmp_path: Path) -> None:
    options = {"epochs": 6, "batch_size": 4, "best": True}
    run = train(watched("training.optimizer={adam: {lr: 0.3}}"), out=tmp_path / "run", **options)
    best = min(run.metrics, key=lambda row: row["valid total"])["epoch"]
    until = train(watched("training.optimizer={adam: {lr: 0.3}}"), **options | {"epochs": int(best), "best": False})
    assert best < 6
    assert same(weights(run.model), weights(until.model))
    assert same(weights(Run.load(tmp_path / "run").model), weights(until.model))
    assert values(run)[: int(best)] == values(until)
