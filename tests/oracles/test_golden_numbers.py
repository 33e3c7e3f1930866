"""Objectives of the published models in one dimension, against numbers computed elsewhere, through the framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mvgraph.module.model import Model

from .builder import batch, build, exactly, fixed, integral, random_rows, signs
from .linear_gaussian import Gaussian, LinearGaussian, View, gaussian, kl, prior, product

ONE = np.ones(1)
ORACLE = LinearGaussian(
    (View(1.5 * ONE[:, None], 0.2 * ONE, 0.36 * ONE), View(-0.7 * ONE[:, None], -0.1 * ONE, 0.5 * ONE))
)
X = [np.array([1.1]), np.array([-0.4])]
EXPERTS = (gaussian(0.6, 0.30), gaussian(0.2, 0.70))
JOINT = gaussian(0.5, 0.15)
EVIDENCE = -2.192937080850

NORMAL = {"p": {"z": {"latent": "normal", "dim": 1}}}
SINGLES = {"q": {"mixture": "singles", "z": {"expert": "normal", "fuse": None}}}


def routes(*maximize: Any) -> dict[str, Any]:
    """An objective."""
    return {"objective": {"maximize": list(maximize)}}


def elbo(from_: Any = "V", to: Any = "V", **options: Any) -> dict[str, Any]:
    """One route."""
    return {"elbo": {"from": from_, "to": to, **options}}


NARROW = {"q": {"z": {"fuse": {"joint": {"hidden": []}}}}}
DMVAE = routes(elbo("S", "[m]", **{"for": {"S": "full+singles", "m": "V"}}))
CE = {"ce": {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}}}
TELBO = {"objective": {**routes(elbo(), elbo("[m]", "[m]", **{"for": {"m": "V"}}))["objective"], "minimize": None}}
NEVER = {"q": {"z": {"prior_expert": "never"}}}
FULL = {"q": {"z": {"prior_expert": "full"}}}

OWN = {"p": {"z": {"dim": 1}}}  # one latent a view

# name, reference spec, overrides, published number
CLOSED: dict[str, tuple[str, dict[str, Any], float]] = {
    "dvcca": ("dvcca", {}, -2.511364254526),
    "jmvae": ("jmvae", {**NARROW, "alpha": 0, "beta": 1}, -2.205037844806),
    "jmvae_kl": ("jmvae", {**NARROW, "alpha": 0.1, "beta": 1}, -2.260526979691),
    "mcvae": ("mcvae", {}, -6.596279578859),
    "mvae": ("mvae", {"beta": 1}, -2.278632908964),
    "mvae_no_prior": ("mvae", {"beta": 1, **NEVER}, -2.286447726496),
    "mvae_subsampled": ("mvae_subsampled", {"beta": 1, "k": 0}, -4.900827189369),
    "me_mvae": ("me_mvae", {"beta": 1}, -5.053349452991),
    "mmvae_component": ("mmvae", {**SINGLES, **routes(elbo(density="component"))}, -3.298139789430),
    "mvtcae": ("mvtcae", {"alpha": 5 / 6, "beta": 2.5}, -1.625677896988),
    "mvtcae_0_1": ("mvtcae", {"alpha": 0, "beta": 1}, -2.286447726496),
    "mopoe": ("mopoe", {"beta": 1}, -2.958304162608),
    "mopoe_2.5": ("mopoe", {"beta": 2.5}, -3.469013131423),
    "weighted_mvae": ("weighted_mvae", {}, -1.531487210034),
    "dmvae_no_private": ("mvae", {**DMVAE, **FULL}, -9.896330425454),
    "telbo": ("jmvae", {**NARROW, **TELBO, "beta": 1}, -4.971939571302),
    "jnf_1": ("jmvae", {**NARROW, "alpha": 0, "beta": 1, "objective": {"minimize": None}}, -2.205037844806),
    "jnf_2": ("jmvae", {**NARROW, "objective": {"maximize": None, "minimize": [CE]}}, -1.495648430372),
    "mmjsd": ("mmjsd", {"beta": 1}, -3.207958871551),
    "crmvae": ("crmvae", {"beta": 1}, -0.965699533543),
    "mmvm": ("mmvm", {**OWN, "alpha": 0, "beta": 1}, -2.667530233316),
    "mmvm_third": ("mmvm", {**OWN, "alpha": 1 / 3, "beta": 1}, -2.700654064376),
}
# with the density of a mixture: no closed form
MIXED: dict[str, tuple[str, dict[str, Any], float]] = {
    "mmvae": ("mmvae", {**SINGLES, **routes({"iwae": {"from": "V", "to": "V", "samples": 1}})}, -3.225439357149),
    "mopoe_mixture": ("mopoe", {"beta": 1, **routes(elbo(density="mixture"))}, -2.858897732932),
}
ALL = {**CLOSED, **MIXED}


def made(name: str, **options: Any) -> Model:
    """A published model in one dimension, with the given experts."""
    base, overrides, _ = ALL[name]
    model = build(ORACLE, base, **{**NORMAL, **overrides, **options})
    return fixed(model, EXPERTS, JOINT if len(model.networks.joints) else None)


@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize("name", CLOSED)
def test_closed(name: str, optimize: bool) -> None:
    """Two antithetic draws of every latent integrate the quadratic log-likelihoods exactly."""
    dims = len(X) if CLOSED[name][1].get("p") == OWN["p"] else 1
    model = made(name, estimator=exactly(dims), optimize=optimize)
    assert float(-model.loss(batch(X), noise=signs(model, 1)).total.detach()) == pytest.approx(
        CLOSED[name][2], abs=1e-9
    )


@pytest.mark.parametrize("name", ALL)
def test_integrated(name: str) -> None:
    """The same by quadrature over the noise, mixtures too."""
    assert integral(made(name), X) == pytest.approx(ALL[name][2], abs=1e-9)


SAMPLED = ["dvcca", "dmvae_no_private", "mmvae", "mopoe", "mopoe_mixture", "mvae_subsampled", "weighted_mvae", "crmvae"]


@pytest.mark.parametrize("name", SAMPLED)
def test_sampled(name: str) -> None:
    """The mean over independent draws, within 4.5 standard errors."""
    rows = random_rows(made(name), X, 100_000)
    error = float(rows.std() / len(rows) ** 0.5)
    assert error < 0.02
    assert abs(float(rows.mean()) - ALL[name][2]) <= 4.5 * error


@pytest.mark.parametrize("name", ["jmvae_kl", "jnf_2", "me_mvae", "mmjsd", "mopoe", "mvtcae"])
def test_sampled_divergences(name: str) -> None:
    """The same with every divergence estimated from draws."""
    rows = random_rows(made(name, estimator={"kl": "sampled"}), X, 100_000, seed=1)
    assert abs(float(rows.mean()) - ALL[name][2]) <= 4.5 * float(rows.std() / len(rows) ** 0.5)


def test_orders() -> None:
    """What must be smaller than what at these numbers."""
    value = {
        n: integral(made(n), X)
        for n in ("jmvae", "jmvae_kl", "mvae", "mmvae_component", "mmvae", "mopoe", "mopoe_mixture")
    }
    assert value["jmvae_kl"] < value["jmvae"] < EVIDENCE
    assert value["mvae"] < EVIDENCE
    assert value["mmvae_component"] < value["mmvae"] < EVIDENCE
    assert value["mopoe"] < value["mopoe_mixture"] < EVIDENCE


def jensen_shannon(*members: Gaussian) -> float:
    """The mean KL to the geometric mean, which has the product's mean and K times its variance."""
    whole = product(*members)
    center = Gaussian(whole.mean, len(members) * whole.var)
    return sum(kl(q, center) for q in members) / len(members)


