"""`mvgraph generate`: new data from the prior."""

from __future__ import annotations

from typing import Annotated

import typer

from mvgraph.cli import engine
from mvgraph.cli.options import Force, Output, RunFolder, Seed
from mvgraph.cli.output import may_write
from mvgraph.cli.runs import generator, save_npz

EXAMPLE = "mvgraph generate runs/mopoe -n 100 -o new.npz"


def run(
    folder: RunFolder,
    output: Output,
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many.")] = 100,
    draw: Annotated[bool, typer.Option("--draw", help="Draw the data too, not only the latents.")] = False,
    seed: Seed = 0,
    force: Force = False,
) -> None:
    """Write new data, all views together: .npz (one array a view)."""
    may_write(output, (".npz",), force=force)
    model = engine.Run.load(folder).model
    found = model.generate(count, mean=not draw, generator=generator(seed))
    save_npz(output, {view: value.numpy(force=True) for view, value in found.items()})
    typer.echo(f"wrote {output}: {count} rows of {', '.join(found)}")
