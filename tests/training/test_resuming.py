"""The same numbers every time: under one seed, and after an interruption."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning import LightningModule, Trainer
from typing_extensions import override

from mvgraph.errors import DataError, UsageError
from mvgraph.training.errors import Interrupted
from mvgraph.training.run import Run

from .models import Stop, rows, same, train, values, watched, weights


def test_one_seed_one_result() -> None:
    state = torch.random.get_rng_state()
    first, torch_state = watched(), torch.random.get_rng_state()
    one = train(first, seed=5)
    assert torch.equal(torch.random.get_rng_state(), torch_state)
    torch.rand(7)
    second = watched()
    torch.rand(3)
    two = train(second, seed=5)
    other = train(watched(), seed=6)
    assert same(weights(one.model), weights(two.model))
    assert values(one) == values(two) != values(other)
    assert first.rows == second.rows
    assert first.inside == second.inside
    torch.random.set_rng_state(state)


def test_every_epoch_sees_every_row_in_another_order() -> None:
    model = watched()
    train(model, fraction=0.0)
    epochs = [[a for rows in model.rows[i : i + 3] for a in rows] for i in (0, 3, 6)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(epochs[2])
    assert epochs[0] != epochs[1] != epochs[2]
    assert len(set(model.inside)) == 9


@pytest.mark.parametrize("stop", [Stop(2), Stop(2, 0), Stop(3, 2)])
def test_resumed_ends_as_unbroken(tmp_path: Path, stop: Stop) -> None:
    unbroken, broken, resumed = watched(), watched(), watched()
    whole = train(unbroken, epochs=5, out=tmp_path / "whole")
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(Interrupted, match=f"after {stop.epoch} of 5 epochs; '.*broken' holds the state") as caught:
        train(broken, epochs=5, out=tmp_path / "broken", callbacks=[stop])
    assert caught.value.folder == tmp_path / "broken"
    assert signal.getsignal(signal.SIGINT) is handler
    assert len(Run.load(tmp_path / "broken").metrics) == stop.epoch
    run = train(resumed, epochs=5, out=tmp_path / "broken", resume=True)
    assert same(weights(run.model), weights(whole.model))
    assert values(run) == values(whole)
    assert resumed.rows == unbroken.rows[stop.epoch * 3 :]
    assert resumed.inside == unbroken.inside[stop.epoch * 3 :]
    assert resumed.clocks == unbroken.clocks[stop.epoch * 3 :]
    kept = [(tmp_path / f / "weights.safetensors").read_bytes() for f in ("whole", "broken")]
    assert kept[0] == kept[1]


class Signal(Stop):
    """A signal from outside in the middle of an epoch."""

    def __init__(self, signum: signal.Signals) -> None:
        super().__init__(1)
        self.signum = signum

    @override
    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Send it."""
        if (trainer.current_epoch, batch_idx) == (self.epoch, self.batch):
            os.kill(os.getpid(), self.signum)


@pytest.mark.parametrize(
    ("signum", "answered"),
    [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGHUP, False), (signal.SIGTERM, True)],
)
def test_a_signal_keeps_the_last_epoch(tmp_path: Path, signum: signal.Signals, answered: bool) -> None:
    """Also where a handler of the user's own lets training go on: Lightning ends it."""
    heard: list[int] = []
    before = signal.getsignal(signum)
    if answered:
        signal.signal(signum, lambda number, _: heard.append(number))
    try:
        with pytest.raises(Interrupted, match=r"after 1 of 3 epochs; '.*run' holds the state after epoch 1") as caught:
            train(watched(), out=tmp_path / "run", callbacks=[Signal(signum)])
    finally:
        signal.signal(signum, before)
    assert caught.value.signum == signum
    assert heard == [signum] * answered
    run = train(watched(), out=tmp_path / "run", resume=True)
    assert same(weights(run.model), weights(train(watched()).model))


def test_a_signal_that_is_ignored_is_ignored(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        run = train(watched(), out=tmp_path / "run", callbacks=[Signal(signal.SIGHUP)])
    finally:
        signal.signal(signal.SIGHUP, before)
    assert len(run.metrics) == 3


def test_stopped_before_the_first_epoch_starts_anew(tmp_path: Path) -> None:
    with pytest.raises(Interrupted, match=r"after 0 of 3 epochs; '.*run' holds the spec and no state yet"):
        train(watched(), out=tmp_path / "run", callbacks=[Stop(0)])
    run = train(watched(), out=tmp_path / "run", resume=True)
    assert values(run) == values(train(watched()))


def test_a_finished_run_can_be_made_longer(tmp_path: Path) -> None:
    train(watched(), epochs=2, out=tmp_path / "run")
    again = watched()
    done = train(again, epochs=2, out=tmp_path / "run", resume=True)
    assert again.rows == []
    assert len(done.metrics) == 2
    longer = train(watched(), epochs=4, out=tmp_path / "run", resume=True)
    assert same(weights(longer.model), weights(train(watched(), epochs=4).model))


def test_without_a_folder_nothing_is_kept() -> None:
    with pytest.raises(Interrupted, match="nothing is kept"):
        train(watched(), callbacks=[Stop(1)])


def test_refuses_to_go_on_with_another_run(tmp_path: Path) -> None:
    train(watched(), epochs=1, out=tmp_path / "run", seed=1)
    with pytest.raises(UsageError, match="its seed was another: 1 then, 2 now"):
        train(watched(), out=tmp_path / "run", seed=2, resume=True)
    with pytest.raises(UsageError, match=r"its (batch size|training rows) was another"):
        train(watched(), rows(12), out=tmp_path / "run", seed=1, resume=True)
    with pytest.raises(UsageError, match="its spec was another"):
        train(watched("p.z.dim=3"), out=tmp_path / "run", seed=1, resume=True)
    with pytest.raises(UsageError, match="there is no run to resume in"):
        train(watched(), out=tmp_path / "none", resume=True)
    with pytest.raises(UsageError, match="to resume a run, give its folder"):
        train(watched(), resume=True)


def test_a_state_never_runs_code(tmp_path: Path) -> None:
    train(watched(), epochs=1, out=tmp_path / "run")
    torch.save({"callbacks": Path("x")}, tmp_path / "run" / "state.ckpt")
    with pytest.raises(DataError, match=r"state\.ckpt.*cannot be read as the state of a run"):
        train(watched(), out=tmp_path / "run", resume=True)
    (tmp_path / "run" / "state.ckpt").write_bytes(b"")
    with pytest.raises(DataError, match=r"cannot be read as the state of a run: .*\w"):
        train(watched(), out=tmp_path / "run", resume=True)
    (tmp_path / "run" / "state.ckpt").write_bytes(b"no state")
    with pytest.raises(DataError, match="cannot be read as the state of a run"):
        train(watched(), out=tmp_path / "run", resume=True)
