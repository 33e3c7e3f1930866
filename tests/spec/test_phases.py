"""Phases as they are written: in text, in Python, on top of other specs, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from mvgraph.errors import SpecError
from mvgraph.graph import check
from mvgraph.spec import builder
from mvgraph.spec.phases import Objective
from mvgraph.spec.reading import load
from mvgraph.spec.schema import json_schema
from mvgraph.spec.writing import dump, tree


def test_the_builder_and_the_text_have_the_same_phases() -> None:
    weighted = {"likelihood_weight": "lam[m]"}
    phases = [
        builder.phase("joint", 100, maximize=[builder.elbo("V", "V", **weighted)]),
        builder.phase(
            "unimodal",
            100,
            freeze=["p", "q.z.joint"],
            maximize=[builder.elbo("[m]", "[m]", for_={"m": "V"}, likelihood_weight="gamma[m]")],
        ),
    ]
    spec = load("telbo")
    assert load("telbo", phases=phases) == spec == load(dump(spec)) == load(tree(spec))
    p, q = {"z": builder.latent("normal", dim=1), "x": builder.observed(given=["z"])}, {"z": {"expert": "normal"}}
    made = builder.compose(name="n", views=2, p=p, q=q, phases=phases)
    assert [x.name for x in made.phases] == ["joint", "unimodal"]
    assert made.objective == Objective()
    assert made.maximize == tuple(t for x in made.phases for t in x.objective.maximize)
    assert list(made.by_phase) == ["joint", "unimodal"]
    assert made.by_phase["joint"].maximize == made.phases[0].objective.maximize


def test_overrides_step_into_phases() -> None:
    spec = load("telbo", sets=["phases.0.epochs=1", "phases.1.freeze=[p]", "phases.1.reset=[optimizer]"])
    assert [x.epochs for x in spec.phases] == [1, 100]
    assert spec.phases[1].freeze == ("p",)
    assert spec.phases[1].reset == ("optimizer",)
    with pytest.raises(SpecError, match="the list has no item '2'"):
        load("telbo", sets=["phases.2.epochs=1"])


def test_a_list_of_phases_replaces_and_null_removes() -> None:
    one = load("telbo", phases=[tree(load("telbo"))["phases"][0]])
    assert [x.name for x in one.phases] == ["joint"]
    assert load("telbo_joint").phases == ()


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"epochs": None}, "phases.0", "phases.0 lacks the key 'epochs'"),
        ({"epochs": 0}, "phases.0.epochs", "a number of at least 1, found 0"),
        ({"name": None}, "phases.0", "phases.0 lacks the key 'name'"),
        ({"objective": None}, "phases.0", "phases.0 lacks the key 'objective'"),
        ({"freeze": "p"}, "phases.0.freeze", "expected"),
        ({"reset": ["moments"]}, "phases.0.reset.0", "expected optimizer, found 'moments'"),
        ({"freez": ["p"]}, "phases.0.freez", "unknown key 'freez'"),
    ],
)
def test_mistakes_are_told_with_their_places(changes: dict[str, Any], path: str, message: str) -> None:
    written = tree(load("telbo"))
    first = {k: v for k, v in {**written["phases"][0], **changes}.items() if v is not None}
    with pytest.raises(SpecError) as caught:
        load({**written, "phases": [first]})
    (problem,) = caught.value.problems
    assert ".".join(map(str, problem.path)) == path
    assert message in problem.message


def test_an_objective_or_phases() -> None:
    written = tree(load("telbo"))
    rest = {k: v for k, v in written.items() if k != "phases"}
    with pytest.raises(SpecError, match="lacks the key 'objective'"):
        load(rest)
    with pytest.raises(SpecError, match="expected a list of one phase at least"):
        load({**rest, "phases": []})
    both = load({**written, "objective": {"maximize": [builder.elbo("V", "V")]}})
    assert [p.code for p in check(both)] == ["MVG240"]
    for data, wrong in ((written, False), (rest, True)):
        found = list(jsonschema.Draft202012Validator(json_schema()).iter_errors(data))
        assert bool(found) == wrong
