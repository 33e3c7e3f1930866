"""Schedules at points worked out by hand, and what is refused."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise

import pytest

from mvgraph.errors import SpecError
from mvgraph.vocab.param import Clock, Param, Schedule
from mvgraph.vocab.param.cosine import Cosine
from mvgraph.vocab.param.cyclical import Cyclical
from mvgraph.vocab.param.learnt import Learnt
from mvgraph.vocab.param.linear import Linear
from mvgraph.vocab.param.ramp import Ramp

EPOCH = 10


def at(schedule: Schedule, *steps: int) -> list[float]:
    return [schedule.at(Clock(s, EPOCH)) for s in steps]


def test_the_words() -> None:
    assert {"linear", "cosine", "cyclical", "learnt"} <= set(Param.registry)


def test_linear_per_epoch_changes_only_between_epochs() -> None:
    assert at(Linear(epochs=4), 0, 9, 10, 19, 25, 39, 40, 1000) == [0, 0, 0.25, 0.25, 0.5, 0.75, 1, 1]


def test_linear_per_batch_changes_every_step() -> None:
    assert at(Linear(epochs=4, per="batch"), 0, 1, 10, 30, 40) == [0, 0.025, 0.25, 0.75, 1]


def test_a_length_in_steps_is_per_batch_unless_told_otherwise() -> None:
    assert at(Linear(steps=20), 0, 5, 19, 20) == [0, 0.25, 0.95, 1]
    assert at(Linear(steps=20, per="epoch"), 0, 5, 19, 20) == [0, 0, 0.5, 1]


def test_linear_may_fall() -> None:
    assert at(Linear(from_=1, to=0.5, steps=10), 0, 5, 10) == [1, 0.75, 0.5]


@pytest.mark.parametrize("cls", [Linear, Cosine, Cyclical])
def test_a_late_start_is_the_same_schedule_later(cls: type[Linear]) -> None:
    now, later = cls(from_=2, to=8.64, epochs=16), cls(from_=2, to=8.64, epochs=16, start=6)
    steps = range(0, 30 * EPOCH, 7)
    assert at(later, *(s + 6 * EPOCH for s in steps)) == pytest.approx(at(now, *steps))
    assert set(at(later, *range(6 * EPOCH))) == {2}
    assert at(cls(from_=2, to=3, steps=5, start=3), 0, 2, 3, 8) == [2, 2, 2, 3]


@pytest.mark.parametrize(
    "schedule", [Linear(steps=8, start=2), Cosine(epochs=3), Cyclical(epochs=4, cycles=2, start=1)]
)
def test_between_its_turns_a_schedule_goes_one_way(schedule: Ramp) -> None:
    for first, last in pairwise(schedule.turns(EPOCH)):
        values = at(schedule, *range(first, last))
        assert values in (sorted(values), sorted(values, reverse=True))


def test_cosine() -> None:
    values = at(Cosine(from_=2, to=0, steps=4), 0, 1, 2, 3, 4)
    assert values == pytest.approx([2, 1 + math.sqrt(0.5), 1, 1 - math.sqrt(0.5), 0])


def test_cyclical() -> None:
    assert at(Cyclical(steps=16, cycles=2, ratio=0.5), 0, 2, 4, 6, 8, 10, 15, 16) == [0, 0.5, 1, 1, 0, 0.5, 1, 1]
    assert at(Cyclical(steps=8, cycles=1, ratio=1), 0, 4, 8) == [0, 0.5, 1]
    assert at(Cyclical(epochs=4, cycles=2), 0, 10, 15, 20, 30) == [0, 1, 1, 0, 1]


@pytest.mark.parametrize("cls", [Linear, Cosine, Cyclical])
def test_final_is_what_the_schedule_ends_at(cls: type[Schedule]) -> None:
    schedule = cls.read({cls.word: {"from": 0.25, "to": 0.75, "steps": 30}})
    assert at(schedule, 0, 30, 31) == [0.25, 0.75, 0.75]
    assert schedule.final() == 0.75


def test_read_and_write() -> None:
    spec = {"linear": {"from": 0.5, "epochs": 200, "per": "batch"}}
    schedule = Param.read(spec)
    assert schedule == Linear(from_=0.5, epochs=200, per="batch")
    assert schedule.write() == spec
    assert repr(schedule) == "Linear(from_=0.5, epochs=200, per='batch')"
    assert pickle.loads(pickle.dumps(schedule)) == schedule


def test_learnt() -> None:
    assert Param.read("learnt") == Learnt(init="1")
    assert Param.read({"learnt": {"init": 0, "per": "view"}}) == Learnt(init=0.0, per="view")
    assert not isinstance(Learnt(), Schedule)


@pytest.mark.parametrize(
    ("spec", "match"),
    [
        ("linear", r"without a length(.|\n)*give epochs or steps"),
        ({"linear": {"epochs": 2, "steps": 3}}, "either epochs or steps"),
        ({"linear": {"epochs": 0}}, "a schedule of 0 epochs"),
        ({"cosine": {"steps": -1}}, "a schedule of -1 steps"),
        ({"cosine": {"steps": 1, "start": -1}}, "a start at -1"),
        ({"linear": {"epochs": 1, "to": math.inf}}, "to is a finite number"),
        ({"linear": {"epochs": 1, "from": math.nan}}, "from is a finite number"),
        ({"linear": {"epochs": 1.5}}, "expected a whole number"),
        ({"linear": {"epochs": 1, "per": "step"}}, "'epoch' or 'batch'"),
        ({"cyclical": {"epochs": 1, "cycles": 0}}, "0 cycles"),
        ({"cyclical": {"epochs": 1, "ratio": 0}}, "a ratio of 0.0"),
        ({"cyclical": {"epochs": 1, "ratio": 1.1}}, "a ratio of 1.1"),
        ({"cyclical": {}}, "without a length"),
        ({"learnt": {"clamp": [1, 0]}}, "smallest, largest"),
        ({"learnt": {"clamp": [0, 1], "init": 2}}, "start between the two"),
        ({"learnt": {"clamp": [0]}}, "MVG114"),
        ({"learnt": {"per": "epoch"}}, "'dim' or 'view'"),
    ],
)
def test_wrong_options_are_refused(spec: object, match: str) -> None:
    with pytest.raises(SpecError, match=match):
        Param.read(spec)
