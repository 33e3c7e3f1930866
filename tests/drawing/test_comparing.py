"""Two diagrams as one: laws over all pairs of samples, and what is the same under other names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings

import mvgraph as mg
from mvgraph.drawing.building import diagram
from mvgraph.drawing.comparing import compare, matched, renamed
from mvgraph.drawing.diagram import Diagram, Node

from .diagrams import ALL, edge, mopoe, private
from .random_diagrams import diagrams

PAIRS = list(product(ALL, ALL))


def plain(diagram: Diagram) -> Diagram:
    """A diagram without marks of an earlier comparison."""
    nodes = tuple(replace(n, change="same") for n in diagram.nodes)
    return replace(diagram, nodes=nodes, edges=tuple(replace(e, change="same") for e in diagram.edges))


def ids(things: Iterable[Any], gone: str = "") -> list[str]:
    return [thing.id for thing in things if thing.change != gone]


def within(diagram: Diagram, gone: str = "") -> dict[str, frozenset[str]]:
    """The plates with their nodes, without what is gone."""
    left = frozenset(ids(diagram.nodes, gone))
    return {p.id: p.nodes & left for p in diagram.plates if p.change != gone}


def homes(diagram: Diagram, name: str) -> set[str]:
    return {p.id for p in diagram.plates if name in p.nodes}


def test_a_diagram_does_not_differ_from_itself():
    assert [name for name, d in ALL.items() if compare(d, d) != d] == []


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_laws(first, second):
    a, b = plain(ALL[first]), plain(ALL[second])
    obeys_the_laws(a, b, compare(a, b))


def obeys_the_laws(a: Diagram, b: Diagram, both: Diagram) -> None:
    """Without what is removed it is `b`, without what is added `a`; what differs is marked, and nothing else."""
    a = renamed(a, matched(a, b))
    assert ids(both.nodes, "removed") == ids(b.nodes)
    assert ids(both.edges, "removed") == ids(b.edges)
    assert within(both, "removed") == within(b)
    assert sorted(ids(both.nodes, "added")) == sorted(ids(a.nodes))
    assert sorted(ids(both.edges, "added")) == sorted(ids(a.edges))
    held = within(both, "added")
    assert sorted(held) == sorted(ids(a.plates))
    for things, olds, news in ((both.nodes, a.nodes, b.nodes), (both.edges, a.edges, b.edges)):
        old, new = {t.id: t for t in olds}, {t.id: t for t in news}
        for thing in things:
            was, now = old.get(thing.id), new.get(thing.id)
            moved = was and now and homes(a, thing.id) != homes(b, thing.id)
            expected = (
                "added" if not was else "removed" if not now else "same" if was == now and not moved else "changed"
            )
            assert thing.change == expected
            told = was is not None and now is not None and was.label != now.label and "" not in (was.label, now.label)
            assert thing.label == (f"{was.label} \\to {now.label}" if told else (now or was).label)
            assert moved or was is None or {p for p in held if thing.id in held[p]} == homes(a, thing.id)


def test_a_rule_that_has_changed_is_read_in_its_factor():
    a, b = (
        mopoe(),
        replace(
            mopoe(),
            nodes=tuple(replace(n, label=r"\mathrm{PoE}", text="PoE") if n.id == "q.z" else n for n in mopoe().nodes),
        ),
    )
    node = compare(b, a).node("q.z")
    assert (node.change, node.text, node.label) == ("changed", "PoE → MoPoE", r"\mathrm{PoE} \to \mathrm{MoPoE}")


def test_titles_tell_what_was_there():
    head, *rest = mopoe().nodes
    a, b = (replace(mopoe(), nodes=(replace(head, title=t), *rest)) for t in ("z: normal, 8", "z: normal, 9"))
    assert compare(a, b).node("z").title == "z: normal, 8 → normal, 9"
    assert compare(a, b).title == "Plate diagram of MoPoE and MoPoE, which changes z."
    assert compare(mopoe(), private()).title == (
        "Plate diagram of MoPoE and DMVAE, which adds h.m, r.h.m; changes z, q.z, x.m."
    )


def test_a_private_latent_of_another_name_is_the_same():
    a, b = renamed(private(), {"h.m": "w.m", "r.h.m": "r.w.m"}), private()
    both = compare(a, b)
    assert ids(both.nodes) == ids(b.nodes)
    assert {n.change for n in both.nodes} == {"same"}
    assert ids(both.edges) == ids(b.edges)
    assert within(both) == within(b)


def test_all_names_may_differ():
    a, b = renamed(private(), {"h.m": "w.m", "r.h.m": "r.w.m", "z": "u", "q.z": "q.u"}), private()
    assert {n.change for n in compare(a, b).nodes} == {"same"}
    assert compare(a, b) == replace(b, title=compare(a, b).title)


def test_two_alike_are_not_guessed():
    node = [Node(n, "latent", n, n) for n in "abcd"]
    x = Node("x", "observed", "x", "x")
    first = Diagram("1", "", (node[0], node[1], x), (), (edge("a", "x"), edge("b", "x")))
    second = Diagram("2", "", (node[2], node[3], x), (), (edge("c", "x"), edge("d", "x")))
    both = compare(first, second)
    assert {n.id: n.change for n in both.nodes} == {
        "a": "removed",
        "b": "removed",
        "c": "added",
        "d": "added",
        "x": "same",
    }


def test_one_in_another_plate_is_not_the_same():
    a, b = renamed(private(), {"h.m": "w.m"}), private()
    outside = tuple(replace(p, nodes=p.nodes - {"w.m"}) if p.id == "plate:m" else p for p in a.plates)
    changes = {n.id: n.change for n in compare(replace(a, plates=outside), b).nodes}
    assert (changes["w.m"], changes["h.m"]) == ("removed", "added")


def test_a_node_that_moves_into_a_plate_is_marked_and_drawn_where_it_is_now():
    a = mopoe()
    b = replace(a, plates=(a.plates[0], replace(a.plates[1], nodes=frozenset({"x.m", "z"}))))
    both = compare(a, b)
    assert {n.id: n.change for n in both.nodes} == {"z": "changed", "q.z": "same", "x.m": "same"}
    assert within(both) == within(b)


def test_a_plate_that_is_gone_holds_what_it_held():
    a = mopoe()
    both = compare(a, replace(a, plates=a.plates[:1]))
    assert [(p.id, p.change) for p in both.plates] == [("plate:n", "same"), ("plate:m", "removed")]
    assert both.plates[1].nodes == {"x.m"}


def test_a_caption_that_has_changed():
    a = mopoe()
    b = replace(a, plates=(a.plates[0], replace(a.plates[1], label="m = 1, 2", text="m = 1, 2")))
    plate = compare(a, b).plates[1]
    assert (plate.change, plate.text) == ("changed", "m = 1, ..., M → m = 1, 2")
    assert {n.change for n in compare(a, b).nodes} == {"same"}


def test_what_is_removed_keeps_its_place():
    a = mopoe(parameters=True)
    both = compare(a, mopoe())
    assert ids(both.nodes) == ids(a.nodes)
    assert ids(both.edges) == ids(a.edges)
    assert {t.id: t.change for t in (*both.nodes, *both.edges) if t.change != "same"} == {
        "theta.m": "removed",
        "theta.m>x.m:p": "removed",
    }


def test_names_and_terms():
    a, b = mopoe(), private()
    assert compare(a, b).name == "MoPoE → DMVAE"
    assert compare(b, a).groups == a.groups


@pytest.mark.parametrize("unroll", [False, True], ids=["folded", "unrolled"])
def test_the_laws_over_all_pairs_of_reference_specs(unroll):
    specs = [diagram(mg.load(name), unroll=unroll, with_parameters=True) for name in mg.names()]
    for a, b in product(specs, specs):
        both = compare(a, b)
        assert (a == b) == (both == b)
        obeys_the_laws(a, b, both)


@given(diagrams(), diagrams())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_laws_over_random_diagrams(a, b):
    obeys_the_laws(a, b, compare(a, b))
    assert compare(a, a) == a
