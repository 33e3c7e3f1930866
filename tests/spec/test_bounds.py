"""Options at odd numbers: refused with their place, whatever would come of them in training."""

from __future__ import annotations

import pytest

from mvgraph.errors import SpecError
from mvgraph.graph.checks import check
from mvgraph.spec.reading import load

ODD = {
    "training.clip.norm": ["-1", "0", "1.0e+308", ".inf", ".nan"],
    "training.clip.value": ["-0.5", "0", "1.0e+308"],
    "training.epochs": ["0", "1.5", "100000000000000000000"],
    "training.batch_size": ["0", "a", "100000000000000000000"],
    "training.early_stopping.patience": ["0", "-3", "1.5"],
    "training.early_stopping.least": ["-1", "1.0e+308"],
    "training.optimizer.adam.lr": ["0", "-1", "1.0e+20"],
    "training.optimizer.adam.eps": ["-1", "1.0e+308"],
    "training.optimizer.adam.weight_decay": ["-1", "1.0e+308"],
    "training.optimizer.sgd.lr": ["1.0e+20"],
    "training.optimizer.rmsprop.weight_decay": ["1.0e+308"],
    "view_defaults.likelihood.normal.floor": ["-1", "1.0e+308"],
    "p.z.dim": ["0", "100000000000000000000"],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in ODD.items() for value in values])
def test_an_odd_number_is_refused_at_its_place(key: str, value: str) -> None:
    start = load("mvae", training={"optimizer": None})
    with pytest.raises(SpecError) as caught:
        load(start, sets=[f"{key}={value}"])
    (problem,) = caught.value.problems
    assert set(problem.path) & set(key.split("."))
    assert problem.path[-1] == key.split(".")[-1]
    assert problem.message or problem.remedy


@pytest.mark.parametrize(
    "set_", ["training.clip.norm=0.1", "training.optimizer={adam: {lr: 10}}", "training.optimizer={adam: {eps: 1}}"]
)
def test_what_somebody_may_mean_is_taken(set_: str) -> None:
    load("mvae", sets=[set_])


@pytest.mark.parametrize(
    ("sets", "told"),
    [
        (["params.beta={learnt: {}}"], True),
        (["params.beta={learnt: {init: 2}}", "objective.maximize.0.elbo.beta=beta/2"], True),
        (["params.beta={learnt: {clamp: [0, 1]}}"], False),
        (["params.beta=2"], False),
        (["params.beta={linear: {from: 0, to: 1, epochs: 3}}"], False),
    ],
)
def test_a_learnt_weight_without_bounds_is_told(sets: list[str], told: bool) -> None:
    views = {"a": {"shape": [3], "likelihood": "normal"}, "b": {"shape": [2], "likelihood": "normal"}}
    found = [p for p in check(load("mvae", views=views, sets=sets)) if p.code == "MVG807"]
    assert len(found) == told
    for problem in found:
        assert problem.severity == "warning"
        assert problem.path[:2] == ("params", "beta")
        assert "clamp: [0, 1]" in problem.remedy
