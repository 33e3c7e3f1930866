"""The step of training as Lightning wants it: data resident in memory, randomness by counter."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import lightning
import torch
from lightning.pytorch.plugins.precision import MixedPrecision
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.data.seeding import Purpose, number, permutation
from mvgraph.errors import Problem, UsageError
from mvgraph.spec.writing import leaves, tree
from mvgraph.training.cutting import cuts
from mvgraph.training.errors import NotFinite
from mvgraph.training.metering import TOTAL, Meter
from mvgraph.training.stages import Moments, Rest, Stage, State
from mvgraph.training.symptoms import Symptoms, look
from mvgraph.vocab.optimizer import Optimizer
from mvgraph.vocab.param import Clock

if TYPE_CHECKING:
    from mvgraph.module.model import Loss, Model

TRAIN, VALID = "train ", "valid "
MOMENTS = "moments"
ONLY = Stage()
LOOK_EVERY = 100  # steps between two looks at a device's values


class Fitting(lightning.LightningModule):
    """A model, its data, and the seed from which every draw follows.

    The rows of epoch e are shuffled by (seed, e); the noise of step t and the draws inside networks (dropout) come
    from (seed, t). So nothing depends on what was drawn before, and a resumed run goes on as an unbroken one would.

    Arguments:
        model: the compiled model.
        data: rows to train on.
        valid: rows to judge by, if any.
        size: rows of a step, over all processes.
        seed: where every draw comes from.
        stage: which of the model's objectives, and what rests meanwhile.
        moments: what optimizers of earlier stages remember.
        limits: the losses, by name, from which on training has gone astray.

    `astray` is whether the last epoch ended so; `failing` what is wrong with the validation loss, if anything.
    """

    def __init__(
        self,
        model: Model,
        data: Batch,
        valid: Batch | None,
        size: int,
        seed: int,
        stage: Stage = ONLY,
        moments: Moments | None = None,
        limits: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__()
        self.model = model
        self.data = data
        self.valid = valid
        self.size = size
        self.seed = seed
        self.stage = stage
        self.moments = moments or Moments()
        written = {key: part for key, part in tree(model.spec).items() if key != "about"}
        self.save_hyperparameters({**dict(leaves(written)), "seed": seed, "batch_size": size})  # for loggers
        self.rest = Rest(model, stage)
        self.cuts = self._cut(data)
        self.valid_cuts = self._cut(valid) if valid is not None else []
        self.order = torch.arange(len(data))  # (row,)
        self.meter = Meter(limits)
        self.valid_meter = Meter()
        self.row: dict[str, float] = {}
        self.at = (0, torch.arange(0))  # the step, and its rows
        self.astray = False
        self.failing: NotFinite | None = None

    def train_dataloader(self) -> range:
        """The numbers of an epoch's steps; rows are sliced inside the step."""
        return range(len(self.cuts))

    def val_dataloader(self) -> range:
        """The numbers of the validation steps."""
        return range(len(self.valid_cuts))

    def accept(self, trainer: lightning.Trainer) -> None:
        """Refuse a trainer that cannot do what this needs: make one step of several batches, where a batch is more.

        Raises:
            UsageError: it would.
        """
        several = trainer.accumulate_grad_batches * trainer.world_size
        if self.model.plan.batchwise and several > 1:
            what = "gradient accumulation" if trainer.accumulate_grad_batches > 1 else "several devices"
            message = f"a statistic of the batch is no mean over its parts, so {what} would train something else"
            raise UsageError(Problem("MVG805", ("training",), message, "write a larger batch_size instead"))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The spec's optimizer over all parameters that learn; Adam where it names none."""
        word = self.model.spec.training.optimizer or Optimizer.read("adam")
        optimizer = word.build([p for p in self.model.parameters() if p.requires_grad])
        self.moments.give(self.model, optimizer)
        return optimizer

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what the optimizers remember for the stages that follow."""
        checkpoint[MOMENTS] = {} if self.stage.last else self.remembered()

    def remembered(self) -> dict[str, State]:
        """What optimizers remember by now, for the stages that follow."""
        return self.moments.after(self.model, self.trainer.optimizers)

    def on_fit_start(self) -> None:
        """Move the data to where the model is, once."""
        like = next(p for p in self.model.parameters() if p.is_floating_point())
        self.data = self.data.to(like)
        self.valid = self.valid.to(like) if self.valid is not None else None

    def on_train_epoch_start(self) -> None:
        """Shuffle the rows, and start counting."""
        self.rest.hold()
        order = permutation(len(self.data), self.seed, Purpose.ORDER, self.epoch)
        self.order = torch.from_numpy(order).to(self.device)
        self.meter.restart()
        self.row = {}

    def training_step(self, batch: int, batch_idx: int) -> Tensor:
        """The loss of one slice of the rows."""
        step, every = self.place(batch)
        rows, share = self._share(every)
        self.at = step, rows
        loss = self._loss()
        self.count(loss, len(rows), step, batch_idx)
        return loss.total * share if share != 1 else loss.total

    def _loss(self) -> Loss:
        """The loss of the rows of the step, under its noise: the same whenever it is asked."""
        step, rows = self.at
        count = step * self.trainer.world_size + self.trainer.global_rank
        with self._randomness(count, Purpose.NOISE, Purpose.GLOBAL) as generator:
            found: Loss = self.model.loss(
                slice_of(self.data, rows), phase=self.stage.phase, clock=self.clock, generator=generator
            )
        return found

    def place(self, batch: int) -> tuple[int, Tensor]:
        """The number of a step, over all epochs, and its rows."""
        step = self.epoch * len(self.train_dataloader()) + batch
        return step, self.order[self.cuts[batch]]

    def count(self, loss: Loss, rows: int, step: int, batch_idx: int) -> None:
        """Count the loss of a step, and stop where it is not finite."""
        self.meter.add(loss, rows, step)
        if self.device.type == "cpu" or batch_idx % LOOK_EVERY == 0:
            self._refuse_infinite()

    def _refuse_infinite(self) -> None:
        step = self.meter.first_infinite
        if step is not None:
            raise NotFinite(f"the loss was not finite in step {step + 1}", self.look())

    def look(self) -> Symptoms:
        """What the model and its data look like, now that something is wrong."""
        terms = [name for name, _ in self.meter.suspects()]
        return look(self.model, slice_of(self.data, self.at[1]), self.data, terms, self.rates)

    @property
    def rates(self) -> list[float]:
        """The learning rates of all optimizers."""
        return [float(group["lr"]) for o in self.trainer.optimizers for group in o.param_groups]

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Refuse a gradient that is not finite while the parameters still are: they tell the cause.

        It is looked at now and then, and in all of the first steps, in which most of what goes wrong does so.
        """
        step, _ = self.at
        scaled = isinstance(self.trainer.precision_plugin, MixedPrecision) and self.trainer.precision_plugin.scaler
        if scaled or (step >= LOOK_EVERY and step % LOOK_EVERY):
            return  # a scale for half precision is found by trying, and steps with infinite gradients are left out
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        if not bool(torch.isfinite(torch.nn.utils.get_total_norm(gradients))):
            raise NotFinite(f"the norm of the gradient was not finite in step {step + 1}", self.look())

    def on_validation_epoch_start(self) -> None:
        """Start counting."""
        self.valid_meter = Meter()

    def validation_step(self, batch: int, batch_idx: int) -> None:
        """Count the loss of one slice of the validation rows.

        Every epoch is judged under the same noise and with schedules at their ends, so that losses compare.
        """
        cut = self.valid_cuts[batch]
        self.valid_meter.add(self._valid_loss(batch), cut.stop - cut.start, batch_idx)

    def _valid_loss(self, batch: int) -> Loss:
        assert self.valid is not None
        rows = torch.arange(len(self.valid), device=self.device)[self.valid_cuts[batch]]
        with self._randomness(batch, Purpose.VALID_NOISE, Purpose.VALID_GLOBAL) as generator:
            found: Loss = self.model.loss(slice_of(self.valid, rows), phase=self.stage.phase, generator=generator)
        return found

    def _failing(self, means: Mapping[str, float]) -> NotFinite:
        """What is wrong with a validation loss that is not finite: its terms, and its rows by name."""
        assert self.valid is not None
        with torch.no_grad():
            finite = [torch.isfinite(self._valid_loss(batch).rows) for batch in range(len(self.valid_cuts))]
        bad = (~torch.cat(finite)).nonzero().flatten()
        names = [self.valid.name(i) for i in bad.tolist()]
        terms = [n for n, v in means.items() if n != TOTAL and not math.isfinite(v)]
        found = look(self.model, self.valid.rows(bad), self.valid, terms, self.rates, names)
        return NotFinite(f"the validation loss is not finite after epoch {self.epoch + 1}", found)

    def on_validation_epoch_end(self) -> None:
        """Hand the validation loss to whoever watches it."""
        means = self.valid_meter.means()
        self.failing = None if math.isfinite(means[TOTAL]) else self._failing(means)
        self.row |= {VALID + n: v for n, v in means.items()}
        self.log(VALID + TOTAL, self.row[VALID + TOTAL])

    def on_train_epoch_end(self) -> None:
        """The epoch's means by name."""
        self._refuse_infinite()
        means = self.meter.means(lambda t: self.trainer.strategy.reduce(t, reduce_op="sum"))
        last = float(self.trainer.strategy.reduce(self.meter.last, reduce_op="mean"))
        self.astray = min(means[TOTAL], last) > self.meter.limits.get(TOTAL, math.inf)
        if not self.astray:
            self.meter.forget()
        self.row = {TRAIN + n: v for n, v in means.items()} | self.row
        if self.trainer.loggers:
            self.log_dict({n: v for n, v in self.row.items() if n != VALID + TOTAL})

    def optimizer_step(self, *args: Any, **kwargs: Any) -> None:
        """One step, and learnt params back into their bounds."""
        super().optimizer_step(*args, **kwargs)
        with torch.no_grad():
            self.model.project()

    def configure_gradient_clipping(
        self, optimizer: Any, gradient_clip_val: float | None = None, gradient_clip_algorithm: str | None = None
    ) -> None:
        """Clip as the Trainer was told, else as the spec says: the norm first, then values."""
        clip = self.model.spec.training.clip
        wanted = [("norm", clip.norm), ("value", clip.value)]
        if gradient_clip_val is not None:
            wanted = [(gradient_clip_algorithm or "norm", gradient_clip_val)]
        for algorithm, bound in wanted:
            if bound is not None:
                self.clip_gradients(optimizer, gradient_clip_val=bound, gradient_clip_algorithm=algorithm)

    @property
    def epoch(self) -> int:
        """The number of the epoch among those of all stages, from 0; what earlier stages left out is counted."""
        return self.stage.first + self.current_epoch

    @property
    def clock(self) -> Clock:
        """How far the stage has come: every stage has schedules of its own."""
        batches = int(self.trainer.num_training_batches)
        return Clock(self.finished, math.ceil(batches / self.trainer.accumulate_grad_batches))

    @property
    def finished(self) -> int:
        """Finished steps of the stage."""
        return int(self.trainer.global_step)

    def _cut(self, data: Batch) -> list[slice]:
        return cuts(len(data), self.size, whole=self.model.plan.batchwise)

    def _share(self, rows: Tensor) -> tuple[Tensor, float]:
        """This process's rows of a step, and the weight that makes the mean over processes the mean over rows."""
        world = self.trainer.world_size
        if world == 1:
            return rows, 1.0
        own = rows[self.trainer.global_rank :: world]
        return (own, world * len(own) / len(rows)) if len(own) else (rows[:1], 0.0)

    @contextmanager
    def _randomness(self, count: int, noise: Purpose, inside: Purpose) -> Iterator[torch.Generator]:
        """A generator for the draw numbered `count`, with torch's global one seeded and put back afterwards."""
        generator = torch.Generator(device=self.device).manual_seed(number(self.seed, noise, count))
        devices = [] if self.device.type == "cpu" else [self.device]
        with torch.random.fork_rng(devices, device_type=self.device.type if devices else "cuda"):
            torch.manual_seed(number(self.seed, inside, count))
            yield generator


def slice_of(data: Batch, rows: Tensor) -> Batch:
    """The rows without their ids, which no step needs."""
    return Batch({n: v[rows] for n, v in data.views.items()}, data.mask[rows])
