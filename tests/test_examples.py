"""The examples run from their command line, on a slice of their data."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mvgraph.spec import zoo

EXAMPLES = Path(__file__).parents[1] / "examples"
PICTURES = {"mnist_image_and_label": "images_from_labels", "mfeat_six_views": "imputations"}
QUICK = {
    "mnist_image_and_label": [
        "--rows",
        "200",
        "--epochs",
        "1",
        "--samples",
        "4",
        "--judged",
        "20",
        "--models",
        "mvae",
        "mopoe",
    ],
    "mfeat_six_views": ["--rows", "40", "--epochs", "1", "--models", "mvae"],
}


@pytest.fixture
def datasets() -> dict[str, Any]:
    """The module that reads the examples' data."""
    return runpy.run_path(str(EXAMPLES / "datasets.py"))


def run(name: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """An example in a process of its own, in an empty folder."""
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments]
    threads = {"OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | threads)


@pytest.mark.parametrize("name", QUICK)
def test_an_example_runs_from_end_to_end(name: str, tmp_path: Path, datasets: dict[str, Any]) -> None:
    folder: Path = datasets["FOLDERS"][name.partition("_")[0]]
    if not folder.is_dir():
        pytest.skip(f"the data set of {name} is not here")
    done = run(name, tmp_path, *QUICK[name], "--out", "made")
    assert done.returncode == 0, done.stderr
    assert "majority class" in done.stdout
    assert "mvae" in done.stdout
    assert (tmp_path / "made" / f"{PICTURES[name]}_mvae.png").stat().st_size > 1000
    assert [p.name for p in tmp_path.iterdir()] == ["made"]


@pytest.mark.parametrize("name", ["mnist", "mfeat"])
def test_without_its_data_an_example_says_where_to_get_them(name: str, datasets: dict[str, Any]) -> None:
    with pytest.raises(
        SystemExit, match=r"is not in 'nowhere': there is no .*; get it from https://.* and give --data"
    ):
        datasets[name](Path("nowhere"))


def test_dropped_views_leave_every_row_one(datasets: dict[str, Any]) -> None:
    drop: Callable[..., np.ndarray[Any, np.dtype[np.bool_]]] = datasets["drop_views"]
    mask = drop(2000, 2, 0.6, 0)
    assert mask.any(1).all()
    assert mask.mean() == pytest.approx(0.4 / (1 - 0.6**2), abs=0.03)
    assert (drop(2000, 2, 0.6, 0) == mask).all()
    assert drop(5, 3, 0.0, 1).all()


def test_six_views_are_standardised_by_their_training_rows(datasets: dict[str, Any]) -> None:
    folder: Path = datasets["FOLDERS"]["mfeat"]
    if not folder.is_dir():
        pytest.skip("the data set mfeat is not here")
    parts = datasets["mfeat"](folder)
    assert [len(p) for p in parts] == [1200, 400, 400]
    for values in parts[0].views.values():
        np.testing.assert_allclose(values.mean(0), 0.0, atol=1e-4)
        np.testing.assert_allclose(values.std(0)[values.std(0) > 0], 1.0, atol=1e-3)
    assert all(np.bincount(p.labels, minlength=10).min() > 20 for p in parts)


def judged(folder: Path, *arguments: str) -> dict[str, list[float]]:
    """The first and the last objective of every model in the table of all models."""
    done = run("all_models", folder, *arguments, "--out", "made")
    assert done.returncode == 0, done.stderr
    assert (folder / "made" / "all_models.txt").read_text(encoding="utf-8").strip() == done.stdout.strip()
    courses = re.findall(r"^(\w+) +(-?[\d.]+) → (-?[\d.]+)", done.stdout, re.MULTILINE)
    return {f"{name} {i}": [float(first), float(last)] for i, (name, first, last) in enumerate(courses)}


def test_the_table_of_all_models(tmp_path: Path) -> None:
    found = judged(tmp_path, "--on", "digits", "--rows", "200", "--epochs", "2", "--models", "mvae", "dccae")
    assert len(found) == 2
    assert all(last > first for first, last in found.values())


@pytest.mark.slow
def test_every_model_gets_better_on_digits_and_mfeat(tmp_path: Path, datasets: dict[str, Any]) -> None:
    """A few epochs raise the objective of every reference model on both data sets.

    But for MHVAE with its adversary: its decoders also work against critics of the data, at the cost of the bound.
    """
    if not datasets["FOLDERS"]["mfeat"].is_dir():
        pytest.skip("the data set mfeat is not here")
    found = judged(tmp_path, "--rows", "400", "--epochs", "4")
    assert len(found) == 2 * len(zoo.names())
    fallen = {name.split()[0] for name, (first, last) in found.items() if not last > first}
    assert fallen <= {"mhvae_gan"}
