"""`mvgraph evaluate`: what a trained model is worth."""

from __future__ import annotations

import typer

from mvgraph.cli import engine
from mvgraph.cli.options import AsJson, Data, RunFolder, SkipEmpty

EXAMPLE = "mvgraph evaluate runs/mopoe --data digits"


def run(folder: RunFolder, data: Data, skip_empty: SkipEmpty = False, as_json: AsJson = False) -> None:
    """Evaluate a run: log-likelihood, imputation, coherence."""
    typer.echo(str((engine, folder, data, skip_empty, as_json)))
