"""How long the verbs take that answer without training, each in a process of its own: `python -m benchmarks.verbs`.

Prints the median and the least of the seconds that pass from the command to its answer, and those of the processor.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from statistics import median

COMMANDS = (
    "list",
    "check mopoe",
    "explain mopoe",
    "explain mopoe --views 10",
    "explain mopoe --views M",
    "explain mhvae_subsets --views 5 --steps",
    "diff mopoe mvae",
    "diff mhvae_subsets mmjsd_private --views 5",
    "diff --matrix mvae mopoe mmvae mvtcae",
    "draw mmvae_plus -o picture.svg --force",
    "draw mopoe --views 40 -o picture.svg --force",
    "plan mopoe --views 5",
)


def seconds(command: str, folder: str) -> tuple[float, float]:
    """What passes on the clock and what the processor spends, for one command."""
    start, spent = time.perf_counter(), _children()
    words = [sys.executable, "-m", "mvgraph", *shlex.split(command)]
    subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start, _children() - spent


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def main() -> None:
    """Measure, and print a line a command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verbs", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("commands", nargs="*", default=COMMANDS, metavar="COMMAND", help="such as 'explain mopoe'")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    asked = parser.parse_args()
    print("median  least  processor  command")
    with tempfile.TemporaryDirectory() as folder:
        for command in asked.commands:
            seconds(command, folder)  # the first reads everything from disk
            clock, processor = zip(*(seconds(command, folder) for _ in range(asked.rounds)), strict=True)
            print(f"{median(clock):6.2f} {min(clock):6.2f} {median(processor):10.2f}  mvgraph {command}", flush=True)


if __name__ == "__main__":
    main()
