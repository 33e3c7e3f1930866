"""`mvgraph impute`: views from other views."""

from __future__ import annotations

from typing import Annotated

import typer

from mvgraph.cli import engine
from mvgraph.cli.options import Alignment, Data, Force, Given, Output, RunFolder, Seed, SkipEmpty, view_list
from mvgraph.cli.output import may_write
from mvgraph.cli.runs import generator, ids, rows, save_npz

EXAMPLE = "mvgraph impute runs/mopoe --data digits --given label -o pictures.npz"


def run(
    folder: RunFolder,
    data: Data,
    output: Output,
    given: Given = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="VIEWS", help="The views to impute; those not given, by default.")
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option("--samples", min=1, help="Average over this many draws of the latents, not their mean."),
    ] = None,
    seed: Seed = 0,
    align: Alignment = "id",
    skip_empty: SkipEmpty = False,
    force: Force = False,
) -> None:
    """Write the expected value of every view that is not given, one row a datum: .npz (one array a view, ids)."""
    may_write(output, (".npz",), force=force)
    model = engine.Run.load(folder).model
    known = model.spec.view_names
    views = view_list(given, known)
    scored = model.spec.scored_views
    wanted = view_list(of, known) or [v for v in scored if v not in (views or ())] or list(scored)
    found = rows(model.spec, data, views, skip_empty, align, model.columns)
    answers = model.impute(found, given=views, views=wanted, samples=samples, generator=generator(seed))
    save_npz(output, {"ids": ids(found), **{v: d.mean.numpy(force=True) for v, d in answers.items()}})
    typer.echo(f"wrote {output}: {len(found)} rows of {', '.join(answers)} from {', '.join(views or ['all views'])}")
