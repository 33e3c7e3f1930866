"""Phases: an objective each, parts at rest, optimizers that go on or start anew, and the same numbers when resumed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback
from rich.console import Console
from typing_extensions import override

from mvgraph.errors import DataError, UsageError
from mvgraph.module.model import Model, compile  # noqa: A004 - the public verb
from mvgraph.spec.model import EarlyStopping, Spec
from mvgraph.spec.reading import load
from mvgraph.spec.writing import tree
from mvgraph.training.curves import draw
from mvgraph.training.errors import Interrupted
from mvgraph.training.progress import Bar
from mvgraph.training.run import Run
from mvgraph.training.stages import Stage, stages

from .models import VIEW, Stop, Watched, rows, same, train, values, weights

JOINT = {"maximize": [{"elbo": {"from": "V", "to": "V", "beta": "beta"}}]}
ALONE = {"maximize": [{"elbo": {"from": "[m]", "to": "[m]", "for": {"m": "V"}, "beta": "beta"}}]}
SMALL = ("p.z.dim=2", "q.z.fuse={joint: {hidden: [4]}}", "training.optimizer={adam: {lr: 0.01}}")
BETA = {"linear": {"from": 0, "to": 1, "epochs": 4, "per": "batch"}}


def complete() -> dict[str, Any]:
    """Rows with every view."""
    return {name: values[:-1] for name, values in rows(25).items()}


def phased(*sets: str, last: dict[str, Any] | None = None, network: dict[str, Any] | None = None) -> Spec:
    """TELBO over two views, two epochs a phase, with a schedule."""
    first = {"name": "joint", "epochs": 2, "objective": JOINT}
    second = {"name": "unimodal", "epochs": 2, "freeze": ["p", "q.z.joint"], "objective": ALONE, **(last or {})}
    view = VIEW if network is None else {**VIEW, "encoder": network, "decoder": network}
    params = {"lam": None, "gamma": None, "beta": BETA}
    return load(
        load("telbo", views={"a": view, "b": view}, params=params, phases=[first, second], sets=SMALL), sets=sets
    )


def made(spec: Spec) -> Watched:
    """A fresh model with the same weights each time."""
    torch.manual_seed(1)
    return Watched(spec)


def run_of(model: Model, **options: Any) -> Run:
    return train(model, complete(), **{"epochs": None, **options})


class Snapshots(Callback):
    """The state of the model, at the start of every epoch of every phase and at its end."""

    def __init__(self) -> None:
        self.states: list[dict[str, torch.Tensor]] = []

    def _take(self, module: LightningModule) -> None:
        self.states.append({n: v.detach().clone() for n, v in module.state_dict().items()})

    @override
    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Take one."""
        self._take(pl_module)

    @override
    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Take one."""
        self._take(pl_module)


def changed(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor]) -> set[str]:
    """The groups of networks of which some bit changed."""
    return {n.split(".")[2] for n in before if not torch.equal(before[n], after[n])}


def test_frozen_parts_do_not_change_by_a_bit() -> None:
    taken = Snapshots()
    decay = "training.optimizer={adamw: {lr: 0.01, weight_decay: 0.1}}"
    run_of(made(phased(decay, "params.beta={learnt: {init: 1}}")), callbacks=[taken])
    first, second = taken.states[:4], taken.states[4:]
    assert {"joints", "decoders"} <= changed(first[0], first[-1])
    assert changed(second[0], second[-1]) == {"experts", "learnt"}


def test_frozen_parts_are_kept_as_they_are_evaluated() -> None:
    """No dropout in them, and no running statistics that move."""
    model = made(phased(network={"mlp": {"hidden": [6], "dropout": 0.5}}))
    seen: list[bool] = []

    class Look(Callback):
        @override
        def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *args: Any) -> None:
            """Whether the decoders and the encoders are in the mode of training."""
            seen.append(model.networks.decoders["x@a()"].training)
            seen.append(model.networks.experts["z(a)"].training)

    run_of(model, callbacks=[Look()])
    steps = len(seen) // 4
    assert seen == [True, True] * steps + [False, True] * steps
    assert not any(m.training for m in model.networks.modules())


def test_every_phase_has_its_own_objective_and_its_own_schedule() -> None:
    model = made(phased())
    run = run_of(model, fraction=0.0)
    joint, alone = (one.lines for one in model_phases(model))
    for row in run.metrics:
        terms = {n.removeprefix("train ") for n in row if n.startswith("train ")} - {"total"}
        assert len(terms) == len(joint if row["phase"] == 1 else alone)
    assert [(r["epoch"], r["phase"]) for r in run.metrics] == [(1, 1), (2, 1), (3, 2), (4, 2)]
    assert [c.step for c in model.clocks] == [*range(6), *range(6)]
    assert len(set(model.inside)) == 12


def model_phases(model: Model) -> list[Any]:
    """The plans of the phases."""
    return list(model.plan.phases.values())


def test_loss_of_a_phase_and_of_their_sum() -> None:
    model = Model(phased())
    data = complete()
    noise = model.draw_noise(24, torch.Generator().manual_seed(0))
    parts = [model.loss(data, phase=name, noise=noise).rows for name in ("joint", "unimodal")]
    torch.testing.assert_close(model.loss(data, noise=noise).rows, parts[0] + parts[1])
    with pytest.raises(UsageError, match=r"the spec has no phase 'unimodel'\n.*did you mean 'unimodal'"):
        model.loss(data, phase="unimodel")
    with pytest.raises(UsageError, match="it has one objective, and no phases"):
        Model(load("telbo_joint", views={"a": VIEW, "b": VIEW})).loss(data, phase="joint")


def test_missing_views_are_refused_before_the_phase_that_needs_them() -> None:
    with pytest.raises(DataError, match="the joint network of 'z' needs every view, and row 23 lacks one"):
        train(made(phased()), rows(), fraction=0.0, epochs=None)
    model = Model(phased())
    assert model.loss(rows(), phase="unimodal").rows.isfinite().all()


def test_a_phase_whose_objective_is_all_frozen_is_refused_before_anything_is_trained() -> None:
    model = made(phased(last={"freeze": ["p", "q.z.experts"]}))
    before = weights(model)
    with pytest.raises(UsageError, match="the objective of the phase 'unimodal' mentions learns: it is all frozen"):
        run_of(model)
    assert same(weights(model), before)
    assert all(p.requires_grad for p in model.parameters())


def test_the_optimizer_goes_on_unless_it_is_reset() -> None:
    """Where every part learns in both phases, the only difference is what the optimizer remembers."""
    whole = run_of(made(load_one()), epochs=4)
    goes_on = run_of(made(phased("params.beta=1", last={"freeze": [], "objective": JOINT})))
    anew = run_of(made(phased("params.beta=1", last={"freeze": [], "objective": JOINT, "reset": ["optimizer"]})))
    assert same(weights(goes_on.model), weights(whole.model))
    assert not same(weights(anew.model), weights(whole.model))


def load_one(*sets: str) -> Spec:
    """The first phase as the only objective."""
    params = {"lam": None, "gamma": None, "beta": 1.0}
    return load("telbo_joint", views={"a": VIEW, "b": VIEW}, params=params, objective=JOINT, sets=[*SMALL, *sets])


def test_a_part_that_rested_goes_on_with_what_it_remembers() -> None:
    """The optimizer's steps of a part are counted where it learns only, and kept while it rests."""
    third = {"name": "again", "epochs": 1, "objective": JOINT}
    spec = phased()
    found: list[list[float]] = []

    class Look(Callback):
        @override
        def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
            """The number of steps that every parameter of the joint network has had."""
            inside = set(model.networks.joints.parameters())
            states = trainer.optimizers[0].state
            found.append(sorted({float(s["step"]) for p, s in states.items() if p in inside}))

    model = made(load(spec, phases=[*tree(spec)["phases"], third]))
    run_of(model, fraction=0.0, callbacks=[Look()])
    assert found == [[6.0], [], [9.0]]


