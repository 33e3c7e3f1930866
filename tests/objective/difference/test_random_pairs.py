"""Random specs: the same objective written in two ways is found equal, and another one is found different."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import mvgraph as mg
from mvgraph.errors import SpecError
from mvgraph.objective.bounds import values
from mvgraph.objective.canonical import derive
from mvgraph.objective.difference.relation import Relation
from mvgraph.spec.model import Spec
from tests.module.random_specs import specs

from . import rewriting

QUICK, LONG = 40, 2000
COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}
EQUAL = (Relation.IDENTICAL, Relation.EXPECTED)  # random sets may be drawn in other numbers


def checked(tree: rewriting.Tree) -> Spec:
    """The spec of a mapping, another one where it has errors."""
    try:
        spec = mg.load(tree)
        assume(not [p for p in mg.check(spec) if p.severity == "error"])
    except SpecError:
        assume(False)
    return spec


@st.composite
def equal_pairs(draw: st.DrawFn) -> tuple[rewriting.Tree, rewriting.Tree]:
    """A spec and what some rewritings make of it."""
    tree = rewriting.plain(draw(specs()))
    other = tree
    for rewrite in draw(st.lists(st.sampled_from(rewriting.REWRITINGS), min_size=1, max_size=3, unique=True)):
        other = rewrite(draw, other)
    return tree, other


@st.composite
def other_pairs(draw: st.DrawFn) -> tuple[rewriting.Tree, rewriting.Tree]:
    """A spec and what one perturbation makes of it."""
    tree = rewriting.plain(draw(specs()))
    return tree, draw(st.sampled_from(rewriting.PERTURBATIONS))(draw, tree)


def equal(pair: tuple[rewriting.Tree, rewriting.Tree]) -> None:
    """Two ways to write one objective are one."""
    one, other = map(checked, pair)
    found = mg.diff(one, other)
    assert found.verdict in EQUAL, str(found)
    assert not found.residual


def numbers(spec: Spec) -> dict[str, Any]:
    """The lines of an objective, with the declared values of the params."""
    known = values(spec)
    found: dict[str, Any] = {}
    for coefficient, atom in derive(spec).terms:
        found[str(atom)] = sympy.simplify(coefficient.subs(known))
    return {atom: c for atom, c in found.items() if c != 0}


def proportional(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two sums are multiples of each other: then a perturbation has changed nothing, or only the scale."""
    if one.keys() != other.keys():
        return False
    return len({sympy.simplify(one[a] / other[a]) for a in one}) <= 1


def different(pair: tuple[rewriting.Tree, rewriting.Tree]) -> None:
    """Two objectives that are no multiples of each other are not found equal."""
    one, other = map(checked, pair)
    assume(not proportional(numbers(one), numbers(other)))
    found = mg.diff(one, other)
    assert found.verdict > Relation.SHIFTED, str(found)
    assert found.residual


@settings(max_examples=QUICK, **COMMON)
@given(equal_pairs())
def test_rewritings_are_found_equal(pair):
    equal(pair)


@settings(max_examples=QUICK, **COMMON)
@given(other_pairs())
def test_perturbations_are_found_different(pair):
    different(pair)


@pytest.mark.slow
@settings(max_examples=LONG, **COMMON)
@given(equal_pairs())
def test_many_rewritings_are_found_equal(pair):
    equal(pair)


@pytest.mark.slow
@settings(max_examples=LONG, **COMMON)
@given(other_pairs())
def test_many_perturbations_are_found_different(pair):
    different(pair)
