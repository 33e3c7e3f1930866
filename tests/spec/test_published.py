"""The settings of published experiments: each extends the reference model of its name, checks clean, and compiles."""

from __future__ import annotations

import pytest
import torch

from mvgraph.errors import SpecError
from mvgraph.graph import check
from mvgraph.module.networks import Networks
from mvgraph.spec import zoo
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

NAMES = zoo.published()


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_is_its_model_with_numbers(name: str) -> None:
    """The same graphs and the same objective, up to numbers; nothing is wrong with it."""
    spec, model = load(name), load(name.removeprefix("published/"))
    biased = {"MVG360"} if spec.estimator.gradient != "pathwise" else set()
    assert {p.code for p in check(spec)} <= {p.code for p in check(model)} | biased
    assert nodes(spec) == nodes(model)
    assert (spec.mixture, len(spec.maximize), spec.minimize) == (model.mixture, len(model.maximize), model.minimize)
    assert spec.about == model.about


def nodes(spec: Spec) -> set[str]:
    """The latent nodes, levels folded."""
    return {v.name.partition(".")[0] for v in spec.latents}


@pytest.mark.parametrize("name", [n for n in NAMES if all(load(n).view(v).shape for v in load(n).view_names)])
def test_its_networks_fit(name: str) -> None:
    """Every network can be built: on a device without memory, but for flows, whose masks are made from numbers."""
    with torch.device("cpu" if name.endswith("jnf") else "meta"):
        networks = Networks(load(name))
    assert sum(p.numel() for p in networks.parameters()) > 1000


def test_a_typing_error_is_named() -> None:
    with pytest.raises(SpecError, match="no reference spec is named 'published/mopo'") as found:
        load("published/mopo")
    assert "did you mean 'published/mopoe'?" in found.value.problems[0].remedy
