"""Options that change nothing where they stand are refused, and the remedy says where they would."""

from __future__ import annotations

from typing import Any

import pytest
from graph_faults import GOOD

from mvgraph.errors import SpecError
from mvgraph.graph import check
from mvgraph.spec.reading import load
from mvgraph.vocab.family import Family
from mvgraph.vocab.fusion import Fusion
from mvgraph.vocab.network import Network

ELBO = "objective.maximize.0.elbo"
IWAE = "objective={maximize: [{iwae: {from: V, to: V, samples: 2}}], minimize: []}"


@pytest.mark.parametrize(
    ("sets", "path", "match"),
    [
        ([f"{ELBO}.samples=5"], (ELBO, "samples"), r"samples: 5 changes nothing(.|\n)*estimator: {samples: 5}"),
        ([f"{ELBO}.strata=inside"], (ELBO, "strata"), "an elbo has no logarithm"),
        ([f"{ELBO}.density=component"], (ELBO, "density"), "q is no mixture"),
        ([f"{ELBO}.for=null", f"{ELBO}.from=V", f"{ELBO}.to=V", f"{ELBO}.combine=mean"], (ELBO, "combine"), "binds no"),
        ([IWAE, "objective.maximize.0.iwae.strata=inside"], ("objective.maximize.0.iwae", "strata"), "q is no mixture"),
        ([IWAE, "estimator.samples=3"], ("estimator", "samples"), "an iwae says itself"),
        ([IWAE, "estimator.kl=sampled"], ("estimator", "kl"), "no divergence stands outside"),
        (
            [f"{ELBO}.to=[image]", f"{ELBO}.likelihood_weight={{label: 2}}"],
            (ELBO, "likelihood_weight.label"),
            "not score",
        ),
        (["p.x.given=[z]", f"{ELBO}.beta={{h: 2}}"], (ELBO, "beta.h"), "scores nothing that depends on 'h'"),
        (["q.mixture=singles", "q.z.prior_expert=never"], ("q.z", "fuse"), "gives each part one view"),
        (["q.h.fuse=poe"], ("q.h", "fuse"), "its one expert meets no other"),
        (["p.z.network=linear"], ("p.z", "network"), "no parents"),
        (["p.x.likelihood=mse"], ("views.image", "likelihood"), "'x' in p has one for all views"),
        (["p.x.network=linear", "views.image.decoder=mlp"], ("views.image", "decoder"), "'x' in p has one"),
        (
            ["q.z.network=linear", "q.h.network=linear", "views.image.encoder=mlp"],
            ("views.image", "encoder"),
            "network of",
        ),
        (
            ["views.image={shape: [3, 28, 28], decoder: {polymnist_conv: {hidden: 9}}}"],
            ("views.image", "decoder"),
            "encoder",
        ),
    ],
)
def test_an_option_without_effect_is_refused(sets: list[str], path: tuple[str, str], match: str) -> None:
    problems = [p for p in check(load(GOOD, sets=sets)) if p.code == "MVG324"]
    assert any(".".join(map(str, p.path)).startswith(".".join(path)) for p in problems), problems
    with pytest.raises(SpecError, match=match):
        raise SpecError(*problems)


@pytest.mark.parametrize("count", [1, 3])
def test_the_network_of_a_hierarchy_is_not_idle(count: int) -> None:
    """Its root has no parents, and is the only level where there is one; a node that names none has an idle network."""
    levels = [f"p.z.plate={{level: {count}}}", "p.z.network=linear"]
    assert "MVG324" not in [p.code for p in check(load(GOOD, sets=[*levels, "p.z.given=['z[l+1:]']"]))]
    idle = [p for p in check(load(GOOD, sets=levels)) if p.code == "MVG324"]
    assert [(p.path, p.message) for p in idle] == [
        (("p", "z", "network"), "network changes nothing: 'z' has no parents that it could read")
    ]


@pytest.mark.parametrize(
    ("kind", "written", "match"),
    [
        (Family, {"normal": {"init": 3}}, r"init: 3.0 changes nothing(.|\n)*add learnt: \[scale\]"),
        (Family, {"laplace": {"init": 3, "learnt": ["loc"]}}, "it starts a scale that is learnt"),
        (Network, {"mlp": {"hidden": [], "activation": "tanh"}}, "activation: tanh changes nothing"),
        (Network, {"mlp": {"hidden": [], "dropout": 0.5}}, "no hidden layer"),
        (Network, {"conv": {"hidden": [], "dropout": 0.5}}, "no hidden layer"),
        (Fusion, {"joint": {"hidden": [], "activation": "tanh"}}, "no hidden layer"),
        (Fusion, {"pool": {"hidden": [], "norm": "batch"}}, "norm: batch changes nothing"),
    ],
)
def test_an_option_without_effect_beside_the_others_is_refused(kind: Any, written: object, match: str) -> None:
    with pytest.raises(SpecError, match=match):
        kind.read(written)


@pytest.mark.parametrize(
    ("likelihood", "expert"),
    [({"normal": {"learnt": ["loc"]}}, "normal"), ("normal", {"normal": {"learnt": ["loc", "scale"]}})],
)
def test_a_network_that_has_nothing_to_make_is_refused(likelihood: object, expert: object) -> None:
    spec = load(GOOD, views={"image": {"likelihood": likelihood}}, q={"z": {"expert": expert}})
    assert [p.code for p in check(spec)] == ["MVG325"]


@pytest.mark.parametrize(
    "terms",
    ["[]", "[{elbo: {from: V, to: V}}, {elbo: {from: V, to: V, weight: -1}}]", "[{elbo: {from: V, to: V, weight: 0}}]"],
)
def test_an_objective_that_is_nothing_is_refused(terms: str) -> None:
    problems = check(load(GOOD, sets=[f"objective={{maximize: {terms}, minimize: []}}"]))
    assert "MVG313" in [p.code for p in problems if p.severity == "error"]
