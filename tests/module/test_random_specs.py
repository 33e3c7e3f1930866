"""Specs by chance: what the checks accept derives, compiles, agrees with the interpreter and answers."""

from __future__ import annotations

from contextlib import suppress

import pytest
import torch
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.graph.checks import check
from mvgraph.module.model import Model
from mvgraph.objective.canonical import derive
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

from .models import agree, data, model, patterns
from .random_specs import Tree, specs, useful

QUICK = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
LONG = settings(QUICK, max_examples=3000, phases=(Phase.generate, Phase.shrink))


def accepted(tree: Tree) -> Spec:
    """The spec of a tree, if the checks accept it; they never crash."""
    spec = load(tree)
    problems = [p for p in check(spec) if p.severity == "error"]
    event(", ".join(sorted({p.code for p in problems})) or "accepted")
    assume(not problems)
    return spec


def masks(spec: Spec) -> torch.Tensor:
    """Every pattern of observed views, twice."""
    return patterns(len(spec.views)).repeat(2, 1)


def executes(spec: Spec, seed: int) -> None:
    """Derives, plans, evaluates to finite numbers, and agrees, under every mask."""
    assert derive(spec).terms is not None
    made = model(spec, seed=seed)
    assert str(made.plan)
    rows = masks(spec)
    loss = agree(made, data(spec, len(rows), rows, seed), seed=seed)
    assert loss.rows.isfinite().all()
    complete = agree(made, data(spec, 3, seed=seed), seed=seed)
    assert complete.rows.isfinite().all()


def answers(spec: Spec, seed: int) -> None:
    """Every question has an answer of the right shape, or is refused as one that cannot be answered."""
    made = model(spec, seed=seed)
    batch = data(spec, 3, seed=seed)
    for row in patterns(len(spec.views)):
        given = [v for v, there in zip(spec.view_names, row.tolist(), strict=True) if there]
        ask(made, batch, given)
    for mean in (True, False) if made.networks.decoded() else ():
        drawn = made.generate(2, mean=mean)
        assert {v: tuple(x.shape) for v, x in drawn.items()} == {v: (2, *(spec.view(v).shape or ())) for v in drawn}


def ask(made: Model, batch: Batch, given: list[str]) -> None:
    """Encode, impute and score one set of evidence."""
    spec = made.spec
    with suppress(UsageError):
        for name, found in made.encode(batch, given).items():
            latent, _, view = name.partition(".")
            assert found.batch_shape == (3,)
            assert found.event_shape == (spec.dim(latent, view or None),)
    for samples in (None, 2):
        with suppress(UsageError):
            for view, found in made.impute(batch, given, samples=samples).items():
                assert found.mean.shape == (3, *(spec.view(view).shape or ()))
                assert found.mean.isfinite().all()
    with suppress(UsageError):
        assert made.log_likelihood(batch, 4, given=given).isfinite().all()


@QUICK
@given(specs(), st.integers(0, 3))
def test_executors_agree(tree: Tree, seed: int) -> None:
    """Interpreter and plan, value and gradient."""
    executes(accepted(tree), seed)


@QUICK
@given(specs(), st.integers(0, 3))
def test_answers(tree: Tree, seed: int) -> None:
    """Encode, impute, generate, log-likelihood."""
    answers(accepted(tree), seed)


@pytest.mark.slow
@LONG
@given(specs(), st.integers(0, 3))
def test_executors_agree_at_length(tree: Tree, seed: int) -> None:
    """The same for many more specs."""
    executes(accepted(tree), seed)


@pytest.mark.slow
@LONG
@given(specs(), st.integers(0, 3))
def test_answers_at_length(tree: Tree, seed: int) -> None:
    """The same for many more specs."""
    answers(accepted(tree), seed)


def tree(nodes: Tree, q: Tree, terms: Tree, count: int = 3, **rest: Tree) -> Tree:
    """A spec with `count` normal views."""
    network = {"mlp": {"hidden": [3]}}
    views = {v: {"shape": [2], "likelihood": "normal", "encoder": network, "decoder": network} for v in "abc"[:count]}
    given = rest.pop("given", list(nodes))
    p = {**nodes, "x": {"observed": True, "plate": "view", "given": given}}
    return {"name": "found", "views": views, "p": p, "q": q, "objective": terms, **rest}


def route(**options: object) -> Tree:
    """An objective of one route from V to V, unless said."""
    word = "iwae" if "strata" in options else "elbo"
    return {"maximize": [{word: {"from": "V", "to": "V", **options}}]}


def kl(of: str, to: str, **options: object) -> Tree:
    """A route and an explicit divergence."""
    return {**route(), "minimize": [{"kl": {"of": of, "to": to, **options}}]}


Z: Tree = {"z": {"latent": "normal", "dim": 2}}
U: Tree = {"u": {"latent": "laplace", "dim": 1}}
H: Tree = {"h": {"latent": "normal", "plate": "view", "dim": 2}}
ZU: Tree = {"z": {"latent": "normal", "dim": 2, "given": ["u"]}, **U}
HZ: Tree = {"h": {**H["h"], "given": ["z"]}}
POE: Tree = {"z": {"expert": "normal", "fuse": "poe"}}
MEAN: Tree = {"u": {"expert": "normal", "fuse": "mean"}}
OWN: Tree = {"h": {"expert": "normal", "absent": "own"}}
ABSENT: Tree = {"h": {"expert": "normal"}}
RANDOM = {"S": "random(1)"}

