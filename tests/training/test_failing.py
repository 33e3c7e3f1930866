"""Runs that fail: seen, told by cause and first term, with what is kept of them."""

from __future__ import annotations

import re
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback
from typing_extensions import override

from mvgraph.data.tables import DataWarning
from mvgraph.data.validation import batch
from mvgraph.errors import DataError, UsageError
from mvgraph.module.model import Loss, Model, compile  # noqa: A004 - the public verb
from mvgraph.spec import zoo
from mvgraph.spec.reading import load
from mvgraph.training.errors import Diverged, Failed, NotFinite, Unwritten
from mvgraph.training.run import Run
from mvgraph.training.stages import stages
from mvgraph.training.trial import limits

from .models import NETWORK, VIEW, files, rows, same, small, train, watched, weights

HASTY = "training.optimizer={adam: {lr: 10}}"
PLAIN = ("params.beta=1",)


def model_of(name: str, *sets: str, shapes: tuple[int, int] = (5, 10)) -> Model:
    views = {view: {"shape": [size]} for view, size in zip("ab", shapes, strict=True)}
    return compile(load(name, views=views, view_defaults={"encoder": NETWORK, "decoder": NETWORK}, sets=sets), seed=0)


def clinical(count: int = 300) -> dict[str, Any]:
    """Age, blood pressure and the like, in the units in which they are measured; and a view that is standardised."""
    r = np.random.default_rng(1)
    columns = [(55, 15), (130, 18), (75, 14), (200, 40), (26, 4)]
    return {"a": np.stack([r.normal(m, s, count) for m, s in columns], 1), "b": r.normal(size=(count, 10))}


def factors(count: int = 96) -> dict[str, Any]:
    """Standardised views of two hidden directions."""
    r = np.random.default_rng(0)
    hidden = r.normal(size=(count, 2))
    found = {v: hidden @ r.normal(size=(2, n)) + 0.3 * r.normal(size=(count, n)) for v, n in (("a", 5), ("b", 10))}
    return {view: x / x.std(0) for view, x in found.items()}


def test_a_loss_that_explodes_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(Diverged, match=r"has diverged, from step \d+ on: the loss is .*e\+\d+ after") as caught:
        train(model_of("mmvae", HASTY), factors(), epochs=3, out=tmp_path / "deep" / "run")
    message = str(caught.value)
    assert "the first term to go is " in message
    assert "nothing is kept of it" in message
    assert "remedy: lower the learning rate (10); clip gradients" in message
    assert caught.value.epochs == 0
    assert files(tmp_path) == set()


def test_a_run_that_explodes_does_not_go_on_to_its_end() -> None:
    with pytest.raises(Diverged, match="after epoch 5"):
        train(model_of("mmvae", HASTY), factors(), epochs=50)


@pytest.mark.parametrize("name", ["ae", "mmvae", "mmvae_dreg", "mmvae_tight", "mwae", "cmvae", "maae_compat", "mvae"])
@pytest.mark.parametrize("rate", [10, 100])
def test_too_high_a_rate_is_seen(name: str, rate: float) -> None:
    """It fails, and never ends as a success with a loss of another order."""
    model = model_of(name, f"training.optimizer.adam.lr={rate}")
    with pytest.raises(Failed) as caught:
        train(model, factors(), epochs=3, batch_size=16, fraction=0.0)
    assert caught.value.symptoms.rate == rate
    assert caught.value.symptoms.terms


@pytest.mark.parametrize("name", zoo.names())
def test_no_reference_spec_is_taken_for_a_failure(name: str) -> None:
    """The loss stays far below the limit."""
    model = model_of(name)
    data = batch(model.spec, factors())
    bounds = [limits(model, stage, data, None, 16)["total"] for stage in stages(model.spec)]
    run = train(model, data, epochs=2, batch_size=16)
    assert all(row["train total"] < 0.1 * bounds[int(row.get("phase", 1)) - 1] for row in run.metrics)


