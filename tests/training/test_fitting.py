"""Training: clocks, clipping, early stopping, and what is refused."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.loggers import CSVLogger
from rich.console import Console
from typing_extensions import override

from mvgraph.data.batch import Batch
from mvgraph.data.tables import DataWarning
from mvgraph.data.validation import batch
from mvgraph.errors import DataError, UsageError
from mvgraph.module.model import Loss, Model
from mvgraph.spec.model import EarlyStopping
from mvgraph.training.errors import NotFinite
from mvgraph.training.progress import Bar
from mvgraph.vocab.param import Clock

from .models import rows, same, small, train, watched, weights


def test_learns() -> None:
    run = train(watched("training.optimizer={adam: {lr: 0.02}}"), epochs=15)
    assert run.metrics[-1]["train total"] < run.metrics[0]["train total"]
    assert run.metrics[-1]["valid total"] < run.metrics[0]["valid total"]


def test_the_clock_reaches_the_model() -> None:
    model = watched()
    train(model, epochs=2, fraction=0.0)
    assert model.clocks == [Clock(step, 3) for step in range(6)]
    model = watched()
    train(model, epochs=2, fraction=0.0, accumulate_grad_batches=3)
    assert model.clocks == [Clock(step, 1) for step in (0, 0, 0, 1, 1, 1)]


class Counting(Model):
    """A model whose loss of a batch is the mean of the first entries of view a."""

    def loss(self, batch: Batch, **options: Any) -> Loss:
        """The mean, with a gradient that does nothing."""
        found = super().loss(batch, **options)
        mean = batch.views["a"][:, 0].mean()
        return Loss(mean + 0 * found.total, {"minus": -mean}, found.rows)


def test_the_means_are_means_over_rows() -> None:
    data = batch(small(), rows())
    run = train(Counting(small()), data, epochs=1, batch_size=7, valid=range(10))
    for part, held in (("train", range(10, 24)), ("valid", range(10))):
        mean = float(data.views["a"][list(held), 0].mean())
        assert run.metrics[0][f"{part} total"] == pytest.approx(mean, rel=1e-5)
        assert run.metrics[0][f"{part} minus"] == pytest.approx(-mean, rel=1e-5)


def test_an_epoch_that_was_cut_short_is_not_kept(tmp_path: Any) -> None:
    run = train(watched(), epochs=4, out=tmp_path / "run", max_steps=4, fraction=0.0)
    assert len(run.metrics) == 1
    whole = train(watched(), epochs=4, out=tmp_path / "run", fraction=0.0, resume=True)
    assert same(weights(whole.model), weights(train(watched(), epochs=4, fraction=0.0).model))


def test_full_batch() -> None:
    model = watched()
    train(model, batch_size="full", fraction=0.0)
    assert [len(r) for r in model.rows] == [24, 24, 24]


def test_takes_batches_and_given_validation_rows() -> None:
    data = batch(small(), rows(), ids=[f"r{i}" for i in range(24)])
    one = train(watched(), data, valid=["r1", "r2"])
    two = train(watched(), data, valid=[1, 2])
    three = train(watched(), rows(), valid=rows(6))
    assert one.metrics[-1]["valid total"] == two.metrics[-1]["valid total"] != three.metrics[-1]["valid total"]


class Norms(Callback):
    """The gradient just before every step."""

    def __init__(self) -> None:
        self.norms: list[float] = []
        self.peaks: list[float] = []

    @override
    def on_before_zero_grad(self, trainer: Trainer, pl_module: LightningModule, optimizer: Any) -> None:
        """Look, after clipping of the step before."""
        grads = [p.grad for p in pl_module.parameters() if p.grad is not None]
        if grads:
            flat = torch.cat([g.flatten() for g in grads])
            self.norms.append(float(flat.norm()))
            self.peaks.append(float(flat.abs().max()))


@pytest.mark.parametrize(
    ("clip", "norm", "peak"),
    [("{norm: 0.1}", 0.1, np.inf), ("{value: 0.01}", np.inf, 0.01), ("{norm: 0.1, value: 0.01}", 0.1, 0.01)],
)
def test_clips_gradients(clip: str, norm: float, peak: float) -> None:
    free, clipped = Norms(), Norms()
    train(watched(), epochs=2, callbacks=[free])
    train(watched(f"training.clip={clip}"), epochs=2, callbacks=[clipped])
    assert min(free.norms) > 0.2
    assert clipped.norms
    assert max(clipped.norms) <= norm * (1 + 1e-5)
    assert max(clipped.peaks) <= peak * (1 + 1e-5)


def test_the_trainer_may_clip_too() -> None:
    norms = Norms()
    train(watched("training.clip={norm: 0.1}"), epochs=1, callbacks=[norms], gradient_clip_val=0.2)
    assert max(norms.norms) == pytest.approx(0.2, rel=1e-4)


def test_stops_early(tmp_path: Any) -> None:
    model = watched("training.optimizer={sgd: {lr: 1.0e-12}}", "params.beta=1")
    run = train(model, epochs=20, early_stopping=EarlyStopping(patience=2, least=1.0), out=tmp_path / "run")
    assert len(run.metrics) == 3
    again = train(
        watched("training.optimizer={sgd: {lr: 1.0e-12}}", "params.beta=1"),
        epochs=20,
        early_stopping=2,
        out=tmp_path / "run",
        resume=True,
    )
    assert len(again.metrics) == 3
    by_spec = train(watched("training.early_stopping={patience: 1, least: 1000}", "params.beta=1"), epochs=20)
    assert len(by_spec.metrics) == 2
    with pytest.raises(UsageError, match="early stopping watches the validation loss"):
        train(watched(), early_stopping=2, fraction=0.0)


class Failing(Model):
    """A model whose first term is infinite from some step on."""

    def loss(self, batch: Batch, **options: Any) -> Loss:
        """The loss, until it fails."""
        found = super().loss(batch, **options)
        if options["clock"].step < 4:
            return found
        first = next(iter(found.terms))
        return Loss(found.total * np.inf, {**found.terms, first: found.terms[first] * np.inf}, found.rows)


def test_a_loss_that_is_not_finite_is_named(tmp_path: Any) -> None:
    with pytest.raises(NotFinite, match=r"the loss was not finite in step 5: .*log p\(x\.a"):
        train(Failing(small()), out=tmp_path / "run", fraction=0.0)
    state = torch.load(tmp_path / "run" / "state.ckpt", weights_only=True)
    assert state["epoch"] == 0
    assert all(torch.isfinite(v).all() for v in state["state_dict"].values())


def test_parameters_that_are_not_finite_never_replace_good_ones(tmp_path: Any) -> None:
    with pytest.raises(NotFinite, match=r"the parameter .* was not finite after epoch 1|was not finite in step 2"):
        train(watched("training.optimizer={sgd: {lr: 1000}}"), out=tmp_path / "run", batch_size=12)
    assert not (tmp_path / "run" / "state.ckpt").exists()


def test_rows_without_any_view_are_skipped_and_counted() -> None:
    data = rows()
    data["a"][-1] = np.nan
    with pytest.warns(DataWarning, match="1 of 24 rows have no view and are skipped"):
        train(watched(), data, epochs=1)
    whole = Batch({n: torch.zeros(2, 3) for n in "ab"}, torch.tensor([[True, True], [False, False]]))
    with pytest.warns(DataWarning, match="1 of 2 rows"):
        train(watched(), whole, epochs=1, fraction=0.0)


def test_refuses() -> None:
    with pytest.raises(DataError, match="one row cannot be split"):
        train(watched(), {n: np.zeros((1, 3)) for n in "ab"})
    with pytest.raises(UsageError, match="epochs is a whole number from 1 up, not 0"):
        train(watched(), epochs=0)
    for name, odd in [("batch_size", -1), ("batch_size", "a"), ("batch_size", 2.5), ("epochs", 1.5), ("epochs", True)]:
        with pytest.raises(UsageError, match=f"{name} is a whole number from 1 up, not {odd!r}"):
            train(watched(), **{name: odd})
    for name, odd in [("epochs", 10**20), ("epochs", math.inf), ("early_stopping", 0), ("early_stopping", -1)]:
        with pytest.raises(UsageError, match=f"{name} is a whole number from 1 up"):
            train(watched(), **{name: odd})
    for odd in (None, -1, 0.5, "a"):
        with pytest.raises(UsageError, match=f"seed is a whole number from 0 up, not {odd!r}"):
            train(watched(), seed=odd)
    with pytest.raises(UsageError, match="'max_epochs' is set by epochs"):
        train(watched(), max_epochs=3)
    with pytest.raises(DataError, match="the batch has the views a, the spec a, b"):
        train(watched(), Batch({"a": torch.zeros(4, 3)}, torch.ones(4, 1, dtype=torch.bool)))
    with pytest.raises(DataError, match="view 'a' has rows of shape"):
        train(watched(), {n: np.zeros((4, 2)) for n in "ab"})


def test_learnt_numbers_are_projected_after_every_step() -> None:
    class Projected(Model):
        calls = 0

        def project(self) -> None:
            super().project()
            self.calls += 1

    model = Projected(small())
    train(model, epochs=2, fraction=0.0)
    assert model.calls == 6


def test_double_precision() -> None:
    model = watched()
    run = train(model, epochs=1, precision="64-true")
    assert all(p.dtype == torch.float64 for p in run.model.parameters())


def test_is_silent_but_on_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    train(watched(), epochs=1, progress=True)
    assert capfd.readouterr() == ("", "")
    out = io.StringIO()
    train(watched(), epochs=2, callbacks=[bar := Bar(2, Console(file=out, force_terminal=True, width=80))])
    bar.report({"epoch": 1, "seconds": 0.25, "train total": 3.0, "valid total": 2.0})
    assert "epoch 1/2  loss 3  valid 2  0.25 s  0:00:00 to go" in out.getvalue()


def test_trains_in_place() -> None:
    model = watched()
    before = weights(model)
    assert train(model, epochs=1).model is model
    assert not same(before, weights(model))


def test_loggers_are_told_the_settings(tmp_path: Path) -> None:
    logger = CSVLogger(tmp_path)
    train(watched("training.optimizer={adam: {lr: 0.02}}"), epochs=1, seed=3, logger=logger)
    told = yaml.safe_load((Path(logger.log_dir) / "hparams.yaml").read_text())
    assert (told["seed"], told["batch_size"], told["p.z.dim"]) == (3, 8, 2)
    assert told["training.optimizer.adam.lr"] == 0.02
    assert told["params.beta.linear.epochs"] == 4
