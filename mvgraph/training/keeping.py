"""What is kept of a run at the end of every epoch."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from signal import Signals
from typing import Any

import torch
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Checkpoint
from lightning.pytorch.utilities.exceptions import SIGTERMException
from torch import Tensor
from typing_extensions import override

from mvgraph.data.tables import DataWarning
from mvgraph.processes import interrupting
from mvgraph.training.errors import NotFinite
from mvgraph.training.folder import STATE, WEIGHTS, read_weights, write_metrics, write_weights
from mvgraph.training.metering import TOTAL
from mvgraph.training.module import ONLY, TRAIN, VALID, Fitting
from mvgraph.training.sealing import sealed_epoch
from mvgraph.training.stages import PHASE, Stage

PATIENCE = 5  # epochs in a row of a loss that is astray, before training is ended
Recipe = dict[str, Any]
Report = Callable[[Mapping[str, float]], None]


class Keeper(Checkpoint):
    """Keeps metrics, weights and state after every epoch.

    Arguments:
        folder: where to write; nothing is written where it is None.
        best: keep the weights of the epoch with the least validation (else training) loss, not the last ones.
        recipe: what a resumed run must have in common with this one.
        report: is told every finished epoch's row.

    `kept` counts the finished epochs of the state in the folder; `interrupted` is the signal that ended training;
    `lost` is whether the weights of the best epoch are gone, for the run that this one goes on with kept others.
    """

    state_key = "mvgraph"

    def __init__(self, folder: Path | None, best: bool, recipe: Recipe, report: Report) -> None:
        self.folder = folder
        self.best = best
        self.recipe = recipe
        self.report = report
        self.rows: list[dict[str, float]] = []
        self.least = math.inf
        self.best_epoch = 0
        self.weights: dict[str, Tensor] = {}
        self.stopped = False
        self.stage = ONLY
        self.start = 0
        self.interrupted: Signals | None = None
        self.astray = 0
        self.lost = False
        self.warned = False
        self.kept = 0
        self.began = 0.0

    @override
    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs to go on."""
        return {
            "recipe": self.recipe,
            "rows": self.rows,
            "least": self.least,
            "best_epoch": self.best_epoch,
            "stopped": self.stopped,
            "stage": self.stage.number,
            "start": self.start,
        }

    @override
    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a kept state."""
        self.rows = [dict(row) for row in state_dict["rows"]]
        self.least, self.best_epoch = float(state_dict["least"]), int(state_dict["best_epoch"])
        self.stopped, self.start = bool(state_dict["stopped"]), int(state_dict["start"])
        self.kept = len(self.rows)
        epoch = sealed_epoch(self.folder / WEIGHTS) if self.folder is not None else None
        self.lost = self.best and epoch not in (None, self.best_epoch)

    def begin(self, stage: Stage) -> None:
        """Start a stage: its losses are of another objective and do not compare with those before."""
        self.stage, self.start, self.stopped, self.astray = stage, len(self.rows), False, 0
        self.least, self.weights, self.lost = math.inf, {}, False

    @property
    def done(self) -> bool:
        """Whether the stage has had its epochs, or was stopped."""
        return self.stopped or len(self.rows) - self.start >= self.stage.epochs

    @override
    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock."""
        self.began = time.perf_counter()

    @override
    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Keep the epoch: weights and metrics first, the state last, so that a state never runs ahead of them.

        Of an epoch that went astray nothing takes the place of what is kept; after some in a row training ends.
        """
        assert isinstance(pl_module, Fitting)
        self._refuse(pl_module)
        if not trainer.fit_loop.epoch_loop.batch_progress.is_last_batch:
            return  # stopped within the epoch, e.g. by a limit of time: a resumed run does it again
        epoch = self.start + trainer.current_epoch + 1
        seconds = round(time.perf_counter() - self.began, 4)
        phase = {} if self.stage.phase is None else {PHASE: self.stage.number + 1}
        self.rows.append({"epoch": epoch, **phase, "seconds": seconds, **pl_module.row})
        self.astray = self.astray + 1 if pl_module.astray else 0
        if self.astray:
            trainer.should_stop = trainer.should_stop or self.astray >= PATIENCE
        else:
            self._keep(trainer, pl_module, epoch)
        self.report(self.rows[-1])

    def _keep(self, trainer: Trainer, module: Fitting, epoch: int) -> None:
        better = self._better(module, epoch)
        patience = trainer.early_stopping_callback
        self.stopped = patience is not None and patience.stopped_epoch > 0
        if self.folder is None:
            return
        if trainer.is_global_zero:
            if better or not self.best or self.lost:
                write_weights(self.folder, module.model, epoch)
            write_metrics(self.folder, self.rows)
        trainer.save_checkpoint(self.folder / STATE)
        self.kept = epoch

    @override
    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Say once that the validation loss is not finite, or end training where something is decided by it."""
        assert isinstance(pl_module, Fitting)
        failing = pl_module.failing
        if failing is None:
            return
        if self.best or trainer.early_stopping_callback is not None:
            raise failing
        if not self.warned and trainer.is_global_zero:
            warnings.warn(failing.warning, DataWarning, stacklevel=2)
        self.warned = True

    @override
    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: BaseException) -> None:
        """Remember what stopped the run from outside, where something did."""
        if isinstance(exception, KeyboardInterrupt):
            self.interrupted = interrupting(exception)
        elif isinstance(exception, SIGTERMException):  # a handler of the user's own let training go on
            self.interrupted = Signals.SIGTERM

    def finish(self, module: Fitting) -> None:
        """Put the weights that were kept into the model."""
        if not self.best:
            return
        if self.lost:
            gone = f"the weights of epoch {self.best_epoch}, the best, were not kept, for the run began without `best`"
            warnings.warn(f"{gone}: those of epoch {self.epoch}, the last, are kept", DataWarning, stacklevel=2)
        elif self.weights:
            module.model.load_state_dict(self.weights)
        elif self.folder is not None and (self.folder / WEIGHTS).exists():
            read_weights(self.folder, module.model)

    @property
    def epoch(self) -> int:
        """The epoch whose weights are kept."""
        return self.best_epoch if self.best and not self.lost else len(self.rows)

    def _better(self, module: Fitting, epoch: int) -> bool:
        value = module.row.get((TRAIN if module.valid is None else VALID) + TOTAL, math.inf)
        if not value < self.least:
            return False
        self.least, self.best_epoch, self.lost = value, epoch, False
        if self.best:
            self.weights = {n: v.detach().to("cpu", copy=True) for n, v in module.model.state_dict().items()}
        return True

    def _refuse(self, module: Fitting) -> None:
        """Stop before a state of no use takes the place of a good one."""
        bad = [n for n, p in module.model.named_parameters() if not bool(torch.isfinite(p.detach()).all())]
        if bad:
            what = f"the parameter {bad[0]} was not finite after epoch {module.epoch + 1}"
            raise NotFinite(what, module.look())
