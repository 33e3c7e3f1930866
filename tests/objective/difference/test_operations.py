"""The difference as plain data: operations that turn the objective of A into that of B, whatever is read back."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import mvgraph as mg
from mvgraph.errors import UsageError
from mvgraph.language.expr import symbol
from mvgraph.objective.canonical import terms_of
from mvgraph.objective.difference.coefficients import expression, formula
from mvgraph.objective.difference.comparing import difference
from mvgraph.objective.difference.delta import Difference
from mvgraph.objective.difference.naming import SAME, named, renamed
from mvgraph.objective.difference.operations import OPERATIONS, Add, Operation, apply, lines, operation
from mvgraph.objective.difference.relation import Relation
from mvgraph.objective.difference.schema import json_schema
from mvgraph.objective.difference.structure import KINDS, read, written
from mvgraph.spec import zoo
from mvgraph.spec.model import Spec

from .test_random_pairs import COMMON, checked, equal_pairs, other_pairs

SPECS = {n: mg.load(n) for n in zoo.names()}
SAME_NAMES = [("jmvae", "mvtcae"), ("mopoe", "mvae"), ("mmvae", "mmvae_tight"), ("dmvae", "mmvae_plus"), ("maae", "ae")]
GAMES = [
    ("maae", "mwae"),
    ("ae", "mwae"),
    ("dccae", "dcca"),
    ("telbo", "jnf"),
    ("nexus", "mmvm"),
    ("cvae", "cvae_fixed"),
]


DRAWN = {"from": "V", "to": "V", "samples": 2}


SCHEMA = Draft202012Validator(json_schema())


def operations(data: list[dict[str, Any]]) -> list[Operation]:
    return [operation(each) for each in data]


def law(found: dict[str, Any], a: Spec, b: Spec) -> None:
    """A's derived terms, brought into one form and changed by the operations, are B's in that form."""
    ours = apply(operations([*found["forms"]["a"], *found["operations"]]), terms_of(a))
    theirs = apply(operations(found["forms"]["b"]), terms_of(b))
    assert ours == theirs
    assert lines(ours) == lines(theirs)


def holds(delta: Difference) -> Counter[str]:
    """The law, from bytes, for the whole and for every phase; how often each operation is needed."""
    found = json.loads(json.dumps(delta.to_json(), allow_nan=False))
    law(found, delta.a, delta.b)
    for phase, one, other in zip(
        found["phases"].values(), delta.a.by_phase.values(), delta.b.by_phase.values(), strict=False
    ):
        law(phase, one, other)
    return Counter(x["op"] for part in (found["operations"], *found["forms"].values()) for x in part)


@pytest.mark.parametrize("a", SPECS)
def test_operations_turn_one_objective_into_the_other(a):
    """For a spec and every twelfth other one."""
    for b in list(SPECS)[sorted(SPECS).index(a) % 12 :: 12]:
        holds(difference(SPECS[a], SPECS[b]))


@pytest.mark.slow
def test_operations_turn_any_reference_objective_into_any_other():
    found: Counter[str] = Counter()
    for a, b in product(SPECS.values(), repeat=2):
        found += holds(difference(a, b))
    assert found.keys() == OPERATIONS.keys() - {"assume"}


@pytest.mark.parametrize(("a", "b"), GAMES)
def test_games_statistics_and_phases(a, b):
    for one, other in ((a, b), (b, a)):
        holds(mg.diff(one, other))


def test_games_in_another_order():
    """Their critics have other numbers, which mean nothing."""
    sides = {"real": "p(z)", "fake": "q(z | m)", "for": {"m": "V"}}
    games = [{"game": {"play": play, **sides}} for play in ("gan", "wgan")]
    one, other = (mg.load("maae", objective={"minimize": order}) for order in (games, games[::-1]))
    delta = mg.diff(one, other)
    assert holds(delta) == {"rename": 1}
    assert dict(delta.names.critics) == {"C1": "C2", "C2": "C1"}


def test_the_copy_of_the_only_view():
    """A private latent of the only view is a shared one: one name for it, either way, and one graph."""
    observed = {"observed": True, "plate": "view", "given": ["z"]}
    elbo = {"maximize": [{"elbo": {"from": "V", "to": "V"}}]}
    view = {"views": 1, "view_defaults": {"likelihood": "normal"}}
    rest = {"name": "one", **view, "q": {"z": {"expert": "normal"}}, "objective": elbo}
    shared = {"latent": "normal", "dim": 2}
    latents = (shared, {**shared, "plate": "view"})
    one, other = (mg.load({**rest, "p": {"z": z, "x": observed}}) for z in latents)
    for pair in ((one, other), (other, one)):
        delta = mg.diff(*pair)
        assert holds(delta) == {"rename": 1}
        assert delta.verdict is Relation.IDENTICAL
        assert not delta.graph


@settings(max_examples=12, **COMMON)
@given(st.one_of(equal_pairs(), other_pairs()), st.sampled_from([{}, {"beta": "alpha", "alpha": "1/3"}]))
def test_operations_of_random_pairs(pair, assuming):
    holds(mg.diff(*map(checked, pair), assuming=assuming))


@pytest.mark.slow
@settings(max_examples=1000, **COMMON)
@given(st.tuples(equal_pairs(), other_pairs()), st.sampled_from([{}, {"beta": "alpha", "alpha": "1/3"}]))
def test_operations_of_many_random_pairs(pairs, assuming):
    """Two specs that have nothing to do with each other, too."""
    (a, b), (_, d) = pairs
    for pair in ((a, b), (a, d)):
        holds(mg.diff(*map(checked, pair), assuming=assuming))


def test_every_operation():
    """Renamed views, assumed values, squared errors beside normal ones, one logarithm over one component."""
    one, other = (
        mg.load("mvae", views={v: {"likelihood": word} for v in vs}) for vs, word in (("ab", "mse"), ("cd", "normal"))
    )
    alone = mg.load("mvae", views={"a": {}, "b": {}}, q={"mixture": "singles"})
    alone = replace(alone, views=alone.views[:1])
    strata = [mg.load(alone, objective={"maximize": [{"iwae": DRAWN | {"strata": s}}]}) for s in ("inside", "outside")]
    found = holds(mg.diff(one, other, assuming={"beta": "5/6"}))
    SCHEMA.validate(mg.diff(one, other, assuming={"beta": "5/6"}).to_json()["forms"]["b"])
    assert found == {"assume": 2, "rename": 1, "rewrite": 2, "reweigh": 2, "remove": 2}
    assert holds(mg.diff(*strata)) == {"rewrite": 1}
    assert holds(mg.diff("mopoe", "mvae")) == {"remove": 6, "reweigh": 3}


@pytest.mark.parametrize(("a", "b"), SAME_NAMES)
def test_operations_apply_to_what_is_derived(a, b):
    """Where nothing needs another form, they turn the one derived objective into the other."""
    delta = mg.diff(a, b)
    assert apply(delta.terms.operations, mg.derive(a).terms) == tuple(named(mg.derive(b).terms))
    assert delta.terms.ours == delta.terms.theirs == ()


@pytest.mark.parametrize("name", SPECS)
def test_a_text_stands_for_one_atom(name):
    """No two atoms of an objective have one text, and one form has the text of the other."""
    terms = mg.derive(name).terms
    assert len(lines(named(terms, SAME))) == len(terms)


@pytest.mark.parametrize("name", SPECS)
def test_what_is_written_is_read_back(name):
    """Every atom and every coefficient, from bytes, which the schema allows."""
    SCHEMA.validate([Add(renamed(atom), coefficient).to_json() for coefficient, atom in mg.derive(name).terms])
    for coefficient, atom in mg.derive(name).terms:
        found = read(json.loads(json.dumps(written(atom))))
        assert (found, str(found)) == (renamed(atom), str(renamed(atom)))
        assert expression(json.loads(json.dumps(formula(coefficient)))) == coefficient


def test_names_may_hold_anything():
    """Views and nodes whose names would mean something in a formula, or beyond Latin."""
    views = {"t-2": {}, "β": {}, "a_b": {}, "9": {}}
    params = {"lam": dict.fromkeys(views, 2.0)}
    objective = {"maximize": [{"elbo": {"from": "V", "to": "V", "likelihood_weight": "lam[m]"}}]}
    one, other = (mg.load(n, views=views, params=params, objective=objective) for n in ("mvae", "mopoe"))
    holds(mg.diff(one, other))


def test_the_other_way_round():
    """B to A takes the same atoms with the opposite residual."""
    for a, b in product(("mopoe", "mvae"), repeat=2):
        one, other = mg.diff(a, b), mg.diff(b, a)
        assert {str(x): str(-c) for c, x in one.residual} == {str(x): str(c) for c, x in other.residual}


def test_an_operation_that_does_not_fit():
    removed, *_, changed = mg.diff("mopoe", "mvae").terms.operations
    with pytest.raises(UsageError, match=r"cannot remove E.*: it is not there"):
        apply([removed], mg.derive("mvae").terms)
    with pytest.raises(UsageError, match=r"cannot reweigh KL.*: its coefficient is -beta"):
        apply([changed], mg.derive("mvae").terms)
    with pytest.raises(UsageError, match=r"cannot add KL.*: its coefficient is -beta"):
        apply([Add(changed.atom, changed.coefficient)], mg.derive("mvae").terms)


BETA = {"param": "beta"}
KEY = written(mg.derive("mvae").terms[0][1].draws[0].key)
RENAMED: dict[str, Any] = {"nodes": {}, "views": {}, "params": {}, "critics": {}, "copies": {}}
WRONG = [
    ({"op": "mend"}, "there is no operation 'mend'"),
    ({"op": "add"}, "a structure of Add has the fields atom, coefficient, and here is None"),
    ({"op": "add", "structure": {"atom": 1, "coefficient": "1"}}, "a structure is a record with its 'kind'"),
    (
        {"op": "add", "structure": {"atom": {"kind": "Kl"}, "coefficient": "1"}},
        "there is no kind 'Kl' of structure; did you mean 'KL'",
    ),
    (
        {"op": "add", "structure": {"atom": {"kind": "KL"}, "coefficient": "1"}},
        "a structure of KL has the fields of, to",
    ),
    ({"op": "add", "structure": {"atom": KEY, "coefficient": "1"}}, "'Fused' cannot stand at Add.atom"),
    (
        {"op": "add", "structure": {"atom": {"kind": "Constant", "text": 1, "of": []}, "coefficient": "1"}},
        "Constant.text cannot be",
    ),
    ({"op": "rename", "structure": {**RENAMED, "nodes": []}}, "Rename.nodes has values"),
    ({"op": "rewrite", "structure": {"atom": KEY, "into": 3}}, "'Fused' cannot stand at Rewrite.atom"),
]
NO_COEFFICIENT = [
    *("x", "1/0", 1, None, [], {}, {"param": ""}, {"sum": "1"}, {"root": ["1"]}),
    *({"power": [BETA]}, {"power": [BETA, BETA]}, {"power": ["9", "1000000"]}, {"power": ["0", "-1"]}),
]

MEANINGLESS = NO_COEFFICIENT[-4:]  # which no schema can tell


@pytest.mark.parametrize(("data", "said"), WRONG, ids=[said for _, said in WRONG])
def test_data_that_are_no_operation(data, said):
    assert not SCHEMA.is_valid([data])
    with pytest.raises(UsageError, match=said):
        operation(data)


@pytest.mark.parametrize("data", NO_COEFFICIENT, ids=str)
def test_data_that_are_no_coefficient(data):
    add = {"op": "add", "structure": {"atom": {"kind": "Constant", "text": "k", "of": []}, "coefficient": data}}
    assert SCHEMA.is_valid([add]) == (data in MEANINGLESS)
    with pytest.raises(UsageError):
        expression(data)


@st.composite
def expressions(draw: st.DrawFn) -> Any:
    """Formulas over params with any names."""
    leaves = st.one_of(st.fractions(max_denominator=99).map(sympy.Rational), st.text(min_size=1).map(symbol))
    two = st.tuples(leaves, leaves, st.integers(-3, 3))
    a, b, n = draw(two)
    c, d, _ = draw(two)
    found = sympy.Add(sympy.Mul(a, b), sympy.Pow(c, n) if c != 0 else d, d)
    return found / (1 + sympy.Symbol("u", real=True)) if draw(st.booleans()) else found


@settings(max_examples=200, deadline=None, derandomize=True)
@given(expressions())
def test_any_coefficient_is_read_back(value):
    assert expression(json.loads(json.dumps(formula(value)))) == value


def test_the_schema_is_one():
    Draft202012Validator.check_schema(json_schema())


def test_every_kind_is_met():
    """No kind of record is without a reference spec that has it, but two."""
    seen: set[str] = set()

    def note(data: Any) -> None:
        for inside in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
            note(inside)
        if isinstance(data, dict) and "kind" in data:
            seen.add(data["kind"])

    for spec in SPECS.values():
        for _, atom in terms_of(spec):
            note(written(renamed(atom)))
    assert KINDS.keys() - seen == {"Constant", "Empirical"}
