"""The run folder: what is in it, what is not outside it, and reading it back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from PIL import Image

from mvgraph.data.validation import batch
from mvgraph.errors import DataError, UsageError
from mvgraph.files import replacing
from mvgraph.spec.reading import load
from mvgraph.training.folder import write_weights
from mvgraph.training.run import Run
from mvgraph.vocab.param import Clock

from .models import files, rows, same, small, train, values, watched, weights

CONTENT = {"spec.yaml", "weights.safetensors", "metrics.csv", "record.json", "state.ckpt", "curves.png"}


def test_everything_is_written_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    train(watched(), out="run")
    assert files(tmp_path / "run") == CONTENT
    assert files(tmp_path) == {"run"} | {f"run/{name}" for name in CONTENT}
    assert load(tmp_path / "run" / "spec.yaml") == small("training.epochs=3", "training.batch_size=8")
    assert json.loads((tmp_path / "run" / "record.json").read_text())["versions"]["torch"] == torch.__version__
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


def test_states_of_other_callbacks_find_their_folder(tmp_path: Path) -> None:
    """Lightning's `ModelCheckpoint` leaves it to what writes files to make the folder."""
    each = ModelCheckpoint(dirpath=tmp_path / "deep" / "states", save_top_k=-1, filename="{epoch}")
    train(watched(), out=tmp_path / "run", callbacks=[each])
    assert files(tmp_path / "deep") == {"states", *(f"states/epoch={epoch}.ckpt" for epoch in range(3))}


@pytest.mark.parametrize("resume", [False, True])
def test_what_a_killed_process_left_is_removed(tmp_path: Path, resume: bool) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    folder = tmp_path / "run"
    if resume:
        train(watched(), out=folder, epochs=1)
    else:
        folder.mkdir()
    left = [folder / f".state.ckpt.{dead.pid}.unfinished", folder / f".weights.safetensors.{dead.pid}.unfinished"]
    kept = [folder / f".state.ckpt.{os.getppid()}.unfinished", folder / ".notes.unfinished"] if resume else []
    for path in (*left, *kept):
        path.write_bytes(b"half of a file")
    train(watched(), out=folder, epochs=2, resume=resume)
    assert files(folder) == CONTENT | {path.name for path in kept}


def test_weights_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    run = train(watched(), epochs=1, out=tmp_path / "run")
    with torch.no_grad():
        next(run.model.parameters())[0] = torch.nan
    write_weights(tmp_path / "run", run.model, 1)
    with pytest.raises(DataError, match=r"weights\.safetensors: error MVG804: holds numbers that are not finite"):
        Run.load(tmp_path / "run")
