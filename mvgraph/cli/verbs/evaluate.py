"""`mvgraph evaluate`: what a trained model is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mvgraph.cli import engine
from mvgraph.cli.guarding import say
from mvgraph.cli.options import Alignment, AsJson, Data, Fraction, RunFolder, Seed, SizeTexts, SkipEmpty, sizes
from mvgraph.cli.runs import rows

EXAMPLE = "mvgraph evaluate runs/mopoe --data digits"


def run(
    folder: RunFolder,
    data: Data,
    train: Annotated[
        list[str] | None,
        typer.Option("--train", metavar="SOURCE", help="The training data: then all of --data is judged (repeatable)."),
    ] = None,
    fraction: Fraction = 0.1,
    seed: Seed = 0,
    samples: Annotated[int, typer.Option("--samples", min=1, help="Importance samples a row.")] = 1000,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where numbers and pictures go; the run's folder.")
    ] = None,
    size: SizeTexts = None,
    align: Alignment = "id",
    skip_empty: SkipEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Judge a run on held-out rows: joint log-likelihood, cross-view coherence, imputation error, pictures.

    Without --train the data are split as `train` splits them: the same fraction and seed give the same held-out rows.
    """
    pictures = sizes(size)
    model = engine.Run.load(folder).model
    whole = rows(model.spec, data, None, skip_empty, align)
    for doubt in engine.improper(model.spec, whole):
        say(f"warning: {doubt}")
    if train:
        known, held = rows(model.spec, train, None, skip_empty, align), whole
    else:
        known, rest = engine.split(whole, fraction, seed)
        held = rest or known
    found = engine.report(model, known, held, out or folder, seed=seed, samples=samples, sizes=pictures)
    typer.echo(found.to_json() if as_json else str(found), nl=not as_json)
