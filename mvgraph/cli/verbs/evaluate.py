"""`mvgraph evaluate`: what a trained model is worth."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mvgraph.cli import engine
from mvgraph.cli.guarding import say
from mvgraph.cli.options import Alignment, AsJson, Data, Force, RunFolder, SizeTexts, SkipEmpty, sizes
from mvgraph.cli.runs import rows
from mvgraph.errors import UsageError

if TYPE_CHECKING:
    from mvgraph.data.aligning import Align
    from mvgraph.data.batch import Batch
    from mvgraph.module.model import Model
    from mvgraph.training.record import Record

EXAMPLE = "mvgraph evaluate runs/mopoe --data digits"
EVALUATIONS = "evaluations"


def run(
    folder: RunFolder,
    data: Data,
    train: Annotated[
        list[str] | None,
        typer.Option("--train", metavar="SOURCE", help="The training data: then all of --data is judged (repeatable)."),
    ] = None,
    fraction: Annotated[
        float | None, typer.Option("--fraction", help="Split anew: the share of the rows that is judged.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Split anew: where every random number comes from.")
    ] = None,
    samples: Annotated[int, typer.Option("--samples", min=1, help="Importance samples a row.")] = 1000,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", help="For numbers and pictures; RUN/evaluations/1, 2, ... if not given."
        ),
    ] = None,
    size: SizeTexts = None,
    align: Alignment = "id",
    skip_empty: SkipEmpty = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Judge a run: joint log-likelihood, cross-view coherence, imputation error, pictures.

    Of --data those rows are judged that the run was not trained on: what it held out, recognised by id or by values,
    and what is new to it. --fraction and --seed split the data anew, and warn of rows that were trained on.
    """
    pictures = sizes(size)
    where = out or _next(folder / EVALUATIONS)
    _refuse_used(where, force)
    finished = engine.Run.load(folder)
    record, model = finished.record, finished.model
    data_rows = rows(model.spec, data, None, skip_empty, align, model.columns)
    for doubt in engine.improper(model.spec, data_rows):
        say(f"warning: {doubt}")
    if train:
        known, judged = rows(model.spec, train, None, skip_empty, align, model.columns), data_rows
    elif record is None or fraction is not None or seed is not None:
        known, judged = _split(data_rows, fraction, seed)
    else:
        known, judged = _as_recorded(model, record, data_rows, align)
    _warn(record, judged, known if train else None)
    draws = seed if seed is not None else record.seed if record else 0
    standing = record.count if record else engine.not_known
    report = engine.report(model, known, judged, where, seed=draws, samples=samples, sizes=pictures, standing=standing)
    typer.echo(report.to_json() if as_json else str(report), nl=not as_json)


def _next(folder: Path) -> Path:
    """The first number that no earlier evaluation has, as a folder."""
    taken = [int(p.name) for p in folder.iterdir() if p.name.isdecimal()] if folder.is_dir() else []
    return folder / str(max(taken, default=0) + 1)


def _refuse_used(folder: Path, force: bool) -> None:
    """Look before the work is done whether an earlier evaluation would be overwritten.

    Raises:
        UsageError: it would.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"'{folder}' is a file; name a folder")
    used = [file for file in engine.WRITTEN if (folder / file).exists()]
    if used and not force:
        raise UsageError(f"'{folder / used[0]}' exists; name another folder, or --force to overwrite it")


def _split(data: Batch, fraction: float | None, seed: int | None) -> tuple[Batch, Batch]:
    """The rows split anew: those that baselines are learnt from, and those to judge."""
    known, held = engine.split(data, 0.1 if fraction is None else fraction, seed or 0)
    return known, held or known


def _as_recorded(model: Model, record: Record, data: Batch, align: Align) -> tuple[Batch, Batch]:
    """Training rows, and the rows to judge: those that the run was not trained on, or all where it was on all."""
    trained, others = record.parted(data)
    judged = others if len(others) else data
    share = "all" if len(judged) == len(data) else len(judged)
    say(f"{engine.judged_in_words(record.count(data))}; {share} are judged")
    if not len(trained) and record.sources_are_unchanged():
        recorded = rows(model.spec, record.data["sources"], None, True, align, model.columns)
        trained = record.parted(recorded)[0]
    return trained, judged


def _warn(record: Record | None, judged: Batch, train: Batch | None) -> None:
    """Say where rows are judged that were trained on, or may have been."""
    names = [] if train is None else engine.shared_names(judged, engine.Fingerprints.of(train))
    standing = record.standing(judged) if record else []
    names += [judged.name(row) for row, kind in enumerate(standing) if kind == "training"]
    if names := list(dict.fromkeys(names)):
        where = "were trained on" if train is None else "were trained on, or are in --train, too"
        said = f"{len(names)} of the {len(judged)} judged rows {where}: {engine.listed(names)}"
        warnings.warn(f"{said}; numbers on them are better than on held-out rows", engine.DataWarning, stacklevel=2)
    if record is not None and (changed := record.changed(judged)):
        said = f"{len(changed)} of the {len(judged)} judged rows have other values than in the data of the run"
        warnings.warn(f"{said}: {engine.listed(changed)}", engine.DataWarning, stacklevel=2)
    if "" in standing:
        said = "the rows have no ids and lack a view: it cannot be told whether they were trained on"
        warnings.warn(said, engine.DataWarning, stacklevel=2)
