"""Two specs in one diagram."""

from __future__ import annotations

import pytest

import mvgraph as mg
from mvgraph.drawing.subjects import depict

NAMED = {"extends": "mopoe", "views": {"image": {"shape": [4]}, "label": {"shape": [3]}, "sound": {"shape": [2]}}}


def changes(diagram):
    return {t.id: t.change for t in (*diagram.nodes, *diagram.plates, *diagram.edges) if t.change != "same"}


@pytest.mark.parametrize("unroll", [False, True])
def test_a_spec_does_not_differ_from_itself(unroll):
    for name in mg.names():
        assert not changes(depict(mg.load(name), mg.load(name), unroll=unroll, with_parameters=True))


def test_open_views_are_those_of_the_other():
    named, opened = mg.load(NAMED), mg.load("mopoe")
    for both in (depict(named, opened, unroll=True), depict(opened, named, unroll=True)):
        assert [n.id for n in both.nodes if n.kind == "observed"] == ["x.image", "x.label", "x.sound"]
        assert set(changes(both).values()) <= {"changed"}  # a view's entries, its likelihood


def test_views_that_the_other_does_not_allow_stay_apart():
    both = depict(mg.load(NAMED), mg.load("dvcca"))
    assert {"x.image": "removed", "x.1": "added"}.items() <= changes(both).items()


def test_what_is_not_folded_alike_is_drawn_by_name():
    assert [n.id for n in depict(mg.load("mvae"), mg.load("mopoe")).nodes] == ["z", "x.m", "q.z"]
    both = depict(mg.load("dvcca"), mg.load("mvae"))
    assert [n.id for n in both.nodes] == ["z", "x.1", "x.2", "q.z"]
    assert [p.id for p in both.plates] == ["plate:n"]


def test_parts():
    both = depict(mg.load("mvae"), mg.load("mmvae_plus"), part="p")
    assert {e.part for e in both.edges} == {"p"}
    assert changes(both) == {"z": "changed", "h.m": "added", "h.m>x.m:p": "added"}


def test_parameters():
    assert "phi.h.m" in changes(depict(mg.load("mvae"), mg.load("dmvae"), with_parameters=True))
