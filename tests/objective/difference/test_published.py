"""As a user would: a library's documented formula beside the paper's, both as specs."""

from __future__ import annotations

import mvgraph as mg
from mvgraph.objective.difference.relation import Relation


def route(**options):
    """The objective of one route."""
    return {"maximize": [{"elbo": {"from": "V", "to": "V", **options}}]}


def test_dmvae_counts_divergences_once_a_view():
    """The paper scores one view at a time, the library all at once: the shared divergences count M times, or once."""
    subsets = {"for": {"S": "full+singles"}, "from": "S", "likelihood_weight": "lam[m]"}
    for views in (2, 3, 4):
        found = mg.diff("dmvae", {"extends": "dmvae", "name": "library", "objective": route(**subsets)}, views=views)
        assert {(str(c.before), str(c.after)) for c in found.changed} == {(f"-{views}", "-1")}
        assert [str(c.atom)[:2] for c in found.changed] == ["KL"] * (views + 1)
        assert found.removed == found.added == ()
        assert (found.verdict, found.finding.lower) == (Relation.ORDERED, "A")


def test_crmvae_has_halves_of_the_likelihoods():
    """The library's likelihoods weigh half of what the paper's equation gives them; the divergences are the same."""
    scores = "1/(M + 1)"
    paper = {
        "extends": "crmvae",
        "name": "paper",
        "objective": {
            "maximize": [
                {"elbo": {"from": "V", "to": "V", "likelihood_weight": scores, "beta": "beta/(M + 1)"}},
                {"elbo": {"for": {"m": "V"}, "from": ["m"], "to": ["m"], "likelihood_weight": scores, "beta": 0}},
            ]
        },
    }
    found = mg.diff("crmvae", paper)
    assert {(str(c.before), str(c.after), c.atom.is_distance) for c in found.changed} == {("1/6", "1/3", False)}
    assert all(atom.is_distance for _, atom in found.shared)
    assert found.verdict is Relation.DIFFERENT
    assert found.special is not None
    assert (found.special.relation, found.special.under) == (Relation.SCALED, {"beta (B)": "2*beta"})
    assert str(found.special.factor) == "1/2"


def test_mopoe_has_the_prior_in_the_full_set():
    found = mg.diff("mopoe", {"extends": "mopoe", "name": "paper", "q": {"z": {"prior_expert": "never"}}})
    assert found.special is not None
    assert (found.special.relation, found.special.given) == (Relation.IDENTICAL, ("A without the prior expert",))
    assert {str(atom) for _, atom in found.removed} == {
        *(f"E[log p(x.{v}|z); z~PoE[p(z)·q(z|1)·q(z|2)]]" for v in (1, 2)),
        "KL(PoE[p(z)·q(z|1)·q(z|2)] || p(z))",
    }


def test_mvtcae_is_jmvae_kl_over_a_product():
    for views in (2, 3):
        found = mg.diff("mvtcae", "jmvae", views=views).special
        assert found is not None
        assert (found.relation, str(found.factor)) == (Relation.SCALED, f"1 - alpha/{views}")
        assert found.given == ("B with a product of experts in place of the joint network",)