def test_raw_units_are_told_with_their_remedy_first(tmp_path: Path) -> None:
    with pytest.raises(NotFinite) as caught:
        train(model_of("mopoe"), clinical(), epochs=3, batch_size=256, out=tmp_path / "run")
    (problem,) = caught.value.problems
    assert re.search(r"not finite in step [12]: the first term to go is [+-] ", problem.message)
    assert re.search(r"q\(z\|a\) has scales up to \S+; values of 'a' reach 3", problem.message)
    assert problem.remedy.startswith("standardise the columns of 'a'; lower the learning rate (")
    assert problem.message.count("log p(") <= 1
    assert files(tmp_path) == set()


def test_values_that_are_standardised_are_not_to_blame() -> None:
    with pytest.raises(Failed) as caught:
        train(model_of("mvae", HASTY), factors())
    assert not caught.value.symptoms.values
    assert caught.value.problems[0].remedy.startswith("lower the learning rate (10)")


def test_a_statistic_that_cannot_be_computed_is_a_failure_too() -> None:
    with pytest.raises(NotFinite, match=r"matrix of the objective could not be factorised in step \d+: .*nothing is"):
        train(model_of("dcca", "training.optimizer={adam: {lr: 100}}"), factors(), epochs=3, batch_size=32)


def test_a_learnt_weight_that_runs_away_is_named() -> None:
    model = model_of("mvae", "params.beta={learnt: {init: -1}}", "training.optimizer={adam: {lr: 30}}")
    with pytest.raises(Failed, match="the learnt 'beta' is -") as caught:
        train(model, factors(), epochs=200)
    assert caught.value.problems[0].remedy.startswith("keep 'beta' between bounds: {learnt: {clamp: [0, 1]}}")


class Exploding(Model):
    """A model whose loss is of another order from some step on, for some steps."""

    first, last = 6, 10**9

    def loss(self, batch: Any, **options: Any) -> Loss:
        """The loss, until it explodes."""
        found = super().loss(batch, **options)
        factor = 1e6 if self.training and self.first <= options["clock"].step < self.last else 1.0
        name = next(iter(found.terms))
        return Loss(found.total * factor, {**found.terms, name: found.terms[name] * factor}, found.rows, found.players)


def test_the_last_state_before_is_kept(tmp_path: Path) -> None:
    torch.manual_seed(1)
    with pytest.raises(Diverged, match=r"from step 7 on: the loss is .* after epoch 7.* holds the state after epoch 2"):
        train(Exploding(small()), epochs=20, out=tmp_path / "run", fraction=0.0)
    torch.manual_seed(1)
    until = train(Exploding(small()), epochs=2, fraction=0.0)
    kept = Run.load(tmp_path / "run")
    assert same(weights(kept.model), weights(until.model))
    assert len(kept.metrics) == 7  # the curves show how it went


def test_a_loss_that_comes_back_is_no_failure(tmp_path: Path) -> None:
    class Passing(Exploding):
        last = 12

    torch.manual_seed(1)
    run = train(Passing(small()), epochs=6, out=tmp_path / "run", fraction=0.0)
    assert len(run.metrics) == 6
    assert same(weights(Run.load(tmp_path / "run").model), weights(run.model))


def test_the_best_epoch_before_is_kept_and_told(tmp_path: Path) -> None:
    torch.manual_seed(1)
    with pytest.warns(DataWarning, match=r"from step 7 on.*; the weights are those of epoch \d, the best before"):
        run = train(Exploding(small()), epochs=4, out=tmp_path / "run", fraction=0.0, best=True)
    torch.manual_seed(1)
    best = min(run.metrics, key=lambda row: row["train total"])["epoch"]
    until = train(Exploding(small()), epochs=int(best), fraction=0.0)
    assert same(weights(run.model), weights(until.model))
    assert same(weights(Run.load(tmp_path / "run").model), weights(until.model))


def odd(size: float = 1e25) -> Any:
    """Rows of which the third last, which is held out, has a huge value."""
    data = rows()
    data["a"][20] = size
    return batch(small(), data, ids=[f"r{i}" for i in range(24)])


