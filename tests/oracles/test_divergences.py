"""Jensen–Shannon divergences of known normals through the framework, against quadrature and published numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from .builder import batch, build, exactly, fixed, integral, random_rows, signs
from .linear_gaussian import Array, Gaussian, gaussian, kl, log_density, prior
from .test_golden_numbers import EXPERTS, NORMAL, ORACLE, X, elbo, jensen_shannon, routes

GRID = np.linspace(-20, 20, 400_001)[:, None]
MEMBERS = (prior(1), *EXPERTS)
WITH_PRIOR = ["p(z)", "q(z | m)"]


def value(of: Sequence[str], center: str, experts: Sequence[Gaussian] = EXPERTS, **options: Any) -> float:
    """One Jensen–Shannon divergence, by the framework, its noise integrated."""
    js = {"of": list(of), "for": {"m": "V"}, "center": center}
    objective = {"objective": {"maximize": None, "minimize": [{"js": js}]}}
    return -integral(fixed(build(ORACLE, "mmjsd", **NORMAL, **objective, **options), experts), X)


def compared(members: Sequence[Gaussian], center: Array) -> float:
    """The mean KL of the members to a density on the grid, by the trapezoid rule."""
    logs = [log_density(q, GRID) for q in members]
    return float(np.mean([np.trapezoid(np.exp(p) * (p - center), GRID[:, 0]) for p in logs]))


def mixed(members: Sequence[Gaussian]) -> Array:
    """The log-density of their mixture on the grid."""
    found: Array = np.logaddexp.reduce([log_density(q, GRID) for q in members]) - np.log(len(members))
    return found


@pytest.mark.parametrize("of", [["q(z | m)"], WITH_PRIOR], ids=["posteriors", "with the prior"])
def test_mixture_center(of: list[str]) -> None:
    members = EXPERTS if len(of) == 1 else MEMBERS
    expected = compared(members, mixed(members))
    assert value(of, "mixture") == pytest.approx(expected, abs=1e-9)
    assert 0 < expected < np.log(len(members))


def test_i10_in_published_numbers() -> None:
    """I-10: the gap between the mixture's and the components' densities at the published point."""
    assert value(["q(z | m)"], "mixture") == pytest.approx(-3.225439357149 + 3.298139789430, abs=1e-9)


@pytest.mark.parametrize("estimator", ["closed", "sampled"])
def test_geometric_center(estimator: str) -> None:
    expected = jensen_shannon(*MEMBERS)
    assert value(WITH_PRIOR, "geometric", estimator={"kl": estimator}) == pytest.approx(expected, abs=1e-9)


def test_i29_no_center_is_below_the_mixture() -> None:
    """I-29: Σ π KL(q_k ‖ g) = JS + KL(q_mix ‖ g), so the geometric center gives more, unless all members are one."""
    mixture, geometric = (value(WITH_PRIOR, c) for c in ("mixture", "geometric"))
    total = sum(1 / q.var for q in MEMBERS)
    center = Gaussian(sum(q.mean / q.var for q in MEMBERS) / total, 3 / total)
    between = np.trapezoid(np.exp(mixed(MEMBERS)) * (mixed(MEMBERS) - log_density(center, GRID)), GRID[:, 0])
    assert geometric == pytest.approx(mixture + between, abs=1e-8)
    assert between > 1e-3
    same = (prior(1), prior(1))
    assert value(WITH_PRIOR, "mixture", same) == pytest.approx(value(WITH_PRIOR, "geometric", same), abs=1e-9)


def test_i25_all_pairs_are_above() -> None:
    """I-25: (1/M) Σ_m Σ_n KL(q_m ‖ q_n), the mean of Jeffreys' divergences, is at least M JS, and equal for equals."""
    pairs = {"kl": {"of": "q(z | m)", "to": "q(z | n)", "for": {"m": "V", "n": "V"}, "weight": "1/M"}}
    convex = build(ORACLE, "mmjsd", **NORMAL, objective={"maximize": None, "minimize": [pairs]})
    jeffreys = (kl(*EXPERTS) + kl(*EXPERTS[::-1])) / 2
    assert -float(convex_rows(convex, EXPERTS)) == pytest.approx(jeffreys, abs=1e-12)
    assert jeffreys > 2 * value(["q(z | m)"], "mixture") > 0
    same = (gaussian(0.3, 0.5),) * 2
    assert convex_rows(convex, same) == pytest.approx(0, abs=1e-12)
    assert value(["q(z | m)"], "mixture", same) == pytest.approx(0, abs=1e-12)


def convex_rows(model: Any, experts: Sequence[Gaussian]) -> float:
    """The objective of a model without draws."""
    return float(fixed(model, experts).loss(batch(X)).rows.detach())


def test_mmvm_by_pairs() -> None:
    """MMVM with α = 0, its convex bound written with all pairs: the published number."""
    route = elbo("[m]", "[m]", **{"for": {"m": "V"}}, beta=0)
    pairs = {"kl": {"of": "q(z | m)", "to": "q(z | n)", "for": {"m": "V", "n": "V"}, "weight": "1/M"}}
    objective = {"objective": {**routes(route)["objective"], "minimize": [pairs]}}
    model = fixed(build(ORACLE, "mmjsd", **NORMAL, **objective, estimator=exactly(1)), EXPERTS)
    found = -model.loss(batch(X), noise=signs(model, 1)).total
    assert float(found.detach()) == pytest.approx(-2.667530233316, abs=1e-9)


def test_by_draws() -> None:
    """The mean over independent draws, within 4.5 standard errors."""
    js = {"of": WITH_PRIOR, "for": {"m": "V"}, "center": "mixture"}
    model = fixed(build(ORACLE, "mmjsd", **NORMAL, objective={"maximize": None, "minimize": [{"js": js}]}), EXPERTS)
    rows = -random_rows(model, X, 50_000)
    error = float(rows.std() / len(rows) ** 0.5)
    assert abs(float(rows.mean()) - compared(MEMBERS, mixed(MEMBERS))) <= 4.5 * error
    assert error < 0.01
