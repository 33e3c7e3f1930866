"""Networks that no term trains: they are not built, and nothing is answered by them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from safetensors.torch import save_file
from torch import Tensor

import mvgraph as mg
from mvgraph.errors import UsageError
from mvgraph.graph.checks import check
from mvgraph.graph.usage import trained
from mvgraph.module.model import Model
from mvgraph.objective.keys import Ref
from mvgraph.objective.unused import dead
from mvgraph.planning import plan
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.training.folder import read_weights

from .models import NAMES, agree, data, small, views_of
from .random_specs import Tree, specs
from .test_random_specs import QUICK, accepted

VIEWS = {"a": {"shape": [3]}, "b": {"shape": [2]}, "y": {"shape": [4], "likelihood": "categorical"}}


def predictor(**overrides: object) -> Spec:
    """A label inferred from two views that nothing scores."""
    objective = {"maximize": [{"elbo": {"from": ["a", "b"], "to": ["y"]}}]}
    return load("mvae", views=VIEWS, objective=objective, sets=["p.z.dim=2"], **overrides)


def rows(count: int = 4) -> dict[str, Tensor]:
    torch.manual_seed(0)
    return {"a": torch.randn(count, 3), "b": torch.randn(count, 2), "y": torch.eye(4)[torch.arange(count) % 4]}


def built(model: Model) -> set[str]:
    """The networks that a model has, by the kind and the name."""
    return {".".join(name.split(".")[1:3]) for name, _ in model.named_parameters()}


def test_what_no_term_trains_is_not_built() -> None:
    """MVG228 and MVG229 say so."""
    spec = predictor()
    messages = [p for p in check(spec) if p.code in ("MVG228", "MVG229")]
    assert [p.code for p in messages] == ["MVG228", "MVG229", "MVG229"]
    assert "its network is not built" in messages[0].remedy
    assert "is not built" in messages[1].message
    assert built(Model(spec)) == {"experts.z(a)", "experts.z(b)", "decoders.x@y()"}
    assert list(dead(spec)) == ["encoder q(z|y)", "decoder of x.a", "decoder of x.b"]
    assert plan(spec).dead == tuple(dead(spec))


def test_answers_are_those_of_trained_decoders() -> None:
    model, x = mg.compile(predictor(), seed=0), rows()
    assert list(model.impute(x)) == list(model.generate(3)) == ["y"]
    only = "the objective trains decoders of y only"
    with pytest.raises(UsageError, match=f"no term trains the decoder of 'a', and none is built: {only}"):
        model.impute(x, views=["a", "y"])
    with pytest.raises(UsageError, match=f"no term trains the decoders of 'a', 'b', .*{only}"):
        model.log_likelihood(x)
    with pytest.raises(UsageError, match="the objective trains encoders of a, b only"):
        model.encode(x, given=["y"])
    assert model.encode(x)["z"].mean.shape == (4, 2)
    agree(Model(predictor()).double().eval(), data(predictor(), 4))


def test_a_model_without_decoders() -> None:
    """DCCA encodes, and does nothing else."""
    views = {v: VIEWS[v] for v in "ab"}
    model, x = mg.compile("dcca", views=views, seed=0), {v: rows()[v] for v in "ab"}
    assert built(model) == {"experts.z@a(a)", "experts.z@b(b)"}
    assert model.encode(x)["z.a"].mean.shape == (4, 10)
    for ask in (lambda: model.impute(x), lambda: model.generate(3)):
        with pytest.raises(UsageError, match=r"no term trains the decoders of any view.*trains no decoders"):
            ask()
    assert set(model.loss(rows_of(x, 64)).terms) == set(mg.derive(model.spec).lines)


def rows_of(x: dict[str, Tensor], count: int) -> dict[str, Tensor]:
    """As many rows by chance."""
    return {v: torch.randn(count, *value.shape[1:]) for v, value in x.items()}


@pytest.mark.parametrize(
    ("term", "decoders"),
    [
        ({"elbo": {"from": "V", "to": "V", "likelihood_weight": {"a": 0}}}, "by"),
        ({"elbo": {"from": "V", "to": "V", "likelihood_weight": {"a": "gone", "b": 1}}}, "by"),
        ({"iwae": {"from": "V", "to": "V", "samples": 2, "likelihood_weight": {"y": 0}}}, "ab"),
        ({"elbo": {"for": {"m": "V"}, "from": "V", "to": ["m"]}}, "aby"),
    ],
)
def test_weights_of_zero_train_nothing(term: object, decoders: str) -> None:
    spec = load("mvae", views=VIEWS, params={"gone": 0}, objective={"maximize": [term]}, sets=["p.z.dim=2"])
    assert "".join(sorted(trained(spec).decoders["x"])) == decoders
    model = Model(spec).double().eval()
    agree(model, data(spec, 4))
    agree(model, data(spec, 3, torch.tensor([[True, True, False], [True, False, False], [False, True, True]])))
    assert list(model.impute(data(spec, 2))) == list(decoders)


def test_a_weight_of_zero_asks_for_what_is_evaluated() -> None:
    """The posterior of a divergence and what a critic judges are evaluated all the same; a log-likelihood is not."""
    kl = {"kl": {"of": "q(z | b)", "to": "p(z)", "weight": "none"}}
    game = {"game": {"play": "lsgan", "real": "x.y", "fake": "x.y", "from": "V", "weight": "none"}}
    scored = {"elbo": {"from": ["a"], "to": ["a", "b"], "likelihood_weight": {"b": "none"}}}
    objective = {"maximize": [scored], "minimize": [kl, game]}
    spec = load("mvae", views=VIEWS, params={"none": 0}, objective=objective, sets=["p.z.dim=2"])
    model = Model(spec).double().eval()
    assert {n for n in built(model) if not n.startswith("critics")} == {
        *(f"experts.z({v})" for v in "aby"),
        "decoders.x@a()",
        "decoders.x@y()",
    }
    agree(model, data(spec, 4))
    assert list(dead(spec)) == [*(f"encoder q(z|{v})" for v in "by"), "decoder of x.b", "decoder of x.y"]


def test_a_private_latent_whose_encoder_is_not_trained_is_drawn_from_its_prior() -> None:
    """Its view is no evidence of it, as in training."""
    p = {"h": {"latent": "normal", "plate": "view", "dim": 2}, "x": {"given": ["z", "h"]}}
    objective = {"maximize": [{"elbo": {"from": ["a"], "to": ["a", "b"]}}]}
    views = {v: VIEWS[v] for v in "ab"}
    model = mg.compile("mvae", views=views, p=p, q={"h": {"expert": "normal"}}, objective=objective, seed=0)
    assert not model.networks.has_expert(Ref("h", "b"), "b")
    x = {v: rows()[v] for v in "ab"}
    found = model.encode(x)
    assert torch.equal(found["h.b"].mean, torch.zeros(4, 2))
    assert not torch.equal(found["h.a"].mean, torch.zeros(4, 2))
    assert model.impute(x)["b"].mean.shape == (4, 2)
    assert model.log_likelihood(x, samples=3).isfinite().all()


def test_a_trunk_is_built_for_whoever_shares_it() -> None:
    """The encoder of z for b is not trained, that of h for b is, and has the trunk of z."""
    p = {"h": {"latent": "normal", "plate": "view", "dim": 2}, "x": {"given": ["z", "h"]}}
    objective = {
        "maximize": [{"elbo": {"from": ["a"], "to": ["a"]}}],
        "minimize": [{"kl": {"of": "q(h.b | b)", "to": "p(h.b)"}}],
    }
    q = {"h": {"expert": "normal", "share": "z"}}
    model = mg.compile("mvae", views={v: VIEWS[v] for v in "ab"}, p=p, q=q, objective=objective, seed=0)
    assert built(model) == {"experts.z(a)", "experts.h@a(a)", "experts.h@b(b)", "decoders.x@a()"}
    experts = model.networks.experts
    assert experts["h@a(a)"].trunk is experts["z(a)"].trunk
    assert model.loss({v: rows()[v] for v in "ab"}).rows.isfinite().all()


def test_weights_that_hold_untrained_networks_still_load(tmp_path: Path) -> None:
    """Earlier versions built and kept them; anything else that is too much is refused as before."""
    spec = load("dvcca", views={v: VIEWS[v] for v in "ab"})
    model = mg.compile(spec, seed=0)
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    old = {**kept, "networks.experts.z(b).trunk.1.weight": torch.zeros(2, 2)}
    other = mg.compile(spec, seed=1)
    other.load_state_dict(old)
    assert all(torch.equal(value, kept[name]) for name, value in other.state_dict().items())
    save_file(old, tmp_path / "weights.safetensors")
    read_weights(tmp_path, other)
    with pytest.raises(RuntimeError, match="Unexpected key"):
        other.load_state_dict({**kept, "networks.experts.w(b).trunk.1.weight": torch.zeros(2, 2)})


@pytest.mark.parametrize("name", NAMES)
def test_reference_specs_build_what_they_train(name: str) -> None:
    """Every network that is built gets a gradient, or is a prior."""
    spec = small(name, views_of(name, 2))
    model = Model(spec).double().eval()
    loss = model.loss(data(spec, 6))
    total = loss.rows.sum() + sum(loss.players.values())
    names, parameters = zip(*model.named_parameters(), strict=True)
    gradients = torch.autograd.grad(total, parameters, allow_unused=True)
    without = {n for n, g in zip(names, gradients, strict=True) if g is None}
    assert not [n for n in without if n.split(".")[1] in ("experts", "joints", "decoders", "uppers")]


@settings(QUICK, max_examples=40)
@given(specs())
def test_specs_by_chance_build_what_they_train(tree: Tree) -> None:
    """What the terms name is what is built, but for a divergence of a density from itself."""
    spec = accepted(tree)
    used, executed = trained(spec), plan(spec)
    experts = {(r.node, v) for r, v in executed.experts}
    assert experts <= {(n, v) for n, views in used.experts.items() for v in views}
    assert {r.node for r in executed.joints} == used.joints
    assert {(d.target.node, d.target.view) for d in executed.decodes} == {
        (n, v) for n, views in used.decoders.items() for v in views
    }


def test_an_entropy_trains_the_expert_whose_it_is() -> None:
    """CE(q, q) is the entropy of q; KL(q ‖ q) is zero, whatever q is."""
    of = {"of": "q(z | b)", "to": "q(z | b)"}
    route = {"maximize": [{"elbo": {"from": ["a"], "to": ["a"]}}]}
    entropy, nothing = (
        load("mvae", views=VIEWS, objective={**route, "minimize": [{word: of}]}, sets=["p.z.dim=2"])
        for word in ("ce", "kl")
    )
    assert trained(entropy).experts["z"] == {"a", "b"}
    assert trained(nothing).experts["z"] == {"a"}
    assert mg.compile(entropy, seed=0).loss(rows()).total.isfinite()
