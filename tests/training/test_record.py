"""What a run remembers: its columns, its rows, its versions, and the seal of its weights."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_model

from mvgraph.data.tables import DataWarning
from mvgraph.data.validation import batch
from mvgraph.errors import DataError
from mvgraph.module.model import Model, compile  # noqa: A004 - the public verb
from mvgraph.training.run import Run

from .models import ROWS, rows, same, small, train, weights

COLUMNS = ("x", "y", "w")


class Table:
    """A data frame as far as mvgraph looks at it."""

    def __init__(self, columns: Sequence[str], values: Any) -> None:
        self.columns, self.values = columns, np.asarray(values)

    def __len__(self) -> int:
        return len(self.values)

    def to_numpy(self) -> Any:
        """The values."""
        return self.values


def tables(order: Sequence[int] = (0, 1, 2), index: Sequence[int] = tuple(range(ROWS)), more: bool = False) -> Any:
    """Both views as tables, with columns and rows in some order, and perhaps a further column."""
    names = [COLUMNS[i] for i in order] + (["further"] if more else [])
    views = {v: np.nan_to_num(x)[list(index)] for v, x in rows().items()}
    values = {v: np.column_stack([x[:, list(order)], *([x[:, 0]] if more else [])]) for v, x in views.items()}
    return {v: Table(names, x) for v, x in values.items()}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run on tables."""
    return train(compile(small(), seed=0), tables(), epochs=1, out=tmp_path_factory.mktemp("runs") / "run")


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.permutations([0, 1, 2]), st.permutations(range(ROWS)), st.booleans(), st.booleans())
@pytest.mark.filterwarnings("ignore:view '[ab]'. left out 1 column")
def test_any_order_of_rows_and_columns_has_the_same_answers(
    run: Run, order: list[int], index: list[int], more: bool, loaded: bool
) -> None:
    assert run.folder is not None
    model = Run.load(run.folder).model if loaded else run.model
    expected = run.model.encode(batch(small(), tables()))["z"].mean[index]
    assert torch.equal(model.encode(tables(order, index, more))["z"].mean, expected)


def test_every_answer_takes_columns_by_name(run: Run) -> None:
    turned = batch(small(), tables((2, 1, 0)))
    draws = [torch.Generator().manual_seed(0) for _ in range(4)]
    likelihoods = [run.model.log_likelihood(d, 5, generator=g) for d, g in zip((turned, tables()), draws, strict=False)]
    assert torch.equal(*likelihoods)
    losses = [run.model.loss(d, generator=g).rows for d, g in zip((turned, tables()), draws[2:], strict=True)]
    assert torch.equal(*losses)
    with pytest.raises(DataError, match="view 'a' lacks 1 column that the model was trained on: 'w'"):
        run.model.impute({"a": Table(("x", "y", "z"), np.zeros((2, 3)))})


def test_validation_tables_are_put_in_order() -> None:
    part = {"epochs": 1, "fraction": 0.0}
    held = {v: Table(t.columns, t.values + 1) for v, t in tables().items()}
    turned = {v: Table(t.columns, t.values + 1) for v, t in tables((2, 0, 1)).items()}
    first, second = (train(compile(small(), seed=0), tables(), valid=v, **part).metrics[0] for v in (held, turned))
    assert first["valid total"] == second["valid total"]


def test_arrays_against_a_run_with_names_are_said(run: Run) -> None:
    with pytest.warns(DataWarning, match="view 'a': its columns have no names and are taken in the order of training"):
        run.model.encode({"a": rows()["a"]})


def test_a_record_is_readable(run: Run) -> None:
    assert run.folder is not None
    plain = json.loads((run.folder / "record.json").read_text())
    assert (plain["command"], plain["seed"], plain["fraction"]) == (["python"], 0, 0.1)
    assert plain["views"]["a"]["columns"] == ["x", "y", "w"]
    assert sorted(plain["split"]["training"]["rows"] + plain["split"]["held_out"]["rows"]) == list(range(ROWS))
    assert plain["versions"]["torch"] == torch.__version__
    assert Run.load(run.folder).record == run.record


def test_a_record_knows_its_rows(run: Run) -> None:
    record = run.record
    assert record is not None
    found = {kind: [] for kind in ("training", "held-out")}
    for row, kind in enumerate(record.standing(batch(small(), tables()))):
        found[kind].append(row)
    assert found["training"] == list(record.training.places)
    assert found["held-out"] == list(record.held_out.places if record.held_out else ())
    others = {v: t.to_numpy() + 1 for v, t in tables().items()}
    assert record.count(batch(small(), others)) == {"new": ROWS}
    lacking = batch(small(), {**rows(), "b": np.full((ROWS, 3), np.nan)})
    assert record.count(lacking) == {"": ROWS}