@pytest.mark.parametrize("stop", [(0, 1), (1, 1), (2, 0), (2, 1), (3, 2)])
@pytest.mark.parametrize("best", [False, True])
def test_resumed_ends_as_unbroken(tmp_path: Path, stop: tuple[int, int], best: bool) -> None:
    unbroken, broken, resumed = (made(phased()) for _ in range(3))
    whole = run_of(unbroken, out=tmp_path / "whole", best=best)
    with pytest.raises(Interrupted, match=f"after {stop[0]} of 4 epochs"):
        run_of(broken, out=tmp_path / "broken", best=best, callbacks=[StopInRun(*stop)])
    run = run_of(resumed, out=tmp_path / "broken", resume=True, best=best)
    assert same(weights(run.model), weights(whole.model))
    assert values(run) == values(whole) == values(Run.load(tmp_path / "broken"))
    assert resumed.rows == unbroken.rows[stop[0] * 3 :]
    assert resumed.clocks == unbroken.clocks[stop[0] * 3 :]
    kept = [(tmp_path / f / "weights.safetensors").read_bytes() for f in ("whole", "broken")]
    assert kept[0] == kept[1]


class StopInRun(Stop):
    """Ctrl-C in the middle of an epoch, counted over the phases."""

    def __init__(self, epoch: int, batch: int = 1) -> None:
        super().__init__(epoch, batch)
        self.before = 0

    @override
    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Stop."""
        if (self.before + trainer.current_epoch, batch_idx) == (self.epoch, self.batch):
            raise KeyboardInterrupt

    @override
    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Count the epochs of the phase."""
        self.before += trainer.current_epoch


def test_a_finished_run_does_nothing_more_and_its_last_phase_can_be_longer(tmp_path: Path) -> None:
    run_of(made(phased()), out=tmp_path / "run")
    again = made(phased())
    run = run_of(again, out=tmp_path / "run", resume=True)
    assert again.rows == []
    assert len(run.metrics) == 4
    longer = run_of(made(phased("phases.1.epochs=3")), out=tmp_path / "run", resume=True)
    assert same(weights(longer.model), weights(run_of(made(phased("phases.1.epochs=3"))).model))
    with pytest.raises(UsageError, match=r"phases\.0\.epochs: 2 then, 3 now"):
        run_of(made(phased("phases.0.epochs=3")), out=tmp_path / "run", resume=True)


