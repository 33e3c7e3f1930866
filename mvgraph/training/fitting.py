"""Training a compiled model with Lightning."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import replace
from numbers import Integral
from pathlib import Path
from typing import Any, Literal, cast

import lightning

from mvgraph.data.aligning import Align
from mvgraph.data.batch import Batch
from mvgraph.data.collecting import holds_views
from mvgraph.data.columns import ColumnNames, batch_in_order
from mvgraph.data.splitting import Rows, split
from mvgraph.data.tables import Tables
from mvgraph.data.validation import batch, drop_empty
from mvgraph.errors import DataError, Problem, UsageError
from mvgraph.module.model import Model
from mvgraph.processes import interrupting, is_first, stoppable
from mvgraph.registry import nearest
from mvgraph.spec.model import EarlyStopping, Spec
from mvgraph.spec.schema import MOST_TIME
from mvgraph.training.course import Course
from mvgraph.training.errors import Unwritten
from mvgraph.training.finishing import finish, write_outcomes
from mvgraph.training.folder import STATE, leaving_nothing, write_curves, write_metrics, write_spec, write_weights
from mvgraph.training.keeping import Keeper
from mvgraph.training.progress import Bar
from mvgraph.training.quiet import quiet
from mvgraph.training.record import DataOrigin, Record, read_record, record_of, warn_of_shared, write_record
from mvgraph.training.resuming import kept, recipe_of, state_of
from mvgraph.training.run import Run
from mvgraph.training.stages import stages

Data = Batch | Tables | Mapping[str, Any] | Any


def fit(
    model: Model,
    data: Data,
    *,
    valid: Data | Rows | None = None,
    ids: Iterable[Any] | None = None,
    align: Align = "id",
    fraction: float = 0.1,
    epochs: int | None = None,
    batch_size: int | Literal["full"] | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    resume: bool = False,
    early_stopping: EarlyStopping | int | None = None,
    best: bool = False,
    progress: bool = True,
    origin: DataOrigin | None = None,
    **trainer_arguments: Any,
) -> Run:
    """Train a model.

    Every draw follows from the seed and a counter, so that an interrupted and resumed run ends with the same numbers
    as an unbroken one (bit for bit on a CPU).

    Arguments:
        model: the compiled model; it is trained in place.
        data: a batch, tables, or arrays, data frames and the like by view, or a data set of these (see
            `mvgraph.data.validation.batch`); rows without any view are skipped with a warning.
        valid: validation data, or the numbers or ids of the validation rows, or one true or false a row; else a
            `fraction` of the rows.
        ids: a name for each row of what has no ids itself.
        align: "position" pairs rows by their order, whatever ids they have.
        fraction: how many of the rows are for validation; 0 for none.
        epochs: how many passes over the rows, in each phase where there are phases; as the spec says where not given.
        batch_size: rows of a step, or `full`; as the spec says where not given.
        seed: where every draw comes from.
        out: the folder to write to; nothing is written where not given.
        resume: go on with the run in `out`.
        early_stopping: end a phase when its validation loss no longer falls; a number is the patience in epochs.
        best: keep the weights of the epoch with the least validation loss (training loss where there is none); in a
            spec with phases, of each phase, from which the next one starts.
        progress: show progress, on a terminal.
        origin: where the data come from, for the record of the run, as the command line says it.
        **trainer_arguments: anything that Lightning's `Trainer` takes, e.g. `devices=2`, `precision="bf16-mixed"`.

    Raises:
        UsageError: a request that cannot be met, e.g. a folder that is not empty. DataError: data that do not fit.
        Unwritten: a file of the run could not be written, e.g. for want of space.
        Interrupted: training was stopped from outside, by Ctrl-C, SIGTERM or SIGHUP; the state of the last finished
            epoch is kept in `out`, and `resume=True` goes on from there. NotFinite: the loss, its gradient or a
            parameter became infinite or NaN. Diverged: the loss ended a hundred times worse than untrained.
    """
    _require_known(trainer_arguments)
    _require_whole("seed", seed, 0)
    folder = Path(out) if out is not None else None
    before = read_record(folder) if resume and folder is not None else None
    columns = before.columns if before else model.columns
    everything = _batch(model.spec, data, columns, ids, align)
    rows, held = _parts(model.spec, everything, valid, align, fraction, seed)
    _require_views(rows)
    origin = origin or DataOrigin(fraction=fraction if valid is None else None)
    if holds_views(valid) and held is not None and origin.fraction is None:
        warn_of_shared(rows, held)
    spec = _resolved(model.spec, epochs, batch_size)
    size = len(rows) if spec.training.batch_size == "full" else min(spec.training.batch_size, len(rows))
    recipe = {} if folder is None else recipe_of(spec, seed, size, rows, held, origin.fraction)
    bar = Bar()
    keeper = Keeper(folder, best, recipe, bar.report if progress else _nothing)
    rule = _rule(spec, early_stopping)
    shown = bar if progress else None
    course = Course(model, rows, held, size, seed, stages(spec), keeper, shown, rule, trainer_arguments)
    with quiet(), stoppable(), leaving_nothing(None if resume else folder):
        course.prepare()
        model.columns = rows.columns
        try:
            state = state_of(folder, resume, recipe, rows, held)
            record = None
            if folder is not None:
                new = state is None
                known = before and before.resumed_by(origin.command)
                record = record_of(spec, seed, origin, rows, held) if new else known
                _begin(folder, spec, record, state)
            course.run(state)
            return _finish(course, record)
        except KeyboardInterrupt as stop:  # outside Lightning's loops
            raise course.interrupted(interrupting(stop)) from None
        except OSError as error:
            if folder is None or not str(error.filename or folder).startswith(str(folder)):
                raise
            raise Unwritten(error, folder, keeper.kept if (folder / STATE).exists() else 0) from None


def _require_known(arguments: Mapping[str, Any]) -> None:
    """Refuse an argument that neither `fit` nor Lightning's trainer has.

    Raises:
        UsageError: names it.
    """
    own, trainer = (list(inspect.signature(f).parameters) for f in (fit, lightning.Trainer.__init__))
    for name in (a for a in arguments if a not in trainer):
        remedy = "give mg.batch(spec, data, mask=...)" if name == "mask" else nearest(name, [*own[2:-1], *trainer[1:]])
        raise UsageError(f"neither fit nor Lightning's Trainer has an argument '{name}'; {remedy}")


def _begin(folder: Path, spec: Spec, record: Record | None, state: dict[str, Any] | None) -> None:
    """Write down what is trained on what, before the first step."""
    if not is_first():
        return
    done = len(kept(state)["rows"]) if state is not None else 0
    if sum(s.epochs for s in stages(spec)) >= done:  # fewer epochs do not undo those that were done
        write_spec(folder, spec)
    if record is not None:
        write_record(folder, record)


def _nothing(_: Mapping[str, float]) -> None:
    """Say nothing of a finished epoch."""


def _parts(
    spec: Spec, rows: Batch, valid: Data | Rows | None, align: Align, fraction: float, seed: int
) -> tuple[Batch, Batch | None]:
    if holds_views(valid):
        return rows, _batch(spec, valid, rows.columns, align=align)
    return split(rows, fraction, seed, cast(Rows | None, valid))


def _require_views(rows: Batch) -> None:
    """Refuse a view that no row to train on has.

    Raises:
        DataError: names it.
    """
    for view in (v for v, there in zip(rows.names, rows.mask.any(0).tolist(), strict=True) if not there):
        message = f"view '{view}' is missing in every row to train on"
        remedy = "a row may lack a view, the data as a whole may not; leave the view out of the spec"
        raise DataError(Problem("MVG710", ("data",), message, remedy))


def _batch(
    spec: Spec, data: Data, columns: ColumnNames | None, ids: Iterable[Any] | None = None, align: Align = "id"
) -> Batch:
    if not isinstance(data, Batch):
        return batch(spec, data, ids=ids, on_empty="skip", align=align, columns=columns)
    if ids is not None:
        raise UsageError("a batch has its own ids; give arrays by view to say others")
    if data.names != spec.view_names:
        message = f"the batch has the views {', '.join(data.names)}, the spec {', '.join(spec.view_names)}"
        raise DataError(Problem("MVG710", ("data",), message))
    return drop_empty(batch_in_order(data, columns))


def _resolved(spec: Spec, epochs: int | None, batch_size: int | Literal["full"] | None) -> Spec:
    """The spec with the epochs and the batch size that were asked for."""
    asked = {"epochs": epochs, "batch_size": batch_size}
    for name, value in asked.items():
        if not (value is None or (name == "batch_size" and value == "full")):
            _require_whole(name, value, 1)
    training = replace(spec.training, **{n: v for n, v in asked.items() if v is not None})  # type: ignore[arg-type]
    phases = tuple(p if epochs is None else replace(p, epochs=epochs) for p in spec.phases)
    return replace(spec, training=training, phases=phases)


def _require_whole(name: str, value: object, least: int) -> None:
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not (whole and least <= value <= MOST_TIME):  # type: ignore[operator]
        raise UsageError(f"{name} is a whole number from {least} up, not {value!r}")


def _rule(spec: Spec, asked: EarlyStopping | int | None) -> EarlyStopping | None:
    rule = spec.training.early_stopping if asked is None else asked
    if not isinstance(rule, EarlyStopping | None):
        _require_whole("early_stopping", rule, 1)
    return EarlyStopping(patience=rule) if isinstance(rule, int) else rule


def _finish(course: Course, record: Record | None) -> Run:
    keeper, model = course.keeper, course.model
    done = finish(model.eval(), course.rows)
    if keeper.folder is not None and is_first():
        write_weights(keeper.folder, model, keeper.epoch)
        write_metrics(keeper.folder, keeper.rows)
        write_curves(keeper.folder, keeper.rows, course.phases)
        write_outcomes(keeper.folder, done)
    return Run(keeper.folder, tuple(keeper.rows), model, done, record, keeper.epoch)
