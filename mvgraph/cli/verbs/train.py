"""`mvgraph train`: from a spec and data to a run folder."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from mvgraph.cli import engine
from mvgraph.cli.guarding import ENDED, FINDING, complain, say
from mvgraph.cli.options import (
    Align,
    Alignment,
    Data,
    Seed,
    Sets,
    SizeTexts,
    SkipEmpty,
    SpecName,
    ViewCount,
    sizes,
    written,
)
from mvgraph.errors import UsageError
from mvgraph.interface.specs import sound
from mvgraph.processes import is_first
from mvgraph.spec.model import Spec
from mvgraph.training.errors import Failed, Interrupted

if TYPE_CHECKING:
    from mvgraph.data.batch import Batch
    from mvgraph.data.columns import ColumnNames

EXAMPLE = "mvgraph train mopoe --data digits --epochs 20 --out runs/first"


def run(
    spec: SpecName,
    data: Data,
    valid: Annotated[
        list[str] | None, typer.Option("--valid", metavar="SOURCE", help="Validation data of their own (repeatable).")
    ] = None,
    fraction: Annotated[float, typer.Option("--fraction", help="Else: the share of the rows to judge by.")] = 0.1,
    sets: Sets = None,
    views: ViewCount = None,
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="Passes over the rows, in every phase.")] = None,
    batch_size: Annotated[str | None, typer.Option("--batch-size", metavar="N|full", help="Rows of a step.")] = None,
    devices: Annotated[str | None, typer.Option("--devices", help="How many devices, or which: 2, or 0,1.")] = None,
    strategy: Annotated[str | None, typer.Option("--strategy", help="Lightning's strategy, e.g. ddp.")] = None,
    precision: Annotated[
        str | None, typer.Option("--precision", help="Lightning's precision, e.g. bf16-mixed.")
    ] = None,
    accelerator: Annotated[str | None, typer.Option("--accelerator", help="cpu, gpu, ...; auto by default.")] = None,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The run folder; runs/NAME by default.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in the folder.")] = False,
    early_stopping: Annotated[
        int | None, typer.Option("--early-stopping", metavar="N", min=1, help="Stop after N epochs without a gain.")
    ] = None,
    best: Annotated[bool, typer.Option("--best", help="Keep the weights of the best epoch, not the last.")] = False,
    align: Alignment = "id",
    skip_empty: SkipEmpty = False,
    size: SizeTexts = None,
    quick: Annotated[bool, typer.Option("--no-report", help="Do not evaluate the model after training.")] = False,
) -> None:
    """Train a model: progress, checkpoints, one curve for every term; at the end, what was learnt.

    The folder holds the resolved spec, the weights, the metrics and the pictures. Ctrl-C, SIGTERM and SIGHUP keep the
    state of the last epoch, and --resume goes on from there to the same numbers as an unbroken run.
    """
    pictures = sizes(size)
    folder = out or Path("runs") / _folder_name(spec)
    trainer = _trainer(devices=_devices(devices), strategy=strategy, precision=precision, accelerator=accelerator)
    record = engine.read_record(folder) if resume else None
    columns = record.columns if record else None
    load = partial(written, spec, sets, views)
    found, rows, held, files = _read(load, data, valid, fraction, seed, skip_empty, align, columns)
    origin = engine.DataOrigin(_command(), tuple(data), tuple(valid or ()), files, None if valid else fraction)
    model = engine.compile(found, seed=seed)
    say(f"{found.name}: {len(rows)} rows to train on, {len(held) if held else 0} to judge by; writing to {folder}")
    try:
        finished = engine.fit(
            model,
            rows,
            valid=held,
            fraction=0.0,
            epochs=epochs,
            batch_size=_batch_size(batch_size),
            seed=seed,
            out=folder,
            resume=resume,
            early_stopping=early_stopping,
            best=best,
            origin=origin,
            **trainer,
        )
    except Interrupted as stop:
        _interrupted(stop)
    except Failed as failure:
        complain(failure.problems)
        raise typer.Exit(FINDING) from None
    if not is_first():
        return
    count = len(finished.metrics)
    which = "" if finished.epoch in (None, count) else f", the weights are those of epoch {finished.epoch}, the best"
    typer.echo(f"{found.name}: {_counted(count, 'epoch')}{which}, kept in {folder}")
    for outcome in finished.after:
        typer.echo(outcome.text)
    if quick:
        return
    if held is None:
        say("no rows were held out: what follows is about the training rows")
    standing = engine.all_training if held is None else engine.all_held_out
    report = engine.report(finished.model, rows, held or rows, folder, seed=seed, sizes=pictures, standing=standing)
    typer.echo(str(report))


def _folder_name(spec: str) -> str:
    """The last part of a spec's name or path, as a folder.

    >>> _folder_name("models/my mopoe.yaml"), _folder_name("-")
    ('my-mopoe', 'run')
    """
    return re.sub(r"[^\w.-]+", "-", Path(spec).stem).strip("-.") or "run"


def _command() -> tuple[str, ...]:
    """The words of this command."""
    return ("mvgraph", *sys.argv[1:])


def _read(
    load: Callable[[Callable[[], Sequence[str]]], Spec],
    data: Sequence[str],
    valid: Sequence[str] | None,
    fraction: float,
    seed: int,
    skip_empty: bool,
    align: Align,
    columns: ColumnNames | None,
) -> tuple[Spec, Batch, Batch | None, tuple[str, ...]]:
    """The spec with its open views filled in, the rows to train on and to judge by, and the files that hold them."""
    everything = cache(partial(engine.read, data, None, align))  # the views that the data have, where the spec is open
    spec = load(lambda: everything().names)
    tables = everything() if spec.open_views is not None else engine.read(data, spec, align)
    tables = engine.in_order(tables, columns)
    spec, inferred = engine.complete(spec, tables)
    for sentence in inferred:
        say(sentence)
    spec = sound(spec)
    empty: Literal["skip", "refuse"] = "skip" if skip_empty else "refuse"
    rows = engine.batch(spec, tables, on_empty=empty)
    say(rows.counted())
    for doubt in engine.improper(spec, rows):
        say(f"warning: {doubt}")
    files = tuple(tables.sources.values())
    if not valid:
        return spec, *engine.split(rows, fraction, seed), files
    others = engine.read(valid, spec, align)
    held = engine.batch(spec, others, on_empty=empty, columns=rows.columns)
    say(f"to judge by: {held.counted()}")
    return spec, rows, held, (*files, *others.sources.values())


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _trainer(**given: Any) -> dict[str, Any]:
    """The arguments of Lightning's Trainer, tried before anything is written.

    Raises:
        UsageError: Lightning refuses one of them.
    """
    said = {k: v for k, v in given.items() if v is not None}
    trainer = engine.Trainer  # imported before `quiet`, for the import sets the levels of Lightning's log
    try:
        with engine.quiet():
            trainer(**said, logger=False, enable_checkpointing=False, enable_progress_bar=False)
    except (TypeError, ValueError, RuntimeError, ImportError, engine.MisconfigurationException) as error:
        options = " ".join(f"--{k} {v}" for k, v in said.items())
        raise UsageError(f"Lightning refuses {options}: {str(error).splitlines()[0]}") from None
    return said


def _devices(text: str | None) -> int | str | None:
    return int(text) if text is not None and text.isdecimal() else text


def _batch_size(text: str | None) -> int | Literal["full"] | None:
    if text is None or text == "full":
        return "full" if text else None
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"--batch-size is a whole number from 1 up, or full, not '{text}'")
    return int(text)


def _interrupted(stop: Interrupted) -> NoReturn:
    again = shlex.join([*(a for a in _command() if a != "--resume"), "--resume"])
    say(stop.problems[0].message)
    say(f"go on with: {again}")
    raise typer.Exit(ENDED + stop.signum)