FOUND = {
    "private drawn from a conditional prior": tree({**Z, **HZ}, {**POE, **ABSENT}, route(**{"from": ["a"]})),
    "the same, its parent hidden from the view": tree(
        {**Z, **HZ},
        {**POE, **ABSENT},
        {"maximize": [{"elbo": {"from": ["a"], "to": ["c"]}}, {"elbo": {"from": ["b"], "to": ["c"], "weight": 0.5}}]},
        given=["h"],
    ),
    "two shared latents, mixture, one view left": tree({**Z, **U}, {"mixture": "singles", **POE, **MEAN}, route()),
    "a conditional one among them": tree(ZU, {"mixture": "subsets", **POE, **MEAN}, route()),
    "importance weights without a score": tree(
        Z, {"mixture": "singles", **POE}, route(likelihood_weight=0, samples=2, strata="inside")
    ),
    "importance weights, private latents only below": tree(
        {**Z, **HZ}, {"mixture": "subsets", **POE, **OWN}, route(samples=2, strata="inside"), given=["h"]
    ),
    "importance weights, a mean over routes": tree(
        Z,
        {"mixture": "singles", **POE},
        route(samples=2, strata="inside", combine="mean", **{"for": {"S": "full+singles"}, "from": "S"}),
    ),
    "a stratum without any term": tree(
        {**Z, **H},
        {"mixture": "singles", **POE, **ABSENT},
        {"maximize": [{"iwae": {"from": "V", "to": ["a"], "samples": 2, "likelihood_weight": 0, "beta": {"z": 0}}}]},
    ),
    "a divergence between two views": tree(Z, POE, kl("q(z | a)", "q(z | b)")),
    "a divergence of private latents": tree({**Z, **H}, {**POE, **OWN}, kl("q(h.b | V)", "p(h.b)", weight=2)),
    "a divergence to a random set": tree(Z, POE, kl("q(z | V)", "q(z | S)", **{"for": RANDOM})),
    "random targets": tree(Z, POE, route(to="S", **{"for": RANDOM})),
}


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.parametrize("kl", ["closed", "sampled"])
def test_found(name: str, kl: str) -> None:
    """Specs that an executor once got wrong."""
    spec = load(useful({**FOUND[name], "estimator": {"kl": kl, "samples": 2}}))
    assert not [str(p) for p in check(spec) if p.severity == "error"]
    executes(spec, 0)
    answers(spec, 0)


def test_a_divergence_between_two_views_counts() -> None:
    """KL(q(z | a) ‖ q(z | b)) stands in the compiled loss where both are there, and only there."""
    made = model(load(FOUND["a divergence between two views"]))
    rows = patterns(3)
    line = next(n for n in made.plan.lines if "q(z|a) || q(z|b)" in n)
    for row in range(len(rows)):
        value = made.loss(data(made.spec, 1, rows[row : row + 1])).terms[line]
        assert (value != 0) == bool(rows[row, :2].all()), rows[row]


def test_draws_with_differing_parents_are_different_atoms() -> None:
    """h.c drawn given z ~ q(z | a) is not h.c drawn given z ~ q(z | b)."""
    lines = derive(load(FOUND["the same, its parent hidden from the view"])).lines
    assert "+ E[log p(x.c|h.c); h.c~p(h.c|z), z~q(z|a)]" in lines
    assert "+ 0.5 E[log p(x.c|h.c); h.c~p(h.c|z), z~q(z|b)]" in [n.replace("1/2 ", "0.5 ") for n in lines]


def test_random_targets_are_printed() -> None:
    """Each of the three pairs has a third of the weight."""
    terms = derive(load(FOUND["random targets"])).terms
    scores = [c for c, a in terms if str(a).startswith("E[")]
    assert [float(c) for c in scores] == pytest.approx([2 / 3] * 3)


TWO = {"z": 0.5, "u": 1}
REFUSED = {
    "MVG215 list of a random set": tree(Z, POE, route(**{"for": RANDOM, "from": ["S", "a"]})),
    "MVG218 two random sets": tree(Z, POE, route(**{"for": {**RANDOM, "T": "random(1)"}, "from": "S", "to": "T"})),
    "MVG220 copy from another view": tree({**Z, **H}, {**POE, **OWN}, kl("q(h.b | a)", "p(h.b)")),
    "MVG223 size of a random set": tree(
        Z, POE, route(**{"for": RANDOM, "from": "S", "to": "S", "weight": "1/size(S)"})
    ),
    "MVG231 private latents and random evidence": tree(
        {**Z, **H}, {**POE, **ABSENT}, route(**{"for": RANDOM, "from": "S"})
    ),
    "MVG311 divergence of two mixtures": tree(Z, {"mixture": "singles", **POE}, kl("q(z | V)", "q(z | V)")),
    "MVG311 mixture against a conditional prior": tree(
        ZU, {"mixture": "singles", **POE, **MEAN}, kl("q(z | V)", "p(z)")
    ),
    "MVG312 two weights of one mixture": tree({**Z, **U}, {"mixture": "singles", **POE, **MEAN}, route(beta=TWO)),
    "MVG313 nothing": tree(Z, POE, route(weight=0)),
    "MVG313 no set": tree(Z, POE, route(**{"for": RANDOM, "from": "S", "to": "S"}), count=2),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    """What no executor could do is refused, once, with a remedy."""
    problems = [p for p in check(load(useful(REFUSED[name]))) if p.severity == "error"]
    assert [p.code for p in problems] == [name.split()[0]]
    assert problems[0].message
    assert problems[0].remedy
