"""What training or an evaluation found, in the words of the terminal."""

from __future__ import annotations

from pathlib import Path

import typer

FILES = {
    "spec.yaml": "the resolved spec",
    "weights.safetensors": "the weights",
    "metrics.csv": "every term, epoch by epoch",
    "curves.png": "the same as curves",
}


def show_files(folder: Path | None) -> None:
    """Where the files of a run are, and what each holds."""
    for name, about in FILES.items():
        if folder is not None and (folder / name).exists():
            typer.echo(f"  {folder / name}: {about}")
