"""Shapes and networks: what check says, compile says, and a shape that is taken otherwise than meant is warned of."""

from __future__ import annotations

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import mvgraph as mg
from mvgraph.data.tables import DataWarning
from mvgraph.errors import Problem, SpecError
from mvgraph.graph.checks import check
from mvgraph.graph.networks import channels
from mvgraph.module.model import Model
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

OTHER = {"shape": [2], "likelihood": "normal", "encoder": "linear", "decoder": "linear"}


def spec_of(shape: list[int], network: object, likelihood: str = "normal", **overrides: object) -> Spec:
    view = {"shape": shape, "likelihood": likelihood, "encoder": network, "decoder": network}
    return load("mvae", views={"a": view, "b": OTHER}, sets=["p.z.dim=2"], **overrides)


def errors(spec: Spec) -> list[tuple[str, object, str, str]]:
    return [(p.code, p.path, p.message, p.remedy) for p in check(spec) if p.severity == "error"]


def compiled(spec: Spec) -> list[tuple[str, object, str, str]]:
    try:
        with torch.device("meta"):
            Model(spec)
    except SpecError as error:
        return [(p.code, p.path, p.message, p.remedy) for p in error.problems]
    return []


conv = st.fixed_dictionaries(
    {
        "channels": st.lists(st.integers(1, 4), min_size=1, max_size=3),
        "kernel": st.integers(1, 4),
        "stride": st.integers(1, 3),
        "hidden": st.lists(st.integers(1, 4), max_size=1),
        "norm": st.sampled_from(["none", "batch", "layer"]),
    }
).flatmap(lambda o: st.integers(0, o["kernel"] - 1).map(lambda p: {"conv": {**o, "padding": p}}))
networks = st.one_of(
    conv,
    st.sampled_from(
        ["mlp", "linear", "mst", "bmnist_mlp", "polymnist_conv", {"resnet": {"channels": 2, "largest": 4}}]
    ),
)
shapes = st.one_of(
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
    st.sampled_from([[784], [28, 28], [1, 28, 28], [3, 28, 28], [3, 32, 32], [28, 28, 3], [9, 8, 4], [10]]),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(shapes, networks)
def test_check_says_what_compile_says(shape: list[int], network: object) -> None:
    spec = spec_of(shape, network)
    assert sorted(errors(spec)) == sorted(compiled(spec))


@pytest.mark.parametrize(
    ("shape", "network", "remedy"),
    [
        ([784], "conv", "use mlp for vectors"),
        ([1, 2, 2], "conv", "nothing is left after 3 convolutions"),
        ([1, 8, 8, 8, 8], "conv", r"conv needs views of shape \[channels, height, width\]"),
        ([28, 28, 3], "conv", r"write shape: \[3, 28, 28\], and give the data with their channels first"),
        ([5], "resnet", "resnet needs views of shape"),
        ([5], "polymnist_conv", "polymnist_conv needs views of shape"),
        ([5], "mst", "mst needs views of shape"),
        ([5, 5], "bmnist_mlp", "bmnist_mlp needs views of shape"),
    ],
)
def test_shapes_that_a_network_cannot_use_are_refused_by_check(shape: list[int], network: str, remedy: str) -> None:
    found = [p for p in check(spec_of(shape, network)) if p.code == "MVG410"]
    assert [p.path for p in found] == [("views", "a", "encoder"), ("views", "a", "decoder")][::-1]
    assert all(
        f"the network '{network}' cannot be used for the shape {shape} of the view 'a'" in p.message for p in found
    )
    assert all(re.search(remedy, p.remedy) for p in found)


def warned(spec: Spec) -> list[Problem]:
    return [p for p in check(spec) if p.code in ("MVG415", "MVG416", "MVG417")]


@pytest.mark.parametrize(
    ("shape", "likelihood", "network", "code", "remedy"),
    [
        ([28, 28], "normal", "conv", "MVG415", "write shape: [1, 28, 28] for pictures of one channel"),
        ([14, 28], "bernoulli", "conv", "MVG415", "write shape: [1, 14, 28] for pictures of one channel"),
        ([32, 159], "categorical", "conv", "MVG416", "use mlp, or a network of your own"),
        ([28, 28, 3], "normal", "resnet", "MVG417", "write shape: [3, 28, 28], and give the data with"),
    ],
)
def test_shapes_that_are_taken_otherwise(
    shape: list[int], likelihood: str, network: str, code: str, remedy: str
) -> None:
    """One warning at the shape, with what it is taken for."""
    (problem,) = warned(spec_of(shape, network, likelihood))
    assert (problem.code, problem.path) == (code, ("views", "a", "shape"))
    assert channels(tuple(shape)) in problem.message
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("shape", "likelihood", "network"),
    [
        ([1, 28, 28], "normal", "conv"),
        ([3, 32, 32], "normal", "conv"),
        ([64, 512], "normal", "conv"),
        ([3, 100], "normal", "conv"),
        ([28, 28], "normal", "mlp"),
        ([32, 159], "categorical", "mlp"),
        ([3, 28, 28], "normal", "resnet"),
    ],
)
def test_shapes_that_are_meant(shape: list[int], likelihood: str, network: str) -> None:
    assert warned(spec_of(shape, network, likelihood)) == []


def test_networks_elsewhere() -> None:
    """Of q, of a joint network, of a prior, and a critic: each at its place, before torch is there."""
    views = {v: {"shape": [3]} for v in "ab"}
    found = {
        p.path
        for spec in (
            load("mvae", views=views, sets=["q.z.network=conv"]),
            load("jmvae", views=views, sets=["q.z.fuse={joint: {network: conv}}"]),
            load("mhvae", views=views, sets=["p.z.network=conv"]),
        )
        for p in check(spec)
        if p.code == "MVG410"
    }
    assert found == {("q", "z", "network"), ("q", "z", "fuse"), ("p", "z", "network")}
    assert [p.code for p in check(load("mhvae_gan", views=views, sets=["objective.minimize.0.game.critic=conv"]))] == [
        "MVG410"
    ]


def test_a_network_that_is_not_built_may_be_any() -> None:
    """Nothing scores a: its decoder need not be able to make it."""
    objective = {"maximize": [{"elbo": {"from": "V", "to": ["b"]}}]}
    spec = load("mvae", views={"a": {"shape": [3], "decoder": "conv"}, "b": OTHER}, objective=objective)
    assert errors(spec) == compiled(spec) == []


def test_explain_says_what_a_network_slides_over() -> None:
    text = str(mg.explain(spec_of([28, 28], {"conv": {"channels": [8]}})))
    assert "encoder conv(channels: [8]) [1-d convolutions over 28 channels of length 28]" in text


def test_shapes_that_come_from_data_are_warned_of() -> None:
    spec = load("mvae", views={"a": {"encoder": "conv"}, "b": OTHER})
    data = {"a": torch.zeros(4, 28, 28), "b": torch.zeros(4, 2)}
    with pytest.warns(DataWarning, match=r"28 channels of length 28; write shape: \[1, 28, 28\]"):
        mg.fit(spec, data, epochs=1, fraction=0, progress=False, accelerator="cpu")
