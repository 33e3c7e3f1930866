"""The benchmarks run; what they measure is nobody's test."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]


def test_verbs_are_measured() -> None:
    command = [sys.executable, "-m", "benchmarks.verbs", "list", "--rounds", "1"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    head, line = done.stdout.splitlines()
    assert head == "median  least  processor  command"
    assert re.fullmatch(r" *[\d.]+ +[\d.]+ +[\d.]+  mvgraph list", line)
