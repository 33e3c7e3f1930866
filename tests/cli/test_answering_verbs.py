"""Training, and the verbs that ask a run: train, evaluate, encode, impute, generate."""

from __future__ import annotations

import csv
import json
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from .conftest import SMALL

DIGITS = 1797


def read(file: str) -> dict[str, np.ndarray]:
    with np.load(file) as archive:
        return dict(archive)


def test_train_says_what_was_inferred_and_learnt(mvgraph):
    result = mvgraph(
        "train", "mopoe", "--data", "digits", "--epochs", "1", "--out", "run", "--size", "upper=4x8", *SMALL
    )
    assert result.exit_code == 0, result.output
    assert "view 'label' from digits: shape [10], likelihood categorical (whole numbers from 0 to 9)" in result.stderr
    assert "1617 rows to train on, 180 to judge by; writing to run" in result.stderr
    for said in (
        "joint log-likelihood",
        "cross-view coherence",
        "run/curves.png",
        "run/imputations.png",
        "run/state.ckpt",
    ):
        assert said in result.stdout
    files = ["weights.safetensors", "spec.yaml", "metrics.csv", "curves.png", "reconstructions.png", "evaluation.json"]
    assert all((Path("run") / f).stat().st_size for f in files)
    assert [p.name for p in Path().iterdir()] == ["run"]


def test_train_takes_its_folder_from_the_spec(mvgraph):
    Path("my model.yaml").write_text("extends: mvae\n", encoding="utf-8")
    result = mvgraph("train", "my model.yaml", "--data", "digits", "--epochs", "1", "--no-report", *SMALL)
    assert result.exit_code == 0, result.output
    assert Path("runs/my-model/weights.safetensors").exists()


def test_train_with_validation_data_and_every_option(mvgraph):
    np.savez("train.npz", a=np.random.default_rng(0).normal(size=(12, 3)), b=np.arange(12) % 3)
    np.savez("valid.npz", a=np.random.default_rng(1).normal(size=(5, 3)), b=np.arange(5) % 3)
    options = (
        "--valid valid.npz --epochs 3 --batch-size full --accelerator cpu --devices 1 --precision 64-true --seed 3"
    )
    more = "--early-stopping 2 --best --out run --no-report"
    result = mvgraph("train", "mopoe", "--data", "train.npz", *options.split(), *more.split(), *SMALL)
    assert result.exit_code == 0, result.output
    assert "12 rows to train on, 5 to judge by" in result.stderr


def test_resume_goes_on_to_the_same_weights(mvgraph):
    start = ["train", "mopoe", "--data", "digits", "--no-report", *SMALL]
    assert mvgraph(*start, "--epochs", "2", "--out", "whole").exit_code == 0
    assert mvgraph(*start, "--epochs", "1", "--out", "parts").exit_code == 0
    assert mvgraph(*start, "--epochs", "2", "--out", "parts", "--resume").exit_code == 0
    whole, parts = (Path(f, "weights.safetensors").read_bytes() for f in ("whole", "parts"))
    assert whole == parts


