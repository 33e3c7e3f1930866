"""TELBO and JNF through their phases: golden numbers, and gradients against finite differences of closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from torch import Tensor

from mvgraph.module.model import Model
from mvgraph.training.stages import Rest, stages

from .builder import Z, batch, build, exactly, fixed, head_of, signs
from .linear_gaussian import Array, Gaussian, kl
from .test_golden_numbers import EXPERTS, JOINT, NARROW, NORMAL, ORACLE, X
from .test_gradients import differences, gradient

JOINT_BOUND = -2.205037844806
BOTH = -4.971939571302


def telbo(optimize: bool = True) -> Model:
    """In one dimension, with the given experts."""
    return fixed(build(ORACLE, "telbo", **NORMAL, **NARROW, estimator=exactly(1), optimize=optimize), EXPERTS, JOINT)


@pytest.mark.parametrize("optimize", [True, False])
def test_golden_numbers(optimize: bool) -> None:
    model = telbo(optimize)
    noise = signs(model, 1)
    joint, alone = (-float(model.loss(batch(X), phase=p, noise=noise).total.detach()) for p in ("joint", "unimodal"))
    assert joint == pytest.approx(JOINT_BOUND, abs=1e-9)
    assert joint + alone == pytest.approx(BOTH, abs=1e-9)
    assert alone == pytest.approx(sum(ORACLE.elbo(q, X, views=[m]) for m, q in enumerate(EXPERTS)), abs=1e-9)
    assert -float(model.loss(batch(X), noise=noise).total.detach()) == pytest.approx(BOTH, abs=1e-9)


def test_gradient_of_the_second_phase() -> None:
    """In the means and log-variances of the experts, and in nothing else."""

    def bound(flat: Array) -> float:
        experts = [Gaussian(m, np.exp(s)) for m, s in flat.reshape(2, 2, 1)]
        return sum(ORACLE.elbo(q, X, views=[m]) for m, q in enumerate(experts))

    model = telbo()
    rest = Rest(model, stages(model.spec)[1])
    total = model.loss(batch(X), phase="unimodal", noise=signs(model, 1)).total
    heads = [model.networks.expert(Z, v) for v in model.spec.view_names]
    chosen = [head_of(h, n).bias for h in heads for n in ("loc", "raw_scale")]
    point = np.array([[q.mean, np.log(q.var)] for q in EXPERTS]).ravel()
    assert gradient(total, chosen) == pytest.approx(differences(bound, point), rel=1e-6, abs=1e-8)
    learning = {n.split(".")[1] for n, p in model.named_parameters() if p.requires_grad}
    assert learning == {"experts"}
    rest.end()
    assert all(p.requires_grad for p in model.parameters())


def test_the_first_phase_leaves_the_experts_alone() -> None:
    model = telbo()
    model.loss(batch(X), phase="joint", noise=signs(model, 1)).total.backward()
    reached = {n.split(".")[1] for n, p in model.named_parameters() if p.grad is not None}
    assert reached == {"joints", "decoders"}


JMVAE = {"q": {"z": {"expert": {"normal": {"scale": None}}, "fuse": {"joint": {"hidden": []}}}}}
CROSS = -1.495648430372
GAUSSIAN = {"q": {"z": {"expert": "normal", "subsets": None, "fuse": {"joint": {"hidden": [], "expert": None}}}}}


def jnf(optimize: bool = True, **options: Any) -> Model:
    """With Gaussian experts in place of flows."""
    return fixed(build(ORACLE, "jnf", **NORMAL, **GAUSSIAN, optimize=optimize, **options), EXPERTS, JOINT)


@pytest.mark.parametrize("optimize", [True, False])
def test_golden_numbers_of_jnf(optimize: bool) -> None:
    model = jnf(optimize, estimator=exactly(1))
    noise = signs(model, 1)
    joint, alone = (-float(model.loss(batch(X), phase=p, noise=noise).total.detach()) for p in ("joint", "unimodal"))
    assert joint == pytest.approx(JOINT_BOUND, abs=1e-9)
    assert alone == pytest.approx(CROSS, abs=1e-9)
    assert alone == pytest.approx(-sum(kl(JOINT, q) + entropy(JOINT) for q in EXPERTS), abs=1e-9)


def entropy(q: Gaussian) -> float:
    """H(q) = ½ log 2πe v, over the entries."""
    return float(0.5 * np.log(2 * np.pi * np.e * q.var).sum())


def test_i33_cross_entropies_pull_as_the_divergences_of_jmvae_do() -> None:
    """I-33: −CE = −KL − H, and H is constant while q_J rests: the same gradient, another value."""
    jmvae = fixed(build(ORACLE, "jmvae", **NORMAL, **JMVAE, alpha=1, beta=0, estimator=exactly(1)), EXPERTS, JOINT)
    model = jnf(estimator=exactly(1))
    rest = Rest(model, stages(model.spec)[1])
    cross = model.loss(batch(X), phase="unimodal", noise=signs(model, 1))
    whole = jmvae.loss(batch(X), noise=signs(jmvae, 1))
    found = [_pulls(m, t) for m, t in ((model, cross.total), (jmvae, whole.total))]
    assert found[0] == pytest.approx(found[1], rel=1e-10, abs=1e-12)
    assert np.abs(found[0]).min() > 1e-3
    divergences = sum(v for n, v in whole.terms.items() if "|| q(" in n)
    assert float((-cross.total - divergences).detach()) == pytest.approx(-2 * entropy(JOINT), abs=1e-9)
    rest.end()


def test_i33_fails_while_the_joint_network_learns() -> None:
    """H is no constant then: the joint network is pulled another way."""
    jmvae = fixed(build(ORACLE, "jmvae", **NORMAL, **JMVAE, alpha=1, beta=0, estimator=exactly(1)), EXPERTS, JOINT)
    model = jnf(estimator=exactly(1))
    cross = model.loss(batch(X), phase="unimodal", noise=signs(model, 1)).total
    divergences = -sum(v for n, v in jmvae.loss(batch(X), noise=signs(jmvae, 1)).terms.items() if "|| q(" in n)
    scale = [
        gradient(t, [head_of(m.networks.joints["z()"], "raw_scale").bias])
        for m, t in ((model, cross), (jmvae, divergences))
    ]
    assert abs(scale[0][0] - scale[1][0]) == pytest.approx(1.0, abs=1e-9)  # dH/d log v = ½ for each of two experts


def _pulls(model: Model, total: Tensor) -> Array:
    """The gradient in the means and log-variances of the experts."""
    heads = [model.networks.expert(Z, v) for v in model.spec.view_names]
    return gradient(total, [head_of(h, n).bias for h in heads for n in ("loc", "raw_scale")])
