"""Training a compiled model with Lightning."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import lightning
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.callbacks import EarlyStopping as Patience

from mvgraph.data.batch import Batch
from mvgraph.data.splitting import Rows, split
from mvgraph.data.tables import Tables
from mvgraph.data.validation import batch, drop_empty
from mvgraph.errors import DataError, Problem, UsageError
from mvgraph.module.model import Model
from mvgraph.processes import is_first
from mvgraph.spec.model import EarlyStopping, Spec
from mvgraph.spec.writing import dump
from mvgraph.training.errors import Interrupted
from mvgraph.training.finishing import finish, write_outcomes
from mvgraph.training.folder import (
    STATE,
    StateIO,
    prepare,
    read_state,
    write_curves,
    write_head,
    write_metrics,
    write_weights,
)
from mvgraph.training.keeping import Keeper, Recipe
from mvgraph.training.metering import TOTAL
from mvgraph.training.module import VALID, Fitting
from mvgraph.training.progress import Bar
from mvgraph.training.quiet import quiet, same_signals
from mvgraph.training.run import Run

Data = Batch | Tables | Mapping[str, Any]
OWN = {
    "max_epochs": "epochs",
    "enable_checkpointing": "out",
    "default_root_dir": "out",
    "enable_progress_bar": "progress",
}


def fit(
    model: Model,
    data: Data,
    *,
    valid: Data | Rows | None = None,
    fraction: float = 0.1,
    epochs: int | None = None,
    batch_size: int | Literal["full"] | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    resume: bool = False,
    early_stopping: EarlyStopping | int | None = None,
    best: bool = False,
    progress: bool = True,
    **trainer_arguments: Any,
) -> Run:
    """Train a model.

    Every draw follows from the seed and a counter, so that an interrupted and resumed run ends with the same numbers
    as an unbroken one (bit for bit on a CPU).

    Arguments:
        model: the compiled model; it is trained in place.
        data: a batch, tables, or arrays by view; rows without any view are skipped with a warning.
        valid: validation data, or the numbers or ids of the validation rows; else a `fraction` of the rows.
        fraction: how many of the rows are for validation; 0 for none.
        epochs: how many passes over the rows; as the spec says where not given.
        batch_size: rows of a step, or `full`; as the spec says where not given.
        seed: where every draw comes from.
        out: the folder to write to; nothing is written where not given.
        resume: go on with the run in `out`.
        early_stopping: stop when the validation loss no longer falls; a number is the patience in epochs.
        best: keep the weights of the epoch with the least validation loss (training loss where there is none).
        progress: show progress, on a terminal.
        **trainer_arguments: anything that Lightning's `Trainer` takes, e.g. `devices=2`, `precision="bf16-mixed"`.

    Raises:
        UsageError: a request that cannot be met, e.g. a folder that is not empty. DataError: data that do not fit.
        Interrupted: training was stopped from outside. NotFinite: the loss became infinite or NaN.
    """
    rows, held = _parts(model.spec, data, valid, fraction, seed)
    spec = _resolved(model.spec, epochs, batch_size)
    size = len(rows) if spec.training.batch_size == "full" else min(spec.training.batch_size, len(rows))
    folder = Path(out) if out is not None else None
    recipe = _recipe(spec, seed, size, rows, held)
    state = _state(folder, resume, recipe)
    if folder is not None and not resume and is_first():
        write_head(folder, spec)
    bar = Bar(spec.training.epochs)
    keeper = Keeper(folder, best, recipe, bar.report if progress else _nothing)
    module = Fitting(model, rows, held, size, seed)
    callbacks = [*_patience(model.spec, early_stopping, held), *([bar] if progress else []), keeper]
    if state is not None and _is_done(_kept(state), spec.training.epochs):
        keeper.load_state_dict(_kept(state))
        module.load_state_dict(state["state_dict"])
    else:
        with quiet(), same_signals():
            trainer = _trainer(callbacks, spec.training.epochs, folder, held is not None, trainer_arguments)
            _run(trainer, module, keeper, folder / STATE if folder is not None and state is not None else None)
    return _finish(module, keeper, folder)


def _nothing(_: Mapping[str, float]) -> None:
    """Say nothing of a finished epoch."""


def _is_done(kept: Mapping[str, Any], epochs: int) -> bool:
    return bool(kept["stopped"]) or len(kept["rows"]) >= epochs


def _parts(spec: Spec, data: Data, valid: Data | Rows | None, fraction: float, seed: int) -> tuple[Batch, Batch | None]:
    rows = _batch(spec, data)
    if isinstance(valid, Batch | Tables | Mapping):
        return rows, _batch(spec, valid)
    return split(rows, fraction, seed, valid)


def _batch(spec: Spec, data: Data) -> Batch:
    if not isinstance(data, Batch):
        return batch(spec, data, on_empty="skip")
    if data.names != spec.view_names:
        message = f"the batch has the views {', '.join(data.names)}, the spec {', '.join(spec.view_names)}"
        raise DataError(Problem("MVG710", ("data",), message))
    return drop_empty(data)


def _resolved(spec: Spec, epochs: int | None, batch_size: int | Literal["full"] | None) -> Spec:
    """The spec with the epochs and the batch size that were asked for."""
    asked = {"epochs": epochs, "batch_size": batch_size}
    training = replace(spec.training, **{n: v for n, v in asked.items() if v is not None})  # type: ignore[arg-type]
    for name, value in (("epochs", training.epochs), ("batch_size", training.batch_size)):
        if value != "full" and value < 1:
            raise UsageError(f"{name} is a whole number from 1 up, not {value}")
    return replace(spec, training=training)


def _recipe(spec: Spec, seed: int, size: int, rows: Batch, held: Batch | None) -> Recipe:
    """What runs must share for one to go on with the other."""
    text = dump(replace(spec, training=replace(spec.training, epochs=1, batch_size="full", early_stopping=None)))
    return {
        "spec": hashlib.sha256(text.encode()).hexdigest(),
        "seed": seed,
        "batch size": size,
        "training rows": len(rows),
        "validation rows": len(held) if held is not None else 0,
    }


def _state(folder: Path | None, resume: bool, recipe: Recipe) -> dict[str, Any] | None:
    """The state to go on from; None for a run from the start."""
    if folder is None:
        if resume:
            raise UsageError("to resume a run, give its folder")
        return None
    prepare(folder, resume)
    if not resume or not (folder / STATE).exists():
        return None
    state = read_state(folder / STATE)
    differ = [k for k, v in _kept(state)["recipe"].items() if recipe.get(k) != v]
    if differ:
        before, now = _kept(state)["recipe"][differ[0]], recipe.get(differ[0])
        said = "" if differ[0] == "spec" else f": {before} then, {now} now"
        raise UsageError(f"the run in '{folder}' cannot go on, for its {differ[0]} was another{said}")
    return state


def _kept(state: dict[str, Any]) -> dict[str, Any]:
    kept = state.get("callbacks", {}).get(Keeper.state_key)
    if not isinstance(kept, dict):
        raise UsageError("the state file is not one of mvgraph")
    return kept


def _patience(spec: Spec, asked: EarlyStopping | int | None, held: Batch | None) -> list[Callback]:
    rule = spec.training.early_stopping if asked is None else asked
    if rule is None:
        return []
    if held is None:
        raise UsageError("early stopping watches the validation loss; give validation rows")
    rule = EarlyStopping(patience=rule) if isinstance(rule, int) else rule
    return [Patience(VALID + TOTAL, min_delta=rule.least, patience=rule.patience, check_on_train_epoch_end=False)]


def _trainer(
    callbacks: Sequence[Callback], epochs: int, folder: Path | None, held: bool, arguments: Mapping[str, Any]
) -> lightning.Trainer:
    taken = [a for a in arguments if a in OWN]
    if taken:
        raise UsageError(f"'{taken[0]}' is set by {OWN[taken[0]]}")
    given = {"logger": False, "enable_model_summary": False, "num_sanity_val_steps": 0, **arguments}
    given |= {} if held else {"limit_val_batches": 0}
    given["callbacks"] = [*_listed(arguments.get("callbacks")), *callbacks]
    given["plugins"] = [*_listed(arguments.get("plugins")), StateIO()]
    return lightning.Trainer(max_epochs=epochs, enable_progress_bar=False, default_root_dir=folder, **given)


def _run(trainer: lightning.Trainer, module: Fitting, keeper: Keeper, start: Path | None) -> None:
    """Train, from the state in the file `start` where it is given."""
    try:
        trainer.fit(module, ckpt_path=start)
    except (KeyboardInterrupt, SystemExit):
        if not keeper.interrupted:
            raise
    if not keeper.rows and keeper.folder is not None and (keeper.folder / STATE).exists():
        keeper.load_state_dict(_kept(read_state(keeper.folder / STATE)))  # it was kept in another process
    if keeper.interrupted:
        if keeper.folder is not None:
            write_curves(keeper.folder, keeper.rows)
        raise Interrupted(keeper.folder, len(keeper.rows), int(trainer.max_epochs or 0))


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def _finish(module: Fitting, keeper: Keeper, folder: Path | None) -> Run:
    keeper.finish(module)
    done = finish(module.model.eval(), module.data)
    if folder is not None and is_first():
        write_weights(folder, module.model)
        write_metrics(folder, keeper.rows)
        write_curves(folder, keeper.rows)
        write_outcomes(folder, done)
    return Run(folder, tuple(keeper.rows), module.model, done)
