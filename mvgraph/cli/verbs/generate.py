"""`mvgraph generate`: new data from the prior."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mvgraph.cli import engine
from mvgraph.cli.options import Force, Output, RunFolder, Seed, SizeTexts, sizes
from mvgraph.cli.output import may_write
from mvgraph.cli.runs import generator, save_npz
from mvgraph.files import replacing
from mvgraph.spec.model import Spec

if TYPE_CHECKING:
    from torch import Tensor

EXAMPLE = "mvgraph generate runs/mopoe -n 100 -o new.npz --picture new.png"
MOST_DRAWN = 10


def run(
    folder: RunFolder,
    output: Output,
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many.")] = 100,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE.png", help="Draw the first ten, too.")
    ] = None,
    size: SizeTexts = None,
    draw: Annotated[bool, typer.Option("--draw", help="Draw the data too, not only the latents.")] = False,
    seed: Seed = 0,
    force: Force = False,
) -> None:
    """Write new data, all views together: .npz (one array a view)."""
    may_write(output, (".npz",), force=force)
    if picture is not None:
        may_write(picture, (".png",), force=force)
    pictures = sizes(size)
    model = engine.Run.load(folder).model
    found = model.generate(count, mean=not draw, generator=generator(seed))
    save_npz(output, {view: value.numpy(force=True) for view, value in found.items()})
    typer.echo(f"wrote {output}: {count} rows of {', '.join(found)}")
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
