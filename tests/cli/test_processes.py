"""Training on two devices: Lightning starts the command twice, and the user sees one run."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path


def train(folder: Path, out: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mvgraph", "train", "mvae", "--data", "digits", "--epochs", "1", "--no-report"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*command, "--out", out, "--accelerator", "cpu", *options],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_two_processes_make_one_run(tmp_path: Path) -> None:
    done = train(tmp_path, "two", "--devices", "2", "--strategy", "ddp")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("writing to two") == 1
    assert done.stdout.count("kept in two") == 1
    assert {"weights.safetensors", "metrics.csv", "curves.png"} <= {p.name for p in (tmp_path / "two").iterdir()}
    with (tmp_path / "two" / "metrics.csv").open() as stream:
        assert len(list(csv.DictReader(stream))) == 1