def test_rows_are_known_by_id_first(tmp_path: Path) -> None:
    ids = [f"r{i}" for i in range(ROWS)]
    record = train(compile(small(), seed=0), batch(small(), rows(), ids=ids), epochs=1, out=tmp_path / "run").record
    assert record is not None
    changed = batch(small(), {v: x + 1 for v, x in rows().items()}, ids=ids)
    assert record.count(changed) == {"training": 22, "held-out": 2}
    assert record.count(batch(small(), rows(), ids=[f"s{i}" for i in range(ROWS)])) == {"training": 22, "held-out": 2}


@pytest.mark.parametrize("ids", [None, [f"r{i}" for i in range(ROWS)]])
def test_rows_in_both_parts_are_said(ids: list[str] | None) -> None:
    data = batch(small(), rows(), ids=ids)
    held = data.rows(torch.tensor([3, 1]))
    names = "'r3', 'r1'" if ids else "'3', '1'"
    with pytest.warns(DataWarning, match=f"2 of 2 validation rows are in the training data, too, .*: {names}; "):
        train(compile(small(), seed=0), data, valid=held, epochs=1)


def test_a_run_without_a_record_answers_and_says_so(run: Run, tmp_path: Path) -> None:
    assert run.folder is not None
    (tmp_path / "spec.yaml").write_bytes((run.folder / "spec.yaml").read_bytes())
    save_model(run.model, str(tmp_path / "weights.safetensors"))
    with pytest.warns(DataWarning, match=r"has no record\.json: the order of columns and the rows .* are not known"):
        old = Run.load(tmp_path)
    assert old.record is None
    assert same(weights(old.model), weights(run.model))
    old.model.encode({"a": rows()["a"]})


def copied(run: Run, folder: Path) -> Path:
    """A copy of a run, to be broken."""
    assert run.folder is not None
    for file in ("spec.yaml", "weights.safetensors", "record.json"):
        (folder / file).write_bytes((run.folder / file).read_bytes())
    return folder


@pytest.mark.parametrize("version", ["99.0", "x"])
def test_an_unknown_version_is_said(run: Run, tmp_path: Path, version: str) -> None:
    file = copied(run, tmp_path) / "record.json"
    file.write_text(re.sub('"mvgraph": ".*?"', f'"mvgraph": "{version}"', file.read_text()))
    with pytest.warns(DataWarning, match=f"was written by mvgraph {version}, this is"):
        Run.load(tmp_path)


@pytest.mark.filterwarnings("ignore:.*has no record.json")
@pytest.mark.parametrize(("text", "version"), [('{"mvgraph": "99.0"}', "99.0"), ("x", "of no version")])
def test_an_unknown_version_of_a_run_without_a_record_is_said(
    run: Run, tmp_path: Path, text: str, version: str
) -> None:
    (copied(run, tmp_path) / "record.json").unlink()
    (tmp_path / "versions.json").write_text(text)
    with pytest.warns(DataWarning, match=f"was written by mvgraph {version}, this is"):
        Run.load(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"split": 3}'])
def test_a_broken_record_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    (copied(run, tmp_path) / "record.json").write_text(text)
    with pytest.raises(DataError, match=r"record\.json: error MVG832: cannot be read as the record of a run"):
        Run.load(tmp_path)


def test_weights_of_another_spec_are_refused(run: Run, tmp_path: Path) -> None:
    file = copied(run, tmp_path) / "spec.yaml"
    text = file.read_text()
    file.write_text(text.replace("epochs: 1}", "epochs: 7}").replace("name: MVAE", "name: mine"))
    assert Run.load(tmp_path).model.spec.training.epochs == 7
    file.write_text(text.replace("{hidden: [6]}", "{hidden: [6], activation: tanh}"))
    with pytest.raises(DataError, match=r"MVG834: holds the weights of another spec than the spec\.yaml beside it"):
        Run.load(tmp_path)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 7))
def test_a_flipped_bit_is_refused(run: Run, tmp_path_factory: pytest.TempPathFactory, place: float, bit: int) -> None:
    folder = copied(run, tmp_path_factory.mktemp("broken"))
    content = bytearray((folder / "weights.safetensors").read_bytes())
    start = 8 + int.from_bytes(content[:8], "little")
    content[start + int(place * (len(content) - start))] ^= 1 << bit
    (folder / "weights.safetensors").write_bytes(content)
    with pytest.raises(DataError, match="MVG835: is damaged: its numbers are not those that were written"):
        Run.load(folder)


def test_a_model_trained_again_keeps_its_columns() -> None:
    model: Model = compile(small(), seed=0)
    train(model, tables((1, 2, 0)), epochs=1)
    assert model.columns == {"a": ("y", "w", "x"), "b": ("y", "w", "x")}
    train(model, tables(), epochs=1)
    assert model.columns == {"a": ("y", "w", "x"), "b": ("y", "w", "x")}
