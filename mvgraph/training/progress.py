"""Progress on a terminal: one line an epoch, and a bar that runs through the epoch."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from typing_extensions import override

from mvgraph.errors import harmless
from mvgraph.training.metering import TOTAL
from mvgraph.training.module import TRAIN, VALID
from mvgraph.training.stages import Stage

REFRESH = 0.1  # seconds


class Bar(Callback):
    """Says how training goes; silent where the console is not a terminal.

    Arguments:
        epochs: how many there will be at most, until a stage begins.
        console: where to write; standard error where not given.
    """

    def __init__(self, epochs: int = 0, console: Console | None = None) -> None:
        self.epochs = epochs
        self.before = 0
        self.title = "epoch"
        self.console = console or Console(stderr=True)
        self.live: Progress | None = None
        self.spent: list[float] = []
        self.shown = 0.0

    def begin(self, stage: Stage, before: int) -> None:
        """Count the epochs of a stage, after `before` epochs of others."""
        self.epochs, self.before, self.spent = stage.epochs, before, []
        self.title = "epoch" if stage.phase is None else f"{stage.phase}: epoch"

    @override
    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """A bar for this epoch."""
        if self.console.is_terminal and trainer.is_global_zero:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self.live = Progress(*columns, console=self.console, transient=True)
            self.live.add_task(
                f"{self.title} {trainer.current_epoch + 1}/{self.epochs}", total=int(trainer.num_training_batches)
            )
            self.live.start()

    @override
    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Move the bar, ten times a second at most."""
        now = time.perf_counter()
        if self.live is not None and now - self.shown > REFRESH:
            self.shown = now
            self.live.update(self.live.task_ids[0], completed=batch_idx + 1)

    @override
    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: BaseException) -> None:
        """Leave a clean terminal."""
        self._clear()

    def report(self, row: Mapping[str, float]) -> None:
        """The line of a finished epoch."""
        self._clear()
        self.spent.append(row["seconds"])
        if self.console.is_terminal:
            self.console.print(harmless(self.line(row)), highlight=False, markup=False)

    def line(self, row: Mapping[str, float]) -> str:
        """An epoch in one line.

        >>> Bar(3).line({"epoch": 1, "seconds": 0.5, "train total": 12.25})
        'epoch 1/3  loss 12.25  0.50 s  0:00:00 to go'
        """
        done = int(row["epoch"]) - self.before
        parts = [f"{self.title} {done:>{len(str(self.epochs))}}/{self.epochs}", f"loss {row[TRAIN + TOTAL]:.6g}"]
        parts += [f"valid {row[VALID + TOTAL]:.6g}"] if VALID + TOTAL in row else []
        mean = sum(self.spent) / max(len(self.spent), 1)
        left = timedelta(seconds=round(mean * (self.epochs - done)))
        return "  ".join([*parts, f"{row['seconds']:.2f} s", f"{left} to go"])

    def _clear(self) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None
