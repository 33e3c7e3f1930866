"""Derivations step by step: each step starts from what the last one gave, and the last ones add up to the objective."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings

from mvgraph.graph import check
from mvgraph.objective import derive
from mvgraph.objective.canonical import merged
from mvgraph.objective.pending import Pending
from mvgraph.objective.text import signed
from mvgraph.objective.trail import RULES, Step, Sum, left_out, trail
from mvgraph.spec import zoo
from mvgraph.spec.model import OpenViews, Spec
from mvgraph.spec.reading import load
from mvgraph.spec.terms import WrittenTerm
from tests.module.random_specs import Tree, specs

NAMES = zoo.names()
OPEN = [n for n in NAMES if load(n).open_views == OpenViews(2)]
SPECS = [*((n, None) for n in NAMES), *((n, 3) for n in OPEN)]
QUICK = settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck])


def parts(spec: Spec) -> Iterator[Spec]:
    """The spec, or one for each of its phases."""
    yield from spec.by_phase.values() if spec.phases else [spec]


def written(spec: Spec) -> tuple[WrittenTerm, ...]:
    """Its written terms."""
    return (*spec.maximize, *spec.minimize)


def lines(terms: Sum) -> list[str]:
    """Terms as text."""
    return [signed(c, a) for c, a in terms]


def composes(spec: Spec) -> None:
    """The law of all derivations of a spec."""
    for one in parts(spec):
        trails = [trail(one, term) for term in written(one)]
        for steps in trails:
            assert all(first.after == second.before for first, second in pairwise(steps))
            assert all(drops_only_that(s) for s in steps if s.dropped)
            assert {s.rule for s in steps} <= set(RULES)
        assert merged(t for steps in trails for t in steps[-1].after) == derive(one).terms


def drops_only_that(step: Step) -> bool:
    """Whether what was dropped is all the difference."""
    return merged(step.before) == merged([*step.after, *(t for t in step.dropped if t[0] != 0)])


@pytest.mark.parametrize(("name", "views"), SPECS)
def test_derivations_compose(name: str, views: int | None) -> None:
    """Every reference model."""
    composes(load(name) if views is None else load(name, views=views))


@QUICK
@given(specs())
def test_derivations_of_random_specs_compose(tree: Tree) -> None:
    """Whatever the checks accept."""
    spec = load(tree)
    assume(all(p.severity != "error" for p in check(spec)))
    composes(spec)


@pytest.mark.parametrize(("name", "views"), SPECS)
def test_the_weights_of_components_are_those_of_their_terms(name: str, views: int | None) -> None:
    """What stands before the factorisation, times the number of targets, adds up to what scores them, where λ = 1."""
    for spec in parts(load(name) if views is None else load(name, views=views)):
        for steps in (trail(spec, t) for t in spec.maximize if str(getattr(t, "likelihood_weight", "")) == "1"):
            last = [s for s in steps if any(isinstance(a, Pending) for _, a in s.before)]
            if last and last[-1].rule == "factorisation":
                before = sum((c * len(a.targets.views) for c, a in last[-1].before), start=sympy.Integer(0))
                after = sum(c for c, a in last[-1].after if not a.is_distance)
                assert sympy.expand(before - after) == 0


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("dvcca", ["bindings", "factorisation"]),
        ("mopoe", ["bindings", "components", "factorisation"]),
        ("mmvae", ["bindings", "log-weights"]),
        ("mmvae_plus", ["bindings", "components", "one draw", "factorisation", "surrogate"]),
        ("dmvae", ["bindings", "factorisation", "barren", "like terms"]),
        ("ae", ["bindings", "factorisation", "weights"]),
    ],
)
def test_rules_that_fire(name: str, rules: list[str]) -> None:
    """By hand."""
    spec = load(name)
    assert [s.rule for s in trail(spec, spec.maximize[0]) if not s.marked] == rules


@pytest.mark.parametrize(
    ("name", "rule"), [("jnf", "linear"), ("mmjsd", "center"), ("mwae", "players"), ("dcca", "gathered")]
)
def test_rules_of_other_terms(name: str, rule: str) -> None:
    """Terms that are no routes have one rule each."""
    spec = list(parts(load(name)))[-1]
    steps = trail(spec, spec.minimize[0] if spec.minimize else spec.maximize[-1])
    assert [s.rule for s in steps if not s.marked] == [rule]


@pytest.mark.parametrize(
    ("name", "closed", "drawn"),
    [
        ("mvae", ["- beta KL(PoE[p(z)·q(z|1)·q(z|2)] || p(z))"], []),
        (
            "mmvae_plus",
            ["- beta/2 KL(q(h.1|1) || p(h.1))", "- beta/2 KL(q(h.2|2) || p(h.2))"],
            ["- beta KL(Mix_1/2[q(z|1), q(z|2)] || p(z))"],
        ),
        ("mmvae", [], []),
    ],
)
def test_how_divergences_are_evaluated(name: str, closed: list[str], drawn: list[str]) -> None:
    """By hand: two normals, or Laplace densities, in closed form; a mixture by draws."""
    spec = load(name)
    found = {s.rule: lines(s.marked) for s in trail(spec, spec.maximize[0]) if s.marked}
    assert found == {k: v for k, v in (("closed forms", closed), ("draws", drawn)) if v}


def test_what_is_left_out() -> None:
    """By hand: the ratio of an auxiliary prior, a private latent of another view, a prior against itself."""
    plus, dmvae = load("mmvae_plus"), load("dmvae", views=3)
    (found,) = left_out(plus, plus.maximize[0]).items()
    assert found[0] == "surrogate"
    assert lines(found[1]) == ["- beta/2 KL(r(h.1) || p(h.1))", "- beta/2 KL(r(h.2) || p(h.2))"]
    (barren,) = left_out(dmvae, dmvae.maximize[0]).values()
    assert lines(merged(barren)) == [f"- 8 KL(q(h.{v}|{v}) || p(h.{v}))" for v in "123"]
    absent = load(plus, q={"h": {"absent": "prior", "auxiliary": None}})
    (cancelled,) = left_out(absent, absent.maximize[0]).items()
    assert cancelled[0] == "cancelled"
    assert lines(cancelled[1]) == ["- beta/2 KL(p(h.1) || p(h.1))", "- beta/2 KL(p(h.2) || p(h.2))"]


def test_weights_of_zero_are_shown_before_they_go() -> None:
    """A likelihood alone: its divergences have the weight 0."""
    spec = load("ae")
    (step,) = (s for s in trail(spec, spec.maximize[0]) if s.rule == "weights")
    assert {c for c, _ in step.dropped} == {0}
    assert "+ 0 KL(q(z|1) || p(z))" in lines(step.dropped)
