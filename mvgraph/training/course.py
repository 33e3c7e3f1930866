"""The course of a run: its stages one after another, each trained by Lightning from where the one before ended."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.callbacks import EarlyStopping as Patience
from torch.linalg import LinAlgError  # type: ignore[attr-defined]  # torch does not say that it is public

from mvgraph.data.batch import Batch
from mvgraph.data.tables import DataWarning
from mvgraph.errors import UsageError
from mvgraph.module.model import Model
from mvgraph.processes import is_first
from mvgraph.spec.model import EarlyStopping
from mvgraph.spec.moves import moves
from mvgraph.training.errors import Diverged, Failed, Interrupted, NotFinite
from mvgraph.training.folder import STATE, StateIO, read_state, write_curves, write_metrics
from mvgraph.training.keeping import Keeper
from mvgraph.training.metering import TOTAL
from mvgraph.training.module import MOMENTS, TRAIN, VALID, Fitting
from mvgraph.training.playing import Playing
from mvgraph.training.progress import Bar
from mvgraph.training.resuming import kept
from mvgraph.training.stages import Moments, Stage
from mvgraph.training.trial import ASTRAY, limits

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
        limits: for each stage the losses, by name, from which on its training has gone astray; of `prepare`.
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
    limits: Sequence[Mapping[str, float]] = ()

    def run(self, state: dict[str, Any] | None) -> None:
        """Every stage in its turn; those that a state has behind it are left out."""
        begun = -1 if state is None else int(kept(state)["stage"])
        for stage in (s for s in self.stages if s.number >= begun):
            self._begin(stage)
            if state is not None and stage.number == begun:
                self._return(stage, state)
            else:
                self._train(self._fitting(stage), None)

    def prepare(self) -> None:
        """Refuse at once what a step of any stage, or the trainer, would refuse; see what losses are without training.

        Raises:
            DataError, UsageError: data, a stage or an argument that training cannot take.
        """
        self.limits = [limits(self.model, s, self.rows, self.held, self.size) for s in self.stages]
        for stage in self.stages:
            module = self._fitting(stage)
            try:
                module.accept(self._trainer(stage))
            finally:
                module.rest.end()

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
        return made(
            self.model, self.rows, self.held, self.size, self.seed, stage, self.moments, self.limits[stage.number]
        )

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
        keeper, before = self.keeper, len(self.keeper.rows)
        try:
            trainer.fit(module, ckpt_path=start)
        except (KeyboardInterrupt, SystemExit):
            if keeper.interrupted is None:
                raise
        except Failed as failure:
            raise self._ended(failure) from None
        except LinAlgError:  # of a statistic, whose matrices are positive definite in exact numbers
            what = f"a matrix of the objective could not be factorised in step {module.at[0] + 1}"
            raise self._ended(NotFinite(what, module.look())) from None
        if len(keeper.rows) == before and keeper.folder is not None and (keeper.folder / STATE).exists():
            keeper.load_state_dict(kept(read_state(keeper.folder / STATE)))  # it was kept in another process
        if keeper.interrupted is not None:
            raise self.interrupted(keeper.interrupted)
        if keeper.astray:
            self._refuse(self._diverged(module))

    def _refuse(self, diverged: Diverged) -> None:
        """Raise, unless the best epoch is kept and there is one: then what went astray after it is told."""
        keeper = self.keeper
        if not (keeper.best and math.isfinite(keeper.least)):
            raise self._ended(diverged)
        told = diverged.problems[0]
        text = f"{diverged.what}; the weights are those of epoch {keeper.best_epoch}, the best before: {told.remedy}"
        warnings.warn(text, DataWarning, stacklevel=2)

    def _diverged(self, module: Fitting) -> Diverged:
        """What to raise where the last epochs of a stage went astray."""
        symptoms, steps = module.look(), [step for _, step in module.meter.suspects()]
        loss, number = self.keeper.rows[-1][TRAIN + TOTAL], len(self.keeper.rows)
        usual = module.meter.limits[TOTAL] / ASTRAY
        since = f", from step {steps[0] + 1} on" if steps else ""
        what = f"training has diverged{since}: the loss is {loss:.3g} after epoch {number}, and {usual:.3g} untrained"
        return Diverged(what, symptoms)

    def _ended(self, failure: Failed) -> Failed:
        """A failure with what is kept; the curves are drawn as far as they go."""
        keeper = self.keeper
        if keeper.folder is not None and keeper.kept and is_first():
            write_metrics(keeper.folder, keeper.rows)
            write_curves(keeper.folder, keeper.rows, self.phases)
        return failure.with_folder(keeper.folder, keeper.kept)

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
