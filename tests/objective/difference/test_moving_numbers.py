"""Numbers that move: what is learnt, what follows a schedule, how many views a row has."""

from __future__ import annotations

from typing import Any

import pytest

import mvgraph as mg
from mvgraph.objective.difference.levels import COMPLETE

VIEWS = {v: {"shape": [3], "likelihood": "normal"} for v in "ab"}
LEARNT = {"learnt": {}}
RISING = {"linear": {"from": 0, "to": 5, "epochs": 4}}


def model(number: Any, **options: Any) -> Any:
    """MVAE with a number for its beta."""
    route = {"from": "V", "to": "V", "beta": "beta", **options}
    return mg.load("mvae", views=VIEWS, params={"beta": number}, objective={"maximize": [{"elbo": route}]})


@pytest.mark.parametrize("views", [2, "M"])
def test_a_learnt_number_is_not_a_number_of_the_same_name(views: Any) -> None:
    fixed, learnt = ({"params": {"beta": b}, "extends": "mvae", "name": "x"} for b in (2, LEARNT))
    found = mg.diff(mg.load(fixed), mg.load(learnt), views=views)
    assert str(found.verdict).startswith("different")


def test_two_learnt_numbers_are_the_same() -> None:
    assert str(mg.diff(model(LEARNT), model(LEARNT)).verdict).startswith("identical")


def test_what_is_multiplied_by_a_learnt_number_is_no_multiple() -> None:
    for number, verdict in ((LEARNT, "different"), (2.0, "equal up to")):
        assert str(mg.diff(model(number), model(number, weight="beta")).verdict).startswith(verdict), number


def test_what_holds_at_the_end_of_a_schedule_says_so() -> None:
    ordered = str(mg.diff(model(RISING), model(1.0)))
    assert "ordered" in ordered
    assert "once the schedule of beta has ended" in ordered
    other = {"linear": {"from": 1, "to": 5, "epochs": 4}}
    assert "once the schedule of beta has ended" in str(mg.diff(model(RISING), model(other)))
    assert "once the schedule" not in str(mg.diff(model(RISING), model(RISING)))


def weighted(beta: str) -> Any:
    """MVAE whose KL has a formula for its weight."""
    return model(1.0, beta=beta)


def test_the_number_of_observed_views_is_a_symbol() -> None:
    delta = str(mg.diff(weighted("M_obs"), weighted("2")))
    assert COMPLETE in delta
    assert COMPLETE not in str(mg.diff(weighted("M_obs"), weighted("M_obs")))


@pytest.mark.parametrize(("beta", "seen"), [("M_obs/2", "1/2 < 1"), ("M_obs - 1", "0 < 1"), ("M_obs", "")])
def test_a_weight_that_is_too_small_where_views_are_missing_is_no_bound(beta: str, seen: str) -> None:
    objective = mg.derive(weighted(beta))
    assert objective.is_bound is (not seen)
    if seen:
        assert f"where one view is seen, re-weighted: a KL has the weight {seen}" in objective.verdict.reason


def test_a_scale_of_one_need_not_be_said() -> None:
    other = mg.load("mvae", views=VIEWS, p={"z": {"latent": {"normal": {"scale": 1}}}})
    assert str(mg.diff(mg.load("mvae", views=VIEWS), other).verdict).startswith("identical")


def test_shapes_of_views_are_told() -> None:
    other = mg.load("mvae", views=VIEWS | {"b": {"shape": [7], "likelihood": "normal"}})
    assert "shape of b  [3] -> [7]" in str(mg.diff(mg.load("mvae", views=VIEWS), other))
