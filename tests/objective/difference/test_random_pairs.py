"""Random specs: the same objective written in two ways is found equal, and another one is found different.

What is equal is decided by numbers, which `tests.values` takes straight from the spec: no rule of derivation, no
canonical form, and nothing of `diff` has a part in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import mvgraph as mg
from mvgraph.errors import SpecError
from mvgraph.objective.difference.delta import Difference
from mvgraph.objective.difference.relation import Relation
from mvgraph.spec.model import Spec
from tests.module.newer_specs import newer
from tests.module.random_specs import specs
from tests.values.definition import valued
from tests.values.world import World

from . import rewriting
from .perturbing import PERTURBATIONS, perturbed

QUICK, LONG = 25, 2000
OFTEN = LONG // 40  # of each kind at least: not every spec has what it changes
SOME_TWICE = 1.25  # Hypothesis varies what it has, and some examples come twice
COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "database": None,
}
EQUAL = (Relation.IDENTICAL, Relation.EXPECTED)  # random sets may be drawn in other numbers
RARE = ("expert", "sign", "prior expert", "prior expert")  # what not every spec has
Pair = tuple[rewriting.Tree, rewriting.Tree, str]


def checked(tree: rewriting.Tree) -> Spec:
    """The spec of a mapping, another one where it has errors."""
    try:
        spec = mg.load(tree)
        assume(not [p for p in mg.check(spec) if p.severity == "error"])
    except SpecError:
        assume(False)
    return spec


@st.composite
def trees(draw: st.DrawFn) -> rewriting.Tree:
    """A spec, every third time with one of the rarer words."""
    return rewriting.plain(draw(st.one_of(specs(), specs(), newer())))


def staged(tree: rewriting.Tree) -> rewriting.Tree:
    """A spec with a phase of its own before its objective."""
    before = {"maximize": [{"elbo": {"from": "V", "to": "V", "beta": 0}}]}
    objective = tree["objective"]
    phases = [{"name": n, "epochs": 2, "objective": o} for n, o in (("early", before), ("late", objective))]
    return {**{k: v for k, v in tree.items() if k != "objective"}, "phases": phases}


STAGES = st.sampled_from([dict, dict, dict, staged])


@st.composite
def rewritten(draw: st.DrawFn) -> Pair:
    """A spec and what some rewritings make of it."""
    tree, stage = draw(trees()), draw(STAGES)
    other, names = tree, []
    for rewrite in draw(st.lists(st.sampled_from(rewriting.REWRITINGS), min_size=1, max_size=3, unique=True)):
        made = rewrite(draw, other)
        names += [rewrite.__name__] if str(made) != str(other) else []
        other = made
    assume(names)
    return stage(tree), stage(other), " ".join(names)


@st.composite
def changed(draw: st.DrawFn) -> Pair:
    """A spec and what one perturbation makes of it."""
    tree, stage = draw(trees()), draw(STAGES)
    kind = draw(st.sampled_from([*PERTURBATIONS, *RARE]))
    other = perturbed(draw, tree, kind)
    assume(other is not None)
    return stage(tree), stage(other or tree), kind


def equal_pairs() -> st.SearchStrategy[tuple[rewriting.Tree, rewriting.Tree]]:
    """Two ways to write one objective."""
    return rewritten().map(lambda pair: pair[:2])


def other_pairs() -> st.SearchStrategy[tuple[rewriting.Tree, rewriting.Tree]]:
    """Two specs that one perturbation sets apart."""
    return changed().map(lambda pair: pair[:2])


def world(spec: Spec) -> World:
    """Numbers for a spec; doubled names are those of `renamed`."""
    return World(spec, rows=8, called={2 * name: name for name in "zuh"})


def numbers(spec: Spec) -> list[Any]:
    """The value of the objective, row by row, or of that of every phase."""
    return [valued(world(part)) for part in spec.by_phase.values() or [spec]]


def multiple(one: Any, other: Any) -> float | None:
    """c with one = c · other, row by row; None where there is none, and where one of them alone is nothing."""
    nothing = [np.abs(value).max() < 1e-9 for value in (one, other)]
    if any(nothing):
        return 1.0 if all(nothing) else None
    factor = float(one @ other / (other @ other))
    return factor if np.allclose(one, factor * other, rtol=0, atol=1e-8 * np.abs(one).max()) else None


class Tally:
    """How many different pairs of each kind were decided."""

    def __init__(self) -> None:
        self.pairs: dict[str, str] = {}

    def note(self, pair: Pair) -> None:
        """Count a pair, once."""
        self.pairs[str(pair[:2])] = pair[2]

    @property
    def kinds(self) -> Counter[str]:
        """Of how many kinds."""
        return Counter(kind for kinds in self.pairs.values() for kind in kinds.split(" "))


def equal(pair: Pair) -> bool:
    """Two ways to write one objective have one value and are found one."""
    one, other = map(checked, pair[:2])
    np.testing.assert_allclose(numbers(one), numbers(other), rtol=1e-9, atol=1e-9)
    found = mg.diff(one, other)
    assert found.verdict in EQUAL, str(found)
    assert not found.residual
    return True


def different(pair: Pair) -> bool:
    """Two objectives are found to be one, or multiples, exactly where their values are; True where they are not."""
    one, other = map(checked, pair[:2])
    factors = [multiple(*pair) for pair in zip(numbers(one), numbers(other), strict=True)]
    found = mg.diff(one, other)
    claimed = claim(found, world(one))
    if claimed is None:
        assert any(c is None or c < 0 for c in factors), (factors, str(found))
        assert found.residual or found.distributions
        return True
    assert None not in factors, str(found)
    if not (one.phases and found.verdict is Relation.SCALED):  # each phase has a factor of its own
        assert factors == pytest.approx([claimed] * len(factors), rel=1e-7), str(found)
    return False


def claim(found: Difference, known: World) -> float | None:
    """c where a verdict says that A = c · B."""
    if found.verdict is Relation.SCALED:
        return known.coefficient(found.finding.factor)
    return 1.0 if found.verdict in EQUAL else None


def explore(pairs: st.SearchStrategy[Pair], decide: Callable[[Pair], bool], count: int) -> Tally:
    """Decide many pairs, and count those that are what they should be."""
    tally = Tally()

    @settings(max_examples=count, phases=[Phase.explicit, Phase.generate], **COMMON)
    @given(pairs)
    def run(pair: Pair) -> None:
        assume(decide(pair))  # decided all the same, and not counted
        tally.note(pair)

    run()
    return tally


@settings(max_examples=QUICK, **COMMON)
@given(rewritten())
def test_rewritings_are_found_equal(pair):
    equal(pair)


@settings(max_examples=QUICK, **COMMON)
@given(changed())
def test_perturbations_are_found_different(pair):
    different(pair)


@pytest.mark.slow
def test_many_rewritings_are_found_equal():
    tally = explore(rewritten(), equal, int(LONG * SOME_TWICE))
    assert len(tally.pairs) >= LONG
    assert all(tally.kinds[f.__name__] >= OFTEN for f in rewriting.REWRITINGS), tally.kinds


@pytest.mark.slow
def test_many_perturbations_are_found_different():
    tally = explore(changed(), different, int(LONG * SOME_TWICE))
    assert len(tally.pairs) >= LONG
    assert all(tally.kinds[kind.split(" ")[0]] >= OFTEN for kind in PERTURBATIONS), tally.kinds