def test_early_stopping_ends_a_phase_and_not_the_run() -> None:
    rule = EarlyStopping(patience=1, least=1000.0)
    run = run_of(made(phased("phases.0.epochs=7", "phases.1.epochs=5")), early_stopping=rule)
    assert [r["phase"] for r in run.metrics] == [1, 1, 2, 2]


def test_best_is_the_best_of_each_phase() -> None:
    rate = "training.optimizer={adam: {lr: 0.2}}"
    longer = ("phases.0.epochs=6", "phases.1.epochs=1", rate, "params.beta=1")
    run = run_of(made(phased(*longer)), best=True)
    first = [r for r in run.metrics if r["phase"] == 1]
    best = min(first, key=lambda r: r["valid total"])["epoch"]
    assert best < 6
    until = run_of(made(phased(*longer, f"phases.0.epochs={int(best)}")))
    for name, value in until.model.state_dict().items():
        if not name.startswith("networks.experts"):
            assert torch.equal(value, run.model.state_dict()[name]), name


def test_epochs_of_a_call_are_those_of_every_phase() -> None:
    assert [r["phase"] for r in run_of(made(phased()), epochs=1).metrics] == [1, 2]


def test_stages() -> None:
    assert stages(load_one("training.epochs=3")) == (Stage(epochs=3),)
    first, second = stages(phased(last={"reset": ["optimizer"]}))
    assert (first.phase, first.first, first.last, first.forget) == ("joint", 0, False, False)
    assert (second.phase, second.first, second.last, second.forget) == ("unimodal", 2, True, True)


def test_the_curves_and_the_progress_name_the_phase(tmp_path: Path) -> None:
    run = run_of(made(phased()), out=tmp_path / "run")
    titles = [a.get_title(loc="left") for a in draw(run.metrics, ("joint", "unimodal")).axes]
    assert titles[0] == "joint: loss"
    assert "unimodal: loss" in titles
    header, *_ = (tmp_path / "run" / "metrics.csv").read_text().splitlines()
    assert header.startswith("epoch,phase,seconds")
    bar = Bar(0, Console(file=io.StringIO(), force_terminal=True, width=80))
    bar.begin(Stage(1, "unimodal", 3), 2)
    line = bar.line({"epoch": 4, "phase": 2, "seconds": 0.5, "train total": 12.25})
    assert line == "unimodal: epoch 2/3  loss 12.25  0.50 s  0:00:00 to go"


def test_jnf_fits_its_flows_to_the_joint_network_that_rests() -> None:
    """Both phases learn, and the second one changes the flows only."""
    taken = Snapshots()
    small = ["p.z.dim=2", "q.z.fuse={joint: {hidden: [4]}}", "q.z.expert={flow: {hidden: [6]}}"]
    small += ["training.optimizer={adam: {lr: 0.01}}", "phases.0.epochs=4", "phases.1.epochs=6"]
    model = made(load("jnf", views={"a": VIEW, "b": VIEW}, sets=small))
    run = run_of(model, callbacks=[taken])
    assert changed(taken.states[8], taken.states[-1]) == {"experts"}
    for number in (1, 2):
        totals = [r["valid total"] for r in run.metrics if r["phase"] == number]
        assert totals[-1] < totals[0]
    with torch.no_grad():
        encoded = run.model.encode(complete(), given=["a"])["z"]
        assert encoded.sample().isfinite().all()


def test_a_phase_may_be_a_game(tmp_path: Path) -> None:
    """First the autoencoder alone, then the game against encoders, decoders at rest; resumed as if never broken."""
    view = {**VIEW, "likelihood": "mse"}
    whole = load("maae", views={"a": view, "b": view}, sets=["p.z.dim=2"])
    written = tree(whole)["objective"]
    phases = [
        {"name": "scores", "epochs": 2, "objective": {"maximize": written["maximize"]}},
        {"name": "game", "epochs": 2, "freeze": ["p"], "objective": {"minimize": written["minimize"]}},
    ]
    spec = load(whole, objective=None, phases=phases)
    taken = Snapshots()
    run = run_of(compile(spec, seed=1), out=tmp_path / "whole", callbacks=[taken])
    assert [r["phase"] for r in run.metrics] == [1, 1, 2, 2]
    assert changed(taken.states[0], taken.states[3]) == {"experts", "decoders"}
    assert changed(taken.states[4], taken.states[-1]) == {"experts", "critics"}
    with pytest.raises(Interrupted, match="after 3 of 4 epochs"):
        run_of(compile(spec, seed=1), out=tmp_path / "broken", callbacks=[StopInRun(3)])
    again = run_of(compile(spec, seed=1), out=tmp_path / "broken", resume=True)
    assert same(weights(again.model), weights(run.model))
