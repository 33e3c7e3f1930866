"""`mvgraph encode`: the latents of data."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mvgraph.cli import engine
from mvgraph.cli.options import Alignment, Component, Data, Force, Given, Output, RunFolder, SkipEmpty, view_list
from mvgraph.cli.output import may_write
from mvgraph.cli.runs import ids, rows, save_npz
from mvgraph.files import replacing

if TYPE_CHECKING:
    from torch import Tensor

EXAMPLE = "mvgraph encode runs/mopoe --data digits --given upper -o z.npz"


def run(
    folder: RunFolder,
    data: Data,
    output: Output,
    given: Given = None,
    component: Component = "mixture",
    align: Alignment = "id",
    skip_empty: SkipEmpty = False,
    force: Force = False,
) -> None:
    """Write mean and standard deviation of every latent, one row a datum: .npz (z, z_std, ids) or .csv.

    Where a sampler drew a row's latent, its acceptance rate is told.
    """
    may_write(output, (".npz", ".csv"), force=force)
    model = engine.Run.load(folder).model
    views = view_list(given, model.spec.view_names)
    found = rows(model.spec, data, views, skip_empty, align, model.columns)
    latents = model.encode(found, given=views, component=component)
    arrays = {n: d.mean.numpy(force=True) for n, d in latents.items()}
    arrays |= {f"{n}_std": d.stddev.numpy(force=True) for n, d in latents.items()}
    write = _save_csv if output.suffix.lower() == ".csv" else save_npz
    write(output, {"ids": ids(found), **arrays})
    typer.echo(f"wrote {output}: {len(found)} rows of {', '.join(latents)}")
    for name, distribution in latents.items():
        _tell(name, engine.acceptance(distribution))


def _tell(name: str, rates: Tensor | None) -> None:
    """How well a sampler did, where one drew."""
    if rates is not None:
        known = rates[~rates.isnan()]
        rate = f"acceptance {known.mean():.2f} on average, {known.min():.2f} at least"
        typer.echo(f"{name} was sampled for {len(known)} rows: {rate}")


def _save_csv(file: Path, arrays: Mapping[str, Any]) -> None:
    """The arrays `(row, entry)` side by side, `z_0, z_1, ...`, after the ids."""
    names = [f"{name}_{i}" for name, values in arrays.items() if name != "ids" for i in range(values.shape[1])]
    with replacing(file) as path, path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", *names])
        for number, name in enumerate(arrays["ids"]):
            writer.writerow([name, *(repr(float(v)) for k, a in arrays.items() if k != "ids" for v in a[number])])
