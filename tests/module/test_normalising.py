"""Networks that normalise by the batch: `norm: batch`, and torch's layers in modules of one's own."""

from __future__ import annotations

import pytest

import mvgraph as mg

VIEWS = {"a": {"shape": [3]}, "b": {"shape": [2]}}


@pytest.mark.parametrize(("norm", "depends"), [("batch", True), ("layer", False), ("none", False)])
@pytest.mark.parametrize("role", ["encoder", "decoder"])
def test_a_model_knows_whether_it_depends_on_the_batch(norm: str, role: str, depends: bool) -> None:
    model = mg.compile("mvae", views=VIEWS, view_defaults={role: {"mlp": {"hidden": [4], "norm": norm}}})
    assert model.networks.batch_dependent is depends
