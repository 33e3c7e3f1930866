"""TELBO through its phases: golden numbers, and gradients against finite differences of closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from mvgraph.module.model import Model
from mvgraph.training.stages import Rest, stages

from .builder import Z, batch, build, exactly, fixed, head_of, signs
from .linear_gaussian import Array, Gaussian
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
