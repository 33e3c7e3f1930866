"""What is derived, and what is made of it to be compared, has the value that the words of the spec define."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import mvgraph as mg
from mvgraph.errors import SpecError
from mvgraph.objective.canonical import terms_of
from mvgraph.objective.difference.sides import Side
from mvgraph.objective.difference.sums import pairs
from mvgraph.spec.model import Spec
from tests.module.newer_specs import newer
from tests.module.random_specs import specs

from .atoms import Atoms
from .definition import valued
from .world import World

CLOSE: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-10}
COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "database": None,
}


def counts(name: str) -> list[int]:
    """How many views a reference spec is tried with."""
    spec = mg.load(name)
    most = spec.open_views and (spec.open_views.most or 3)
    return list(range(2, most + 1)) if most else [len(spec.views)]


def at(name: str, views: int) -> Spec:
    """A reference spec with so many views."""
    return mg.load(name, views=views) if mg.load(name).open_views else mg.load(name)


NAMES = [(name, views) for name in mg.names() for views in counts(name)]


def agree(spec: Spec) -> None:
    """Three values: by definition, of the derived terms, and of the terms in the form that `diff` compares."""
    world = World(spec)
    defined, atoms = valued(world), Atoms(world)
    np.testing.assert_allclose(atoms.total(terms_of(spec)), defined, **CLOSE)
    np.testing.assert_allclose(atoms.total(pairs(Side(spec).sum)), defined, **CLOSE)


@pytest.mark.parametrize(("name", "views"), NAMES)
def test_every_reference_spec(name: str, views: int) -> None:
    """Random evidence, games and statistics too; of phases, the sum."""
    spec = at(name, views)
    agree(spec)
    for phase in spec.by_phase.values():
        agree(phase)


def some(tree: dict[str, Any]) -> None:
    """A spec by chance, another one where it has errors."""
    try:
        spec = mg.load(tree)
        assume(not [p for p in mg.check(spec) if p.severity == "error"])
    except SpecError:
        assume(False)
    agree(spec)
    for phase in spec.by_phase.values():
        agree(phase)


@settings(max_examples=25, **COMMON)
@given(st.one_of(specs(), newer()))
def test_random_specs(tree):
    some(tree)


@pytest.mark.slow
@settings(max_examples=2000, phases=[Phase.generate], **COMMON)
@given(st.one_of(specs(), newer()))
def test_many_random_specs(tree):
    some(tree)


SAME = [["me_mvae", "mnist_svhn_poe"], ["mmvae", "mmvae_dreg"], ["telbo", "telbo_joint"]]  # gradients, phases apart


def test_a_value_tells_objectives_apart() -> None:
    """Numbers decide for other tests what is equal: two reference specs have one value where they are one objective."""
    found: dict[tuple[float, ...], list[str]] = {}
    for name in dict.fromkeys(name for name, views in NAMES if views == 2):
        value = valued(World(at(name, 2)))
        found.setdefault(tuple(np.round(value, 9)), []).append(name)
    assert sorted(names for names in found.values() if len(names) > 1) == SAME
