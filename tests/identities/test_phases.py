"""Identities of objectives in phases."""

from __future__ import annotations

import pytest

from mvgraph.objective import derive

from .algebra import SIZES, Sum, elbo, of, terms

NEVER = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "never"}}
many = pytest.mark.parametrize("views", SIZES)


def phase(name: str, which: str, views: int) -> Sum:
    """The canonical objective of one phase of a reference spec."""
    return terms(of(name, views).by_phase[which])


@many
def test_i2_the_first_phase_of_telbo_is_jmvae(views: int) -> None:
    """I-2: with the weights λ on the likelihoods; with λ = 1, JMVAE itself."""
    plain = of("jmvae", views, objective={"minimize": None}, beta=1)
    weighted = {"maximize": [elbo(likelihood_weight="lam[m]")], "minimize": None}
    assert phase("telbo", "joint", views) == terms(of("jmvae", views, objective=weighted, params={"lam": 1.0}), beta=1)
    assert terms(of("telbo", views).by_phase["joint"], lam=1) == terms(plain, beta=1)


@many
def test_i2_the_first_phase_of_jnf_is_jmvae(views: int) -> None:
    """I-2: whatever the experts are."""
    plain = of("jmvae", views, objective={"minimize": None})
    assert phase("jnf", "joint", views) == terms(plain)


@many
def test_i22_telbo_in_one_phase_with_a_product_is_me_mvae(views: int) -> None:
    """I-22: where the joint network is the product of the experts without the prior, and every weight is one."""
    product = of("telbo_joint", views, q={"z": {"fuse": "poe"}})
    assert terms(product, lam=1, gamma=1) == terms(of("me_mvae", views), beta=1)
    assert terms(of("telbo_joint", views), lam=1, gamma=1) != terms(of("me_mvae", views), beta=1) or views == 1


@many
def test_telbo_in_one_phase_is_the_sum_of_its_phases(views: int) -> None:
    assert terms(of("telbo", views)) == terms(of("telbo_joint", views))
    assert derive(of("telbo", views)).phases
    assert not derive(of("telbo_joint", views)).phases
