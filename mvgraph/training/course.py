"""The course of a run: its stages one after another, each trained by Lightning from where the one before ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.callbacks import EarlyStopping as Patience

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.module.model import Model
from mvgraph.processes import is_first
from mvgraph.spec.model import EarlyStopping
from mvgraph.spec.moves import moves
from mvgraph.training.errors import Interrupted
from mvgraph.training.folder import STATE, StateIO, read_state, write_curves
from mvgraph.training.keeping import Keeper
from mvgraph.training.metering import TOTAL
from mvgraph.training.module import MOMENTS, VALID, Fitting
from mvgraph.training.playing import Playing
from mvgraph.training.progress import Bar
from mvgraph.training.resuming import kept
from mvgraph.training.stages import Moments, Rest, Stage

OWN = {
    "max_epochs": "epochs",
    "enable_checkpointing": "out",
    "default_root_dir": "out",
    "enable_progress_bar": "progress",
}


@dataclass
class Course:
    """What all stages of a run share.

    Arguments:
        model: the compiled model.
        rows: data to train on.
        held: data to judge by, if any.
        size: rows of a step.
        seed: where every draw comes from.
        stages: what is done, in this order.
        keeper: keeps every epoch.
        bar: shows progress, if anything does.
        patience: when a stage ends before its time; None for never.
        arguments: the user's own for Lightning's `Trainer`, the same in every stage.
        moments: what the optimizers of the stages so far remember.
    """

    model: Model
    rows: Batch
    held: Batch | None
    size: int
    seed: int
    stages: Sequence[Stage]
    keeper: Keeper
    bar: Bar | None
    patience: EarlyStopping | None
    arguments: Mapping[str, Any]
    moments: Moments = field(default_factory=Moments)

    def run(self, state: dict[str, Any] | None) -> None:
        """Every stage in its turn; those that a state has behind it are left out."""
        self._try()
        self.model.train()
        begun = -1 if state is None else int(kept(state)["stage"])
        for stage in (s for s in self.stages if s.number >= begun):
            self._begin(stage)
            if state is not None and stage.number == begun:
                self._return(stage, state)
            else:
                self._train(self._fitting(stage), None)

    def _try(self) -> None:
        """Refuse at once what a later phase would refuse: missing views, and an objective of frozen parts only."""
        for stage in (s for s in self.stages if s.phase is not None):
            for batch in (self.rows, *([] if self.held is None else [self.held])):
                self.model.require_complete(batch, stage.phase)
            rest = Rest(self.model, stage)
            rest.require_some(self.rows.rows(torch.arange(min(self.size, len(self.rows)))))
            rest.end()

    def _begin(self, stage: Stage) -> None:
        self.keeper.begin(stage)
        if stage.forget:
            self.moments = Moments()

    def _return(self, stage: Stage, state: dict[str, Any]) -> None:
        """Go on with a stage that was interrupted, or past its end."""
        self.keeper.load_state_dict(kept(state))
        self.moments = Moments(state[MOMENTS])
        module = self._fitting(stage)
        if not self.keeper.done:
            assert self.keeper.folder is not None
            self._train(module, self.keeper.folder / STATE)
            return
        module.load_state_dict(state["state_dict"])
        module.rest.end()
        if stage.last:
            self.keeper.finish(module)

    def _fitting(self, stage: Stage) -> Fitting:
        made = Playing if moves(stage.spec(self.model.spec)) else Fitting
        return made(self.model, self.rows, self.held, self.size, self.seed, stage, self.moments)

    def _train(self, module: Fitting, start: Path | None) -> None:
        """One stage, from the state in the file `start` where it is given."""
        stage = module.stage
        if self.bar is not None:
            self.bar.begin(stage, self.keeper.start)
        trainer = self._trainer(stage)
        try:
            self._fit(trainer, module, start)
        finally:
            module.rest.end()
        self.keeper.finish(module)
        if stage.last:
            return
        self.moments = Moments(module.remembered())
        if self.keeper.best and self.keeper.folder is not None:
            trainer.save_checkpoint(self.keeper.folder / STATE)  # the next stage starts from the best epoch of this one

    def _fit(self, trainer: lightning.Trainer, module: Fitting, start: Path | None) -> None:
        module.accept(trainer)
        keeper, before = self.keeper, len(self.keeper.rows)
        try:
            trainer.fit(module, ckpt_path=start)
        except (KeyboardInterrupt, SystemExit):
            if keeper.interrupted is None:
                raise
        if len(keeper.rows) == before and keeper.folder is not None and (keeper.folder / STATE).exists():
            keeper.load_state_dict(kept(read_state(keeper.folder / STATE)))  # it was kept in another process
        if keeper.interrupted is not None:
            raise self.interrupted(keeper.interrupted)

    def interrupted(self, signum: Signals) -> Interrupted:
        """What to raise where a signal ended training; the curves are drawn as far as they go."""
        keeper = self.keeper
        if keeper.folder is not None and is_first():
            write_curves(keeper.folder, keeper.rows[: keeper.kept], self.phases)
        return Interrupted(keeper.folder, keeper.kept, sum(s.epochs for s in self.stages), signum)

    @property
    def phases(self) -> tuple[str, ...]:
        """The phases by name; none where the spec has none."""
        return tuple(s.phase for s in self.stages if s.phase is not None)

    def _trainer(self, stage: Stage) -> lightning.Trainer:
        taken = [a for a in self.arguments if a in OWN]
        if taken:
            raise UsageError(f"'{taken[0]}' is set by {OWN[taken[0]]}")
        own = [*self._patience(), *([self.bar] if self.bar is not None else []), self.keeper]
        given = {"logger": False, "enable_model_summary": False, "num_sanity_val_steps": 0, **self.arguments}
        given |= {} if self.held is not None else {"limit_val_batches": 0}
        given["callbacks"] = [*_listed(self.arguments.get("callbacks")), *own]
        given["plugins"] = [*_listed(self.arguments.get("plugins")), StateIO()]
        folder = self.keeper.folder
        return lightning.Trainer(max_epochs=stage.epochs, enable_progress_bar=False, default_root_dir=folder, **given)

    def _patience(self) -> list[Callback]:
        """A rule of its own for every stage: what it watches is another objective."""
        rule = self.patience
        if rule is None:
            return []
        if self.held is None:
            raise UsageError("early stopping watches the validation loss; give validation rows")
        return [Patience(VALID + TOTAL, min_delta=rule.least, patience=rule.patience, check_on_train_epoch_end=False)]


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
