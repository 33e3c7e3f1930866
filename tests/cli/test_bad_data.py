"""Data that cannot be used: exit code 2, the place, the remedy, nothing half-written, no traceback."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

ROWS = 6
TRAIN = ("train", "mopoe", "--epochs", "1", "--no-report", "--out", "runs/bad")
GOOD = {"a": np.linspace(0, 1, ROWS * 3).reshape(ROWS, 3), "b": np.arange(ROWS) % 3}


def save(**changes: object) -> str:
    arrays = {k: v for k, v in {**GOOD, **changes}.items() if v is not None}
    np.savez("data.npz", **arrays)
    return "data.npz"


def with_value(value: float) -> np.ndarray:
    changed = GOOD["a"].copy()
    changed[2, 1] = value
    return changed


CASES = {
    "NaN": ({"a": with_value(np.nan)}, (), "view 'a', row 2 (counted from 0), column 1", "fill these values in"),
    "infinite": ({"a": with_value(np.inf)}, (), "view 'a', row 2 (counted from 0), column 1", "fill these values in"),
    "outside a Bernoulli": (
        {"a": with_value(2.0)},
        ("views.a.likelihood=bernoulli",),
        "row 2",
        "support of 'bernoulli'",
    ),
    "wrong shape": ({}, ("views.a.shape=[4]",), "rows of shape [3]", "the spec says [4]"),
    "label out of range": ({"b": np.arange(ROWS)}, ("views.b.shape=[3]",), "row 3", "view 'b'"),
    "a view too many": (
        {"c": GOOD["a"]},
        ("views={a: {shape: [3]}, b: {shape: [3], likelihood: categorical}}",),
        "",
        "",
    ),
    "a view too few": (
        {"b": None},
        ("views={a: {shape: [3]}, b: {shape: [3]}}",),
        "'b'",
        "the data as a whole may not",
    ),
    "one view": ({"b": None}, (), "takes 2 or more views", "the data have 1"),
    "duplicate ids": ({"ids": np.array(list("uvwxyu"))}, (), "data.npz", "every row needs an id of its own"),
    "rows differ": ({"b": GOOD["b"][:4]}, (), "numbers of rows differ", "the same rows in the same order"),
    "zero rows": ({"a": np.zeros((0, 3)), "b": np.zeros(0, dtype=int)}, (), "data.npz", "has no rows"),
    "one row": ({"a": GOOD["a"][:1], "b": GOOD["b"][:1]}, (), "one row cannot be split", "validation"),
    "an empty row": ({"mask_a": [1, 1, 0, 1, 1, 1], "mask_b": [1, 1, 0, 1, 1, 1]}, (), "row 2", "leave these rows out"),
    "text": ({"a": np.array([list("xyz")] * ROWS)}, (), "data.npz", "a view is made of numbers"),
    "objects": ({"a": np.array([[{}, 1, 2]] * ROWS, dtype=object)}, (), "data.npz", "they can run code"),
}
NO_FAULT = ("a view too many",)  # arrays that the spec does not name are left out


@pytest.mark.parametrize("case", [c for c in CASES if c not in NO_FAULT])
def test_npz(mvgraph, case):
    changes, overrides, place, remedy = CASES[case]
    views = "views={a: {}, b: {likelihood: categorical}}"
    sets = [f"--set={s}" for s in ([views, *overrides] if any("views." in s for s in overrides) else overrides)]
    result = mvgraph(*TRAIN, "--data", save(**changes), *sets)
    assert result.exit_code == 2, result.output
    assert place in result.stderr
    assert remedy in result.stderr
    assert not Path("runs").exists()


def test_arrays_that_the_spec_does_not_name_are_left_out(mvgraph):
    result = mvgraph(*TRAIN, "--data", save(c=GOOD["a"]), "--set", CASES["a view too many"][1][0])
    assert result.exit_code == 0, result.output


def test_empty_rows_are_skipped_on_request(mvgraph):
    changes = CASES["an empty row"][0]
    result = mvgraph(*TRAIN, "--data", save(**changes), "--skip-empty")
    assert result.exit_code == 0, result.output
    assert "warning: 1 of 6 rows have no view and are skipped" in result.stderr


FILES = {
    "nosuch.npz": (None, "there is no such file"),
    "folder.npz": ("folder", "the folder holds no data file"),
    "broken.npz": (b"PK\x03\x04 and no more", "cannot be read as npz"),
    "empty.npz": (b"", "cannot be read as npz"),
    "data.xlsx": (b"x", "cannot read files of the kind '.xlsx'"),
    "a=text.csv": (b"id,p,q\nu,1,2\nv,one,2\n", "column 'p' holds text: 'one' in row 'v'"),
    "a=short.csv": (b"id,p\n", "there are no rows below the header"),
    "a=ragged.csv": (b"id,p,q\nu,1,2\nv,1\n", "line 3 has 2 cells"),
    "a=twice.csv": (b"id,p\nu,1\nu,2\n", "ids occur more than once: 'u'"),
    "a=noid.csv": (b"id,p\nu,1\n,2\n", "line 3 has no id"),
}


@pytest.mark.parametrize("source", FILES)
def test_files(mvgraph, source):
    content, message = FILES[source]
    file = Path(source.removeprefix("a="))
    if content == "folder":
        file.mkdir()
    elif content is not None:
        file.write_bytes(content)
    result = mvgraph(*TRAIN, "--data", source)
    assert result.exit_code == 2, result.output
    assert f"{file}: error MVG7" in result.stderr
    assert message in result.stderr
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fraction", "1.5"], "from 0 up to 1"),
        (["--batch-size", "none"], "a whole number from 1 up, or full"),
        (["--size", "a"], "VIEW=HEIGHTxWIDTH"),
        (["--epochs", "0"], "--epochs"),
        (["--seed", "-1"], "--seed"),
        (["--resume"], "there is no run to resume"),
        (["--devices", "none"], "devices"),
        (["--precision", "none"], "precision"),
    ],
)
def test_bad_options(mvgraph, options, message):
    result = mvgraph(*TRAIN, "--data", save(), *options)
    assert result.exit_code == 2, result.output
    assert message in result.output


def test_a_folder_that_holds_something_is_kept(mvgraph):
    Path("runs/bad").mkdir(parents=True)
    Path("runs/bad/notes.txt").write_text("mine", encoding="utf-8")
    result = mvgraph(*TRAIN, "--data", save())
    assert result.exit_code == 2
    assert "is not empty" in result.stderr
    assert [f.name for f in Path("runs/bad").iterdir()] == ["notes.txt"]
