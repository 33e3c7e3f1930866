"""`mvgraph impute`: views from other views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from mvgraph.cli import engine
from mvgraph.cli.options import Alignment, Component, Data, Force, Given, Output, RunFolder, Seed, SkipEmpty, view_list
from mvgraph.cli.output import may_write
from mvgraph.cli.runs import generator, ids, rows, save_npz, say_left_out
from mvgraph.errors import UsageError

EXAMPLE = "mvgraph impute runs/mopoe --data digits --given label -o pictures.npz"


def run(
    folder: RunFolder,
    data: Data,
    output: Output,
    given: Given = None,
    of: Annotated[
        str | None,
        typer.Option("--views", "--of", metavar="VIEWS", help="The views to impute; those not given, by default."),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option("--samples", min=1, help="Draws of the latents from each component of q; 100 over all of them."),
    ] = None,
    plug_in: Annotated[
        bool,
        typer.Option("--plug-in", help="Decode the mean of q, without draws: the spread is the likelihood's alone."),
    ] = False,
    component: Component = "mixture",
    seed: Seed = 0,
    align: Alignment = "id",
    skip_empty: SkipEmpty = False,
    force: Force = False,
) -> None:
    """Write mean and standard deviation of every view that is not given, one row a datum: .npz (VIEW, VIEW_std, ids).

    They are those of p(x_m | x_S), by draws of the latents: what the likelihood leaves open, and what the views that
    are given do not say of the latents. The same seed gives the same numbers.
    """
    may_write(output, (".npz",), force=force)
    model = engine.Run.load(folder).model
    known = model.spec.view_names
    views = view_list(given, known)
    made = model.networks.decoded()
    wanted = view_list(of, known) or [v for v in made if v not in (views or ())] or list(made)
    if of is None:
        say_left_out(model.spec, made)
    _require_names(wanted)
    found = rows(model.spec, data, views, skip_empty, align, model.columns)
    answers = model.impute(
        found,
        given=views,
        views=wanted,
        samples=samples,
        plug_in=plug_in,
        component=component,
        generator=generator(seed),
    )
    arrays = {v: d.mean.numpy(force=True) for v, d in answers.items()}
    spreads = {f"{v}_std": d.stddev.numpy(force=True) for v, d in answers.items()}
    save_npz(output, {"ids": ids(found), **arrays, **spreads})
    typer.echo(f"wrote {output}: {len(found)} rows of {', '.join(answers)} from {', '.join(views or ['all views'])}")
    draws = max(len(d.log_weights) for d in answers.values())
    how = "at the mean of q, the spread of the likelihood alone" if plug_in else f"over {draws} draws of the latents"
    typer.echo(f"mean and standard deviation ({', '.join(spreads)}) {how}")


def _require_names(views: Sequence[str]) -> None:
    """Refuse views whose names are wanted for something else.

    Raises:
        UsageError: names one.
    """
    taken = {"ids", *(f"{v}_std" for v in views)} & set(views)
    if taken:
        raise UsageError(f"'{taken.pop()}' is a view and an array of its own in the file: impute one by --views")
