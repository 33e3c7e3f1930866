"""What a piece of code prints in processes of its own, one for each hash seed."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def outputs(code: str, seeds: tuple[str, ...] = ("0", "77")) -> set[str]:
    """Everything that is printed under any of the seeds; one text where all agree."""
    return {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        ).stdout
        for seed in seeds
    }
