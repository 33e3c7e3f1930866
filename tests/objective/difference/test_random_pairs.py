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
from tests.module.random_specs import specs
from tests.values.definition import valued
from tests.values.world import World

from . import rewriting
from .perturbing import PERTURBATIONS, perturbed

QUICK, LONG = 40, 2000
SOME_TWICE = 1.3  # Hypothesis varies what it has, and some examples come twice
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
def rewritten(draw: st.DrawFn) -> Pair:
    """A spec and what some rewritings make of it."""
    tree = rewriting.plain(draw(specs()))
    other, names = tree, []
    for rewrite in draw(st.lists(st.sampled_from(rewriting.REWRITINGS), min_size=1, max_size=3, unique=True)):
        made = rewrite(draw, other)
        names += [rewrite.__name__] if str(made) != str(other) else []
        other = made
    assume(names)
    return tree, other, " ".join(names)


@st.composite
def changed(draw: st.DrawFn) -> Pair:
    """A spec and what one perturbation makes of it."""
    tree = rewriting.plain(draw(specs()))
    kind = draw(st.sampled_from([*PERTURBATIONS, *RARE]))
    other = perturbed(draw, tree, kind)
    assume(other is not None)
    return tree, other or tree, kind


def equal_pairs() -> st.SearchStrategy[tuple[rewriting.Tree, rewriting.Tree]]:
    """Two ways to write one objective."""
    return rewritten().map(lambda pair: pair[:2])


def other_pairs() -> st.SearchStrategy[tuple[rewriting.Tree, rewriting.Tree]]:
    """Two specs that one perturbation sets apart."""
    return changed().map(lambda pair: pair[:2])


def world(spec: Spec) -> World:
    """Numbers for a spec; doubled names are those of `renamed`."""
    return World(spec, rows=8, called={2 * name: name for name in "zuh"})


def multiple(one: Any, other: Any) -> float | None:
    """c with one = c · other, row by row; None where there is none."""
    if not np.abs(other).max() > 1e-9:
        return 1.0 if np.abs(one).max() < 1e-9 else None
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
    np.testing.assert_allclose(valued(world(one)), valued(world(other)), rtol=1e-9, atol=1e-9)
    found = mg.diff(one, other)
    assert found.verdict in EQUAL, str(found)
    assert not found.residual
    return True


def different(pair: Pair) -> bool:
    """Two objectives are found to be one, or multiples, exactly where their values are; True where they are not."""
    one, other = map(checked, pair[:2])
    numbers = world(one)
    factor = multiple(valued(numbers), valued(world(other)))
    found = mg.diff(one, other)
    claimed = claim(found, numbers)
    if claimed is None:
        assert factor is None or factor < 0, (factor, str(found))
        assert found.residual or found.distributions
        return True
    assert factor == pytest.approx(claimed, rel=1e-7), str(found)
    return False


def claim(found: Difference, numbers: World) -> float | None:
    """c where a verdict says that A = c · B."""
    if found.verdict is Relation.SCALED:
        return numbers.coefficient(found.finding.factor)
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
    assert all(tally.kinds[f.__name__] >= LONG / 20 for f in rewriting.REWRITINGS), tally.kinds


@pytest.mark.slow
def test_many_perturbations_are_found_different():
    tally = explore(changed(), different, int(LONG * SOME_TWICE))
    assert len(tally.pairs) >= LONG
    assert all(tally.kinds[kind.split(" ")[0]] >= LONG / 20 for kind in PERTURBATIONS), tally.kinds