def test_a_validation_loss_that_is_not_finite_is_told_once() -> None:
    with pytest.warns(DataWarning, match=r"loss is not finite after epoch 1: the first .*x\.a.*rows are r20") as seen:
        run = train(watched(*PLAIN), odd(), valid=["r19", "r20"])
    assert len(seen) == 1
    assert len(run.metrics) == 3


@pytest.mark.parametrize("options", [{"early_stopping": 2}, {"best": True}])
def test_nothing_is_decided_by_a_validation_loss_that_is_not_finite(tmp_path: Path, options: Any) -> None:
    with pytest.raises(NotFinite, match=r"the rows are r20; .*\n  remedy: look at these rows, or leave them out"):
        train(watched(*PLAIN), odd(), valid=["r19", "r20"], out=tmp_path / "run", **options)
    assert files(tmp_path) == set()


@pytest.mark.parametrize("held", [[3], [5]])
def test_a_refusal_leaves_nothing_and_names_the_row(tmp_path: Path, held: list[int]) -> None:
    """Also where the row is to judge by, which is looked at after an epoch."""
    data = rows()
    data["b"][-1] = data["b"][0]
    data["b"][5] = np.nan
    for _ in range(2):  # the folder is not "not empty" the second time
        with pytest.raises(DataError, match="needs every view, and row 5 lacks one"):
            train(compile(load("jmvae", views={"a": VIEW, "b": VIEW})), data, valid=held, out=tmp_path / "deep" / "run")
        assert files(tmp_path) == set()


def test_a_refusal_leaves_the_folder_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    for options in ({"max_epochs": 3}, {"early_stopping": 2, "fraction": 0.0}, {"gradient_clip_val": "a"}):
        with pytest.raises((UsageError, TypeError)):
            train(watched(), out=tmp_path / "run", **options)
        assert files(tmp_path) == {"run"}


def test_a_failure_of_a_resumed_run_leaves_what_was_kept(tmp_path: Path) -> None:
    train(watched(), epochs=1, out=tmp_path / "run")
    before = {p: p.read_bytes() for p in (tmp_path / "run").iterdir()}
    with pytest.raises(UsageError):
        train(watched(), epochs=2, out=tmp_path / "run", resume=True, max_epochs=3)
    assert {p: p.read_bytes() for p in (tmp_path / "run").iterdir()} == before


class Limit(Callback):
    """What goes wrong with the disk in the second epoch: files that are too large, a folder that vanishes."""

    def __init__(self, folder: Path, size: int | None) -> None:
        self.folder, self.size = folder, size

    @override
    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Let it go wrong."""
        if trainer.current_epoch == 1 and self.size is None:
            shutil.rmtree(self.folder)
        elif trainer.current_epoch == 1 and self.size is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


@pytest.fixture
def unlimited() -> Iterator[None]:
    """The limit of file sizes, put back."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("part", ["weights.safetensors", "state.ckpt"])
def test_a_full_disk_is_told_and_the_state_stays_whole(tmp_path: Path, part: str) -> None:
    folder = tmp_path / "run"
    train(watched(), epochs=1, out=tmp_path / "one")
    size = (tmp_path / "one" / part).stat().st_size - 100  # what is written before it is smaller
    with pytest.raises(
        Unwritten, match=f"{part}' cannot be written: file too large; .*the state after epoch 1"
    ) as caught:
        train(watched(), epochs=3, out=folder, callbacks=[Limit(folder, size)])
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.getrlimit(resource.RLIMIT_FSIZE)[1],) * 2)
    assert caught.value.epochs == 1
    assert not list(folder.glob(".*"))
    again = train(watched(), epochs=3, out=folder, resume=True)
    assert same(weights(again.model), weights(train(watched(), epochs=3).model))


def test_a_folder_that_vanishes_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(Unwritten, match="cannot be written: no such file or directory; nothing is kept of the run"):
        train(watched(), epochs=3, out=folder, callbacks=[Limit(folder, None)])
    assert files(tmp_path) == set()


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritten, match="cannot be written: not a directory; nothing is kept"):
        train(watched(), epochs=1, out=tmp_path / "file" / "run")
