"""What a param can be decides what is told of the weights that it stands in."""

from __future__ import annotations

import pytest
from graph_faults import GOOD

from mvgraph.graph import check
from mvgraph.spec.reading import load


@pytest.mark.parametrize(
    ("param", "code", "text"),
    [
        ("{linear: {epochs: 5, to: -1}}", "MVG310", "the weight 'beta' is -1 at beta = -1"),
        ("{cosine: {epochs: 5, from: -1}}", "MVG310", "is -1 at beta = -1"),
        ("{cyclical: {epochs: 5, from: 1, to: -1}}", "MVG310", "is -1 at beta = -1"),
        ("{learnt: {clamp: [-2, 2]}}", "MVG310", "is -2 at beta = -2"),
        ("{learnt: {init: beta, clamp: [0, 1]}}", "MVG323", "'beta' is not known before training"),
        ("{learnt: {init: 1/0, clamp: [0, 1]}}", "MVG122", "divides by zero"),
        ("{learnt: {init: 1/, clamp: [0, 1]}}", "MVG120", "cannot read the formula"),
        ("{learnt: {init: 1/M, clamp: [0.6, 1]}}", "MVG323", "starts with 0.333333, outside clamp"),
    ],
)
def test_the_values_of_a_param_are_told(param: str, code: str, text: str) -> None:
    problems = check(load(GOOD, sets=[f"params.beta={param}"]))
    assert [p.code for p in problems] == [code]
    assert text in problems[0].message


@pytest.mark.parametrize(
    "param", ["{linear: {epochs: 5}}", "{learnt: {clamp: [0, 1]}}", "{learnt: {init: 1/M, clamp: [0, 1]}}"]
)
def test_a_param_that_stays_at_0_or_above_is_fine(param: str) -> None:
    assert check(load(GOOD, sets=[f"params.beta={param}"])) == []