def entropy(q: Gaussian) -> float:
    """H(q)."""
    return float(0.5 * np.log(2 * np.pi * np.e * q.var).sum())


PRODUCT = product(*EXPERTS)
ORACLES: dict[str, Callable[[], float]] = {
    "dvcca": lambda: ORACLE.elbo(EXPERTS[0], X),
    "jmvae_kl": lambda: ORACLE.elbo(JOINT, X) - 0.1 * sum(kl(JOINT, e) for e in EXPERTS),
    "jnf_2": lambda: -sum(kl(JOINT, e) + entropy(JOINT) for e in EXPERTS),
    "mmjsd": lambda: sum(ORACLE.elbo(e, X, 0) for e in EXPERTS) / 2 - jensen_shannon(prior(1), *EXPERTS),
    "mvae": lambda: ORACLE.elbo(product(prior(1), *EXPERTS), X),
    "mvae_no_prior": lambda: ORACLE.elbo(PRODUCT, X),
    "me_mvae": lambda: ORACLE.elbo(PRODUCT, X) + sum(ORACLE.elbo(e, X, views=[m]) for m, e in enumerate(EXPERTS)),
    "mopoe_2.5": lambda: sum(ORACLE.elbo(q, X, 2.5) for q in (*EXPERTS, product(prior(1), *EXPERTS))) / 3,
    "weighted_mvae": lambda: 0.5 * ORACLE.elbo(Gaussian(PRODUCT.mean, 2 * PRODUCT.var), X, beta=2),
}


@pytest.mark.parametrize("name", ORACLES)
def test_the_oracle_has_the_same_numbers(name: str) -> None:
    """The closed forms of this folder, against the same table."""
    assert ORACLES[name]() == pytest.approx(CLOSED[name][2], abs=1e-9)


def test_evidence_and_posterior() -> None:
    """log p(X) and p(z | X)."""
    post = ORACLE.diagonal_posterior(X)
    assert ORACLE.evidence(X) == pytest.approx(EVIDENCE, abs=1e-9)
    assert post.mean[0] == pytest.approx(0.506682867558, abs=1e-11)
    assert post.var[0] == pytest.approx(0.121506682868, abs=1e-11)