def test_evaluate(mvgraph, trained):
    result = mvgraph("evaluate", trained, "--data", "digits", "--samples", "5", "--out", "report", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["rows"] == 180
    assert found["coherence"]["label"] == "label"
    assert {c["mass"] for c in found["coverage"]} == {0.5, 0.95}
    assert found["log_likelihood"]["effective"]["3"] >= 1
    assert sorted(p.name for p in Path("report").iterdir()) == [
        "evaluation.json",
        "imputations.png",
        "reconstructions.png",
    ]
    text = mvgraph("evaluate", trained, "--data", "digits", "--samples", "5").stdout
    for words in ("joint log-likelihood", "of them effective", "the ± is over rows; over draws it is", "50 % / 95 %"):
        assert words in text


def test_encode(mvgraph, trained):
    assert mvgraph("encode", trained, "--data", "digits", "--given", "upper,lower", "-o", "z.npz").exit_code == 0
    found = read("z.npz")
    assert found["z"].shape == found["z_std"].shape == (DIGITS, 3)
    assert (found["z_std"] > 0).all()
    assert found["ids"][:3].tolist() == ["0", "1", "2"]


def test_encode_as_a_table(mvgraph, trained):
    assert mvgraph("encode", trained, "--data", "digits", "-o", "z.csv").exit_code == 0
    with Path("z.csv").open(newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["id", "z_0", "z_1", "z_2", "z_std_0", "z_std_1", "z_std_2"]
    assert len(rows) == DIGITS + 1


def test_impute_from_a_file_that_lacks_the_other_views(mvgraph, trained):
    np.savez("labels.npz", label=np.arange(10), ids=np.array([f"row {i}" for i in range(10)]))
    result = mvgraph("impute", trained, "--data", "labels.npz", "--given", "label", "-o", "x.npz")
    assert result.exit_code == 0, result.output
    found = read("x.npz")
    assert sorted(found) == ["ids", "lower", "lower_std", "upper", "upper_std"]
    assert found["upper"].shape == found["upper_std"].shape == (10, 32)
    assert "mean and standard deviation (upper_std, lower_std) over 100 draws of the latents" in result.stdout
    assert found["ids"][3] == "row 3"


def test_rows_without_the_evidence_are_refused_or_counted(mvgraph, trained):
    half = np.random.default_rng(0).random((4, 32))
    half[1] = np.nan
    np.savez("rows.npz", upper=half, label=np.arange(4), ids=np.array(["a", "b", "c", "d"]))
    ask = ("encode", trained, "--data", "rows.npz", "--given", "upper", "-o", "z.npz")
    refused = mvgraph(*ask)
    assert refused.exit_code == 2
    assert "rows without any view of --given: b" in refused.output
    assert "--skip-empty" in refused.output
    skipped = mvgraph(*ask, "--skip-empty")
    assert skipped.exit_code == 0, skipped.output
    assert "1 of 4 rows have no view of --given and are skipped" in skipped.output
    assert list(read("z.npz")["ids"]) == ["a", "c", "d"]


def test_impute_the_views_that_are_asked_for(mvgraph, trained):
    for word in ("--of", "--views"):
        options = ["--given", "upper", word, "label", "--samples", "4", "-o", f"{word}.npz"]
        assert mvgraph("impute", trained, "--data", "digits", *options).exit_code == 0
    found, same = read("--of.npz"), read("--views.npz")
    assert sorted(found) == ["ids", "label", "label_std"]
    assert np.allclose(found["label"].sum(1), 1, atol=1e-5)
    assert np.array_equal(found["label"], same["label"])


def test_the_spread_of_an_imputation_follows_the_seed_and_the_plug_in(mvgraph, trained):
    spreads = {}
    for file, more in {"a": [], "b": ["--seed", "0"], "c": ["--seed", "1"], "d": ["--plug-in"]}.items():
        ask = ["--data", "digits", "--given", "label", "--views", "upper", "-o", f"{file}.npz", *more]
        result = mvgraph("impute", trained, *ask)
        assert result.exit_code == 0, result.output
        spreads[file] = read(f"{file}.npz")["upper_std"]
    assert "at the mean of q, the spread of the likelihood alone" in result.stdout
    assert np.array_equal(spreads["a"], spreads["b"])
    assert not np.array_equal(spreads["a"], spreads["c"])
    assert np.allclose(spreads["d"], 1.0)
    assert (spreads["a"] > spreads["d"]).mean() > 0.95
    refused = mvgraph("impute", trained, "--data", "digits", "--plug-in", "--samples", "3", "-o", "e.npz")
    assert refused.exit_code == 2
    assert "leave out samples, or plug_in" in refused.output
    assert not Path("e.npz").exists()


def test_generate(mvgraph, trained):
    for file in ("a.npz", "b.npz"):
        options = ["-n", "7", "--seed", "5", "-o", file, "--picture", file.replace("npz", "png")]
        assert mvgraph("generate", trained, *options).exit_code == 0
    first, second = read("a.npz"), read("b.npz")
    assert {k: v.shape for k, v in first.items()} == {"upper": (7, 32), "lower": (7, 32), "label": (7, 10)}
    assert all((first[k] == second[k]).all() for k in first)
    assert Path("a.png").stat().st_size > 1000


ASKING = {
    "encode": ["--data", "digits", "-o", "out.npz"],
    "impute": ["--data", "digits", "-o", "out.npz"],
    "generate": ["-n", "3", "-o", "out.npz"],
}


@pytest.mark.parametrize("verb", ASKING)
def test_existing_files_are_kept(mvgraph, trained, verb):
    Path("out.npz").write_bytes(b"mine")
    result = mvgraph(verb, trained, *ASKING[verb])
    assert (result.exit_code, Path("out.npz").read_bytes()) == (2, b"mine")
    assert "--force" in result.stderr
    assert mvgraph(verb, trained, *ASKING[verb], "--force").exit_code == 0
    assert read("out.npz")
    assert [p.name for p in Path().iterdir()] == ["out.npz"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["encode", "RUN", "--data", "digits", "-o", "z.txt"], "must end in .npz or .csv"),
        (["encode", "RUN", "--data", "digits", "-o", "no/z.npz"], "there is no folder 'no'"),
        (["encode", "RUN", "--data", "digits", "--given", "uper", "-o", "z.npz"], "did you mean 'upper'?"),
        (["encode", "RUN", "--data", "digits", "--given", ",", "-o", "z.npz"], "no view is named"),
        (["encode", "RUN", "--data", "labels.npz", "--given", "upper", "-o", "z.npz"], "the data lack 'upper'"),
        (["encode", "nosuch", "--data", "digits", "-o", "z.npz"], "is not the folder of a run"),
        (["impute", "RUN", "--data", "wrong.npz", "-o", "z.npz"], "the spec says [10]"),
        (["generate", "RUN", "-n", "0", "-o", "z.npz"], "-n"),
        (["evaluate", "RUN", "--data", "nosuch.npz"], "there is no such file"),
    ],
)
def test_bad_questions(mvgraph, trained, arguments, message):
    np.savez("labels.npz", label=np.arange(10))
    np.savez("wrong.npz", label=np.zeros((4, 3)))
    result = mvgraph(*[str(trained) if a == "RUN" else a for a in arguments])
    assert result.exit_code == 2, result.output
    assert message in result.output
    assert sorted(p.name for p in Path().iterdir()) == ["labels.npz", "wrong.npz"]


@pytest.mark.parametrize("file", ["spec.yaml", "weights.safetensors"])
def test_a_broken_run(mvgraph, trained, file):
    Path("run").mkdir()
    for kept in ("spec.yaml", "weights.safetensors"):
        content = (trained / kept).read_bytes()
        Path("run", kept).write_bytes(content[:40] if kept == file else content)
    result = mvgraph("generate", "run", "-o", "x.npz")
    assert result.exit_code == 2, result.output
    assert file in result.stderr
    assert not Path("x.npz").exists()


def test_interrupted_training_says_how_to_resume(tmp_path):
    words = ["train", "mopoe", "--data", "digits", "--epochs", "3000", "--out", "run", "--no-report", *SMALL]
    command = [sys.executable, "-c", "from mvgraph.cli import main; main()", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as training:
        limit = time.monotonic() + 300
        while not (tmp_path / "run/state.ckpt").exists() and time.monotonic() < limit:
            time.sleep(0.1)
        training.send_signal(signal.SIGINT)
        _, said = training.communicate(timeout=300)
    assert training.returncode == 130, said
    assert "Traceback" not in said
    assert f"go on with: {shlex.join(['mvgraph', *words, '--resume'])}" in said
    assert (tmp_path / "run/weights.safetensors").exists()
