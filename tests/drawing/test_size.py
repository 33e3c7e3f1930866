"""Large models are little work to draw and stay readable: plates in place of copies. Unrolled, they keep most laws."""

from __future__ import annotations

import pytest

import mvgraph as mg
from mvgraph.drawing.building import diagram
from mvgraph.drawing.layout import place
from mvgraph.drawing.svg import svg
from mvgraph.drawing.themes import LIGHT
from mvgraph.spec.model import Spec
from tests.work import calls

from .laws import FOUR, violations

MOST = 1_500_000  # calls; 610,000 are those for forty views


def forty_views() -> Spec:
    """MoPoE over forty views."""
    return mg.load("mopoe", views={f"v{i}": {"shape": [3]} for i in range(1, 41)})


def six_levels() -> Spec:
    """MHVAE with six levels and three views."""
    levels = {"plate": {"level": 6}, "dim": [12, 10, 8, 6, 4, 2]}
    return mg.load("mhvae", p={"z": levels}, views={v: {"shape": [3]} for v in ("image", "sound", "text")})


def twelve_latents() -> Spec:
    """A chain of six shared latents, and six private ones of every view, each below one of the chain."""
    network = {"mlp": {"hidden": [3]}}
    shared = {f"z{i}": {"latent": "normal", "dim": 2} for i in range(1, 7)}
    for i in range(2, 7):
        shared[f"z{i}"] |= {"given": [f"z{i - 1}"], "network": network}
    private = {
        f"h{i}": {"latent": "normal", "dim": 2, "plate": "view", "given": [f"z{i}"], "network": network}
        for i in range(1, 7)
    }
    given = ["z6", *private]
    return mg.load(
        {
            "name": "twelve latents",
            "views": {v: {"shape": [3], "likelihood": "normal"} for v in ("image", "sound", "text")},
            "p": {**shared, **private, "x": {"observed": True, "plate": "view", "given": given}},
            "q": {
                **{name: {"expert": "normal", "fuse": "poe"} for name in shared},
                **{name: {"expert": "normal"} for name in private},
            },
            "objective": {"maximize": [{"elbo": {"from": "V", "to": "V"}}]},
        }
    )


LARGE = {"forty views": (forty_views(), 4), "six levels": (six_levels(), 4), "twelve latents": (twelve_latents(), 19)}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_model_is_little_work_and_legible(name: str) -> None:
    spec, _ = LARGE[name]
    assert calls(lambda: svg(place(diagram(spec)), LIGHT)) < MOST
    assert violations(place(diagram(spec))) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_a_large_model_keeps_the_laws_unrolled(name: str) -> None:
    placed = place(diagram(LARGE[name][0], unroll=True))
    assert len(violations(placed, FOUR)) <= (
        name == "twelve latents"
    )  # one of 86 lines finds no way but through a node


@pytest.mark.parametrize("name", LARGE)
def test_copies_are_drawn_once(name: str) -> None:
    spec, most = LARGE[name]
    assert not [p for p in mg.check(spec) if p.severity == "error"]
    assert len(diagram(spec).nodes) <= most
    assert len(diagram(spec, unroll=True).nodes) > len(diagram(spec).nodes)
