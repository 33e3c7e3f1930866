"""The difference as plain data: operations that turn the objective of A into that of B."""

from __future__ import annotations

import json
from itertools import product

import pytest

import mvgraph as mg
from mvgraph.errors import UsageError
from mvgraph.objective.difference.comparing import difference
from mvgraph.objective.difference.naming import SAME, named
from mvgraph.objective.difference.operations import apply, lines, operations
from mvgraph.spec import zoo

SPECS = {n: mg.load(n) for n in zoo.names()}
SAME_NAMES = [("jmvae", "mvtcae"), ("mopoe", "mvae"), ("mmvae", "mmvae_tight"), ("dmvae", "mmvae_plus"), ("maae", "ae")]


@pytest.mark.parametrize("a", SPECS)
def test_operations_turn_one_objective_into_the_other(a):
    """For a spec and every eighth other one: apply(operations, A) is B, and its text is read back."""
    for b in list(SPECS)[sorted(SPECS).index(a) % 8 :: 8]:
        delta = difference(SPECS[a], SPECS[b])
        found = json.loads(json.dumps(delta.to_json(), allow_nan=False))["operations"]
        ours = lines([*delta.shared, *delta.removed, *((c.before, c.atom) for c in delta.changed)])
        theirs = lines([*delta.shared, *delta.added, *((c.after, c.atom) for c in delta.changed)])
        assert apply(found, ours) == dict(sorted(theirs.items()))


@pytest.mark.parametrize(("a", "b"), SAME_NAMES)
def test_operations_apply_to_what_is_derived(a, b):
    """The texts are those of the canonical objectives."""
    found = operations(mg.diff(a, b).terms)
    ours, theirs = (lines(mg.derive(n).terms) for n in (a, b))
    assert apply(found, ours) == dict(sorted(theirs.items()))


@pytest.mark.parametrize("name", SPECS)
def test_a_text_stands_for_one_atom(name):
    """No two atoms of an objective have one text, and one form has the text of the other."""
    terms = mg.derive(name).terms
    assert len(lines(named(terms, SAME))) == len(terms)


def test_the_other_way_round():
    """B to A takes the same atoms with the opposite residual."""
    for a, b in product(("mopoe", "mvae"), repeat=2):
        one, other = mg.diff(a, b), mg.diff(b, a)
        assert {str(x): str(-c) for c, x in one.residual} == {str(x): str(c) for c, x in other.residual}


def test_an_operation_that_does_not_fit():
    found = operations(mg.diff("mopoe", "mvae").terms)
    with pytest.raises(UsageError, match="cannot remove E"):
        apply(found, {})
    with pytest.raises(UsageError, match="cannot add y: its coefficient is 1"):
        apply([{"op": "add", "atom": "y", "coefficient": "2"}], {"y": "1"})


def test_phases_have_operations_of_their_own():
    found = mg.diff("telbo", "jnf").to_json()["phases"]
    assert list(found) == ["joint", "unimodal"]
    assert [x["op"] for x in found["unimodal"]] == ["remove"] * 4 + ["add"] * 2
