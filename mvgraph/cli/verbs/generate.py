"""`mvgraph generate`: new data from the prior."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mvgraph.cli import engine
from mvgraph.cli.options import Alignment, Force, Output, RunFolder, Seed, SizeTexts, sizes
from mvgraph.cli.output import may_write
from mvgraph.cli.runs import generator, ids, rows, save_npz, say_left_out
from mvgraph.files import replacing
from mvgraph.spec.model import Spec

if TYPE_CHECKING:
    from torch import Tensor

EXAMPLE = "mvgraph generate runs/mopoe -n 100 -o new.npz --picture new.png"
MOST_DRAWN = 10


def run(
    folder: RunFolder,
    output: Output,
    count: Annotated[
        int, typer.Option("-n", "--count", min=1, help="How many; of each row of --data, where there are some.")
    ] = 100,
    data: Annotated[
        list[str] | None,
        typer.Option("--data", metavar="SOURCE", help="Rows of the views that the model is conditioned on (cvae)."),
    ] = None,
    align: Alignment = "id",
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE.png", help="Draw the first ten, too.")
    ] = None,
    size: SizeTexts = None,
    draw: Annotated[bool, typer.Option("--draw", help="Draw the data too, not only the latents.")] = False,
    seed: Seed = 0,
    force: Force = False,
) -> None:
    """Write new data, all views together: .npz (one array a view; ids of the rows that they are conditioned on)."""
    may_write(output, (".npz",), force=force)
    if picture is not None:
        may_write(picture, (".png",), force=force)
    pictures = sizes(size)
    model = engine.Run.load(folder).model
    conditions = list(model.spec.conditioned.values())
    given = rows(model.spec, data, conditions, False, align, model.columns) if data else None
    say_left_out(model.spec, model.networks.decoded())
    found = model.generate(count, given, mean=not draw, generator=generator(seed))
    names = {} if given is None else {"ids": ids(given).repeat(count)}
    save_npz(output, {**names, **{view: value.numpy(force=True) for view, value in found.items()}})
    typer.echo(f"wrote {output}: {count * (1 if given is None else len(given))} rows of {', '.join(found)}")
    if picture is not None:
        _draw(picture, model.spec, found, pictures)


def _draw(file: Path, spec: Spec, found: Mapping[str, Tensor], pictures: Mapping[str, tuple[int, int]]) -> None:
    """The first ten, one strip a view."""
    blocks = []
    for view, values in found.items():
        paint = engine.painter(spec.view(view), values, pictures.get(view))
        strip = engine.Strip("drawn", values[:MOST_DRAWN].numpy(force=True), [True] * min(len(values), MOST_DRAWN))
        blocks.append(engine.Block(view, paint, [strip]))
    with replacing(file) as path:
        engine.arrange(f"{spec.name}: drawn from the prior", blocks).savefig(path, format="png", dpi=110)
    typer.echo(f"wrote {file}")
