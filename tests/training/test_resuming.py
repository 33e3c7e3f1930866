"""The same numbers every time: under one seed, and after an interruption."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning import LightningModule, Trainer
from typing_extensions import override

from mvgraph.data.batch import Batch
from mvgraph.data.validation import batch
from mvgraph.errors import DataError, UsageError
from mvgraph.spec.reading import load
from mvgraph.training.errors import Interrupted
from mvgraph.training.run import Run

from .models import Stop, rows, same, small, train, values, watched, weights


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
    with pytest.raises(UsageError, match="these differ: seed: 1 then, 2 now\n"):
        train(watched(), out=tmp_path / "run", seed=2, resume=True)
    with pytest.raises(UsageError, match="these differ: training rows: 22 then, 11 now; training rows that are new"):
        train(watched(), rows(12), out=tmp_path / "run", seed=1, resume=True)
    with pytest.raises(UsageError, match=r"these differ: p\.z\.dim: 2 then, 3 now\n"):
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


IDS = [f"r{i:02}" for i in range(24)]


def changed(view: str, row: int) -> Batch:
    """The rows, one of them with another value in a view."""
    views = rows()
    views[view][row] = views[view][row] + 1
    return batch(small(), views, ids=IDS)


@pytest.mark.parametrize(
    ("data", "sets", "options", "message"),
    [
        (changed("b", 3), (), {}, "the values of 'b' in the training rows; training rows with other values: 'r03'\n"),
        (changed("a", 5), (), {}, "the values of 'a' in the training rows; training rows with other values: 'r05'\n"),
        (batch(small(), rows(), ids=[*IDS[:-1], "new"]), (), {}, "training rows that are new: 'new'; .* gone: 'r23'\n"),
        (batch(small(), rows(), ids=IDS).rows(torch.arange(24).flip(0)), (), {}, "training rows"),
        (batch(small(), rows(23), ids=IDS[:-1]), (), {}, "training rows: 22 then, 21 now; .* gone: 'r17', 'r23'; "),
        (None, ("training.optimizer.adam.lr=0.01",), {}, r"training\.optimizer\.adam\.lr: 0\.001 then, 0\.01 now\n"),
        (None, ("training.optimizer=sgd",), {}, r"training\.optimizer\.adam\.lr: 0\.001 then, not given now"),
        (None, ("view_defaults.encoder.mlp.hidden=[7]",), {}, r"hidden: \[512, 512\] then, \[7\] now\n"),
        (None, (), {"fraction": 0.25}, "fraction: 0.1 then, 0.25 now\n"),
        (None, (), {"batch_size": 4}, "batch size: 8 then, 4 now\n"),
        (None, (), {"seed": 3, "batch_size": 4}, "seed: 0 then, 3 now; batch size: 8 then, 4 now\n"),
    ],
)
def test_what_differs_is_named(
    tmp_path: Path, data: Batch | None, sets: tuple[str, ...], options: dict[str, Any], message: str
) -> None:
    same_rows = batch(small(), rows(), ids=IDS)
    train(watched(), same_rows, epochs=1, out=tmp_path / "run")
    kept = {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir()}
    with pytest.raises(UsageError, match=f"MVG833: the run cannot go on, for these differ: .*{message}"):
        train(watched(*sets), data or same_rows, epochs=2, out=tmp_path / "run", resume=True, **options)
    assert {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir()} == kept


def test_a_longer_run_says_its_epochs_and_what_went_on(tmp_path: Path) -> None:
    train(watched(), epochs=1, out=tmp_path / "run")
    train(watched(), epochs=3, out=tmp_path / "run", resume=True)
    assert load(tmp_path / "run" / "spec.yaml").training.epochs == 3
    train(watched(), epochs=2, out=tmp_path / "run", resume=True)  # fewer epochs undo nothing
    assert load(tmp_path / "run" / "spec.yaml").training.epochs == 3
    assert json.loads((tmp_path / "run" / "record.json").read_text())["resumed"] == [["python"], ["python"]]


def test_weights_without_their_state_are_kept(tmp_path: Path) -> None:
    train(watched(), epochs=2, out=tmp_path / "run")
    (tmp_path / "run" / "state.ckpt").unlink()
    kept = (tmp_path / "run" / "weights.safetensors").read_bytes()
    with pytest.raises(
        UsageError, match=r"MVG836: there are weights, but no state\.ckpt that training could go on from"
    ):
        train(watched(), epochs=3, out=tmp_path / "run", resume=True)
    assert (tmp_path / "run" / "weights.safetensors").read_bytes() == kept


def test_a_state_of_before_goes_on(tmp_path: Path) -> None:
    """States of runs that had no record knew a digest of the spec, and how many rows there were."""
    train(watched(), epochs=1, out=tmp_path / "run")
    state = torch.load(tmp_path / "run" / "state.ckpt", weights_only=True)
    recipe = state["callbacks"]["mvgraph"]["recipe"]
    spec = hashlib.sha256(recipe["spec"].encode()).hexdigest()
    old = {"spec": spec, "seed": 0, "batch size": 8, "training rows": 22, "validation rows": 2}
    state["callbacks"]["mvgraph"]["recipe"] = old
    torch.save(state, tmp_path / "run" / "state.ckpt")
    (tmp_path / "run" / "record.json").unlink()
    with pytest.raises(UsageError, match="these differ: training rows: 22 then, 11 now"):
        train(watched(), rows(12), batch_size=8, epochs=2, out=tmp_path / "run", resume=True)
    with pytest.raises(UsageError, match="these differ: the spec"):
        train(watched("p.z.dim=3"), epochs=2, out=tmp_path / "run", resume=True)
    longer = train(watched(), epochs=3, out=tmp_path / "run", resume=True)
    assert same(weights(longer.model), weights(train(watched(), epochs=3).model))


def test_a_flipped_bit_in_a_state_is_refused(tmp_path: Path) -> None:
    train(watched(), epochs=1, out=tmp_path / "run")
    content = bytearray((tmp_path / "run" / "state.ckpt").read_bytes())
    with zipfile.ZipFile(tmp_path / "run" / "state.ckpt") as archive:
        member = max(archive.infolist(), key=lambda m: m.file_size)
    content[member.header_offset + 64 + member.file_size // 2] ^= 4
    (tmp_path / "run" / "state.ckpt").write_bytes(content)
    with pytest.raises(DataError, match=r"state\.ckpt.*its numbers are not those that were written"):
        train(watched(), epochs=2, out=tmp_path / "run", resume=True)
