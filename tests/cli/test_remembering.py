"""What later data are held against: columns, rows and versions that a run remembers, from the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mvgraph.training.folder import read_metrics

from .conftest import SMALL, Call, call

IDS = [f"s{i:02}" for i in range(60)]
GENES = [f"g{i}" for i in range(5)]
LIPIDS = [f"h{i}" for i in range(4)]
DRAWN = np.random.default_rng(0)
A, B = DRAWN.normal(size=(60, 5)), DRAWN.normal(size=(60, 4))
BOTH = ("--data", "a=a.csv", "--data", "b=b.csv")
VIEWS = "--set=views={a: {shape: [5]}, b: {shape: [4]}}"


def write(file: str, ids: Sequence[str], columns: Sequence[str], values: np.ndarray) -> None:
    """A table."""
    with Path(file).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", *columns])
        writer.writerows([i, *v] for i, v in zip(ids, values.tolist(), strict=True))


def train(*arguments: str, out: str = "run") -> str:
    """Train a small model for an epoch; what was said."""
    result = call("train", "mvae", *arguments, VIEWS, *SMALL, "--epochs", "1", "--out", out, "--no-report")
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def tables(mvgraph: Call) -> Call:
    """Two tables in an empty folder."""
    write("a.csv", IDS, GENES, A)
    write("b.csv", IDS, LIPIDS, B)
    return mvgraph


@pytest.fixture
def run(tables: Call) -> Call:
    """A run on the two tables, a quarter of whose rows are held out."""
    train(*BOTH, "--seed", "3", "--fraction", "0.25")
    return tables


def test_a_table_whose_columns_are_turned_round(run):
    write("a_turned.csv", IDS, GENES[::-1], A[:, ::-1])
    write("a_more.csv", IDS, ["more", *GENES[::-1]], np.column_stack([B[:, 0], A[:, ::-1]]))
    write("a_other.csv", IDS, [f"q{i}" for i in range(5)], A)
    for name in ("a", "a_turned", "a_more"):
        result = run("encode", "run", "--data", f"a={name}.csv", "-o", f"z_{name}.csv")
        assert result.exit_code == 0, result.output
    assert Path("z_a.csv").read_bytes() == Path("z_a_turned.csv").read_bytes() == Path("z_a_more.csv").read_bytes()
    assert "warning: view 'a': left out 1 column that the model was not trained on: 'more'" in result.stderr
    for verb in ("encode", "impute"):
        refused = run(verb, "run", "--data", "a=a_other.csv", "-o", "x.npz")
        assert refused.exit_code == 2
        said = (
            "a_other.csv: error MVG830: view 'a' lacks 5 columns that the model was trained on: 'g0', 'g1', 'g2' and 2"
        )
        assert said in refused.stderr
    assert not Path("x.npz").exists()


def test_data_without_names_stay_as_they_are(run):
    np.savez("a.npz", a=A, ids=np.array(IDS))
    for file in ("a.csv", "a.npz:a"):
        result = run("encode", "run", "--data", f"a={file}", "-o", f"{file[2:5]}.npz")
        assert result.exit_code == 0, result.output
    assert (
        "its columns have no names and are taken in the order of training: 'g0', 'g1', 'g2' and 2 more" in result.stderr
    )
    assert (np.load("csv.npz")["z"] == np.load("npz.npz")["z"]).all()


@pytest.mark.usefixtures("tables")
def test_training_and_validation_tables_in_different_orders():
    write("va.csv", [f"v{i}" for i in range(9)], GENES, A[:9] + 1)
    write("va_turned.csv", [f"v{i}" for i in range(9)], GENES[::-1], A[:9, ::-1] + 1)
    train(*BOTH, "--valid", "a=va.csv", "--valid", "b=b.csv", out="plain")
    train(*BOTH, "--valid", "a=va_turned.csv", "--valid", "b=b.csv", out="turned")
    plain, turned = (read_metrics(Path(folder))[0]["valid total"] for folder in ("plain", "turned"))
    assert plain == turned


@pytest.mark.usefixtures("run")
def test_the_record_of_a_run():
    record = json.loads(Path("run/record.json").read_text())
    assert (record["seed"], record["fraction"]) == (3, 0.25)
    assert record["data"]["sources"] == ["a=a.csv", "b=b.csv"]
    assert sorted(record["data"]["files"]) == ["a.csv", "b.csv"]
    assert record["views"]["b"]["columns"] == LIPIDS
    split = record["split"]
    assert sorted(split["training"]["ids"] + split["held_out"]["ids"]) == IDS
    assert [IDS[row] for row in split["held_out"]["rows"]] == split["held_out"]["ids"]


def judged(*arguments: str) -> tuple[str, str]:
    """The head of an evaluation, and what was said."""
    result = call("evaluate", "run", *arguments, "--samples", "2")
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()[0], result.stderr


def keep(ids: Sequence[str]) -> None:
    """Cut both tables down to some rows."""
    rows = [IDS.index(i) for i in ids]
    write("a.csv", ids, GENES, A[rows])
    write("b.csv", ids, LIPIDS, B[rows])


@pytest.mark.usefixtures("run")
def test_evaluate_judges_the_rows_that_the_run_held_out():
    head, said = judged(*BOTH)
    assert head == "MVAE, judged on 15 held-out rows"
    assert said.endswith("60 rows: 15 held-out, 45 training; 15 are judged\n")
    held = json.loads(Path("run/record.json").read_text())["split"]["held_out"]["ids"]
    keep(held)
    head, said = judged(*BOTH)
    assert head == "MVAE, judged on 15 held-out rows"
    assert said.endswith("15 held-out rows; all are judged\n")


@pytest.mark.usefixtures("run")
def test_evaluate_warns_of_other_values_under_the_same_ids():
    write("b.csv", IDS, LIPIDS, B * 100)
    head, said = judged(*BOTH)
    assert head == "MVAE, judged on 15 held-out rows"
    assert "warning: 15 of the 15 judged rows have other values than in the data of the run: 's" in said


@pytest.mark.usefixtures("run")
def test_evaluate_warns_of_rows_that_were_trained_on():
    head, said = judged(*BOTH, "--seed", "0", "--fraction", "0.5")
    assert head.startswith("MVAE, judged on 30 rows: ")
    assert "held-out, " in head
    assert "of the 30 judged rows were trained on: 's" in said
    trained = json.loads(Path("run/record.json").read_text())["split"]["training"]["ids"]
    keep(trained)
    head, said = judged(*BOTH)
    assert head == "MVAE, judged on 45 training rows"
    assert "warning: 45 of the 45 judged rows were trained on: " in said


def test_evaluate_judges_all_new_rows(run):
    write("new_a.csv", [f"n{i}" for i in range(8)], GENES, A[:8] + 1)
    write("new_b.csv", [f"n{i}" for i in range(8)], LIPIDS, B[:8] + 1)
    new = ("--data", "a=new_a.csv", "--data", "b=new_b.csv")
    head, said = judged(*new)
    assert head == "MVAE, judged on 8 new rows"
    assert "\n8 new rows; all are judged\n" in said
    numbers = json.loads(Path("run/evaluations/1/evaluation.json").read_text())
    assert numbers["judged"] == {"new": 8}
    assert numbers["imputation"]  # whose baseline is from the run's own files
    Path("a.csv").unlink()
    result = run("evaluate", "run", *new)
    assert "imputation error: there are no training rows" in result.stdout


@pytest.mark.usefixtures("tables")
def test_rows_without_ids_are_known_by_their_values():
    np.savez("all.npz", a=A, b=B)
    np.savez("turned.npz", a=A[::-1], b=B[::-1])
    train("--data", "all.npz")
    head, said = judged("--data", "turned.npz")
    assert head == "MVAE, judged on 6 held-out rows"
    assert "6 are judged" in said
    np.savez("part.npz", a=A)
    head, said = judged("--data", "part.npz")
    assert head == "MVAE, judged on 60 rows"
    assert "the rows have no ids and lack a view: it cannot be told whether they were trained on" in said


def test_evaluate_writes_beside_and_never_over(tables):
    result = tables("train", "mvae", *BOTH, VIEWS, *SMALL, "--epochs", "1", "--out", "run")
    assert result.exit_code == 0, result.output
    before = {p.name: p.read_bytes() for p in Path("run").iterdir()}
    judged(*BOTH)
    judged(*BOTH)
    assert sorted(p.name for p in Path("run/evaluations").iterdir()) == ["1", "2"]
    assert {p.name: p.read_bytes() for p in Path("run").iterdir() if p.is_file()} == before
    for folder in ("run", "run/evaluations/2"):
        refused = tables("evaluate", "run", *BOTH, "-o", folder)
        assert refused.exit_code == 2
        assert f"'{folder}/evaluation.json' exists; name another folder, or --force to overwrite it" in refused.stderr
    assert "exists" not in tables("evaluate", "run", *BOTH, "-o", "run/evaluations/2", "--force").output
    assert {p.name: p.read_bytes() for p in Path("run").iterdir() if p.is_file()} == before


@pytest.mark.usefixtures("tables")
def test_the_same_rows_to_train_on_and_to_judge_by():
    said = train(*BOTH, "--valid", "a=a.csv", "--valid", "b=b.csv")
    assert "warning: 60 of 60 validation rows are in the training data, too, by id or by their values: 's00'" in said


def test_resume_names_the_key_and_the_rows_that_differ(run):
    options = ("--seed", "3", "--fraction", "0.25", "--epochs", "2", "--out", "run", "--no-report", "--resume")
    refused = run("train", "mvae", *BOTH, VIEWS, *SMALL, *options, "--set", "training.optimizer.adam.lr=1e-2")
    assert refused.exit_code == 2
    assert "these differ: training.optimizer.adam.lr: 0.001 then, 0.01 now\n" in refused.stderr
    write("b.csv", IDS, LIPIDS, B * 100)
    refused = run("train", "mvae", *BOTH, VIEWS, *SMALL, *options)
    assert refused.exit_code == 2
    assert "these differ: the values of 'b' in the training rows; training rows with other values: 's" in refused.stderr
    write("b.csv", IDS, LIPIDS, B)
    write("a.csv", IDS, GENES[::-1], A[:, ::-1])
    assert run("train", "mvae", *BOTH, VIEWS, *SMALL, *options).exit_code == 0
