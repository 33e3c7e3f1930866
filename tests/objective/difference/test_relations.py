"""The strongest relation of two specs, and the conditions under which a stronger one holds."""

from __future__ import annotations

from itertools import combinations

import pytest

import mvgraph as mg
from mvgraph.errors import UsageError
from mvgraph.objective.difference.comparing import difference
from mvgraph.objective.difference.relation import Relation

IDENTICAL, SCALED, EXPECTED, DIFFERENT = (
    Relation.IDENTICAL,
    Relation.SCALED,
    Relation.EXPECTED,
    Relation.DIFFERENT,
)
JMVAE = {"extends": "jmvae", "objective": {"minimize": None}}
MVTCAE_AS_JMVAE = {
    "extends": "mvtcae",
    "params": {"alpha": 0.1, "beta": 1.0},
    "objective": {
        "maximize": [{"elbo": {"from": "V", "to": "V", "beta": "beta"}}],
        "minimize": [{"kl": {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}, "weight": "alpha"}}],
    },
}


@pytest.mark.parametrize("name", mg.names())
def test_every_reference_spec_is_itself(name):
    found = mg.diff(name, name)
    assert found.verdict is IDENTICAL
    assert found.same
    apart = ("changed", "removed", "added", "residual", "special", "graph")
    settings = ("distributions", "params", "estimator", "networks", "training")
    assert not [part for part in (*apart, *settings) if getattr(found, part)]
    assert len(found.shared) == len(mg.derive(name).terms)


@pytest.mark.slow
def test_two_reference_specs_are_identical():
    """I-22: the laboratory's product is me_mvae of two views; all the others are models of their own."""
    specs = {name: mg.load(name) for name in mg.names()}
    alike = [(a, b) for a, b in combinations(specs, 2) if difference(specs[a], specs[b]).same]
    assert alike == [("me_mvae", "mnist_svhn_poe")]


def test_a_param_that_takes_a_term_away():
    found = mg.diff("jmvae", JMVAE)
    assert found.verdict is not IDENTICAL
    assert found.special is not None
    assert (found.special.relation, found.substitution) == (IDENTICAL, {"alpha": "0"})
    assert mg.diff("jmvae", JMVAE, assuming={"alpha": 0}).verdict is IDENTICAL


def test_a_scale_with_other_params():
    """I-6: one model is the other, times a factor, its params being functions of the first one's."""
    found = mg.diff("mvtcae", MVTCAE_AS_JMVAE).special
    assert found is not None
    assert (found.relation, str(found.factor)) == (SCALED, "1 - alpha/2")
    assert found.under == {"alpha (B)": "alpha*beta/(2 - alpha)", "beta (B)": "2*beta*(1 - alpha)/(2 - alpha)"}


def test_a_scale_at_declared_values():
    """The same as the specs stand, where the numbers are those."""
    other = {**MVTCAE_AS_JMVAE, "params": {"alpha": 1.0, "beta": 2.0}}
    found = mg.diff({"extends": "mvtcae", "params": {"alpha": 0.5, "beta": 3.0}}, other)
    assert (found.verdict, str(found.finding.factor)) == (SCALED, "3/4")


def test_values_decide():
    """One formula with other numbers is another objective, and the condition is named."""
    found = mg.diff({"extends": "mopoe", "params": {"beta": 1}}, "mopoe")
    assert found.verdict is not IDENTICAL
    assert found.special is not None
    assert (found.special.relation, found.special.given) == (IDENTICAL, ("the same values of beta",))
    assert [str(c) for c in found.params] == ["beta: 1 -> 2.5"]
    warm = {"extends": "mopoe", "params": {"beta": {"linear": {"from": 0, "to": 2.5, "epochs": 3}}}}
    assert mg.diff(warm, "mopoe").verdict is IDENTICAL  # at the end of the schedule


def test_a_number_for_a_param():
    number = {
        "extends": "mopoe",
        "params": None,
        "objective": {"maximize": [{"elbo": {"from": "V", "to": "V", "beta": 2.5, "density": "component"}}]},
    }
    found = mg.diff("mopoe", number)
    assert found.verdict is IDENTICAL
    assert found.finding.notes == ("with the declared values of the params",)
    assert {c.atom.is_distance for c in found.changed} == {True}


def test_distributions_decide():
    other = {"extends": "mvae", "p": {"z": {"latent": "laplace"}}}
    with pytest.raises(mg.SpecError):
        mg.diff("mvae", other)  # no product of normal experts and a Laplace prior
    found = mg.diff("mcvae", {"extends": "mcvae", "view_defaults": {"likelihood": "laplace"}})
    assert found.verdict is DIFFERENT
    assert found.special is not None
    assert found.special.given == ("the same distributions: p(x.1), p(x.2)",)
    assert found.special.relation is IDENTICAL


def test_estimators_are_told_apart():
    found = mg.diff("mvae", {"extends": "mvae", "estimator": {"samples": 4}})
    assert found.verdict is EXPECTED
    assert [str(c) for c in found.estimator] == ["samples: 1 -> 4"]


def test_networks_sizes_and_training_do_not_decide():
    other = {
        "extends": "mvae",
        "view_defaults": {"encoder": "linear"},
        "training": {"batch_size": 7},
        "p": {"z": {"dim": 3}},
    }
    found = mg.diff("mvae", other)
    assert found.verdict is IDENTICAL
    assert [c.what for c in found.networks] == ["dim of z", "encoder of 1", "encoder of 2"]
    assert [str(c) for c in found.training] == ["batch_size: 100 -> 7"]


@pytest.mark.parametrize(
    ("a", "b", "relation", "given"),
    [
        ("jmvae", "mvtcae", SCALED, ("A with a product of experts in place of the joint network",)),
        ("mmvae", "mmvae_tight", IDENTICAL, ("B with one logarithm a component",)),
        ("maae", "ae", IDENTICAL, ("A without its game",)),
        ("mvae_subsampled", "me_mvae", IDENTICAL, ("A without the prior expert",)),
        ("telbo", "telbo_joint", IDENTICAL, ("the phases of A trained as one",)),
    ],
)
def test_small_changes_of_a_spec(a, b, relation, given):
    found = mg.diff(a, b).special
    assert found is not None
    assert (found.relation, found.given) == (relation, given)


def test_other_names_are_said():
    renamed = mg.dump(mg.load("mmvae_plus", views={"image": {}, "text": {}}))
    for old, new in (("z", "s"), ("h", "w")):
        renamed = (
            renamed.replace(f"  {old}: ", f"  {new}: ")
            .replace(f"[{old}, h]", f"[{new}, h]")
            .replace(f", {old}]", f", {new}]")
        )
    found = mg.diff("mmvae_plus", renamed)
    assert found.verdict is IDENTICAL
    assert dict(found.names.nodes) == {"s": "z", "w": "h"}
    assert dict(found.names.views) == {"image": "1", "text": "2"}
    assert "named alike: 1 is image in B, 2 is text in B, z is s in B, h is w in B" in str(found)


def test_the_order_of_views_does_not_matter():
    one, other = (mg.load("jmvae", views={v: {} for v in order}) for order in (["a", "b"], ["b", "a"]))
    assert mg.diff(one, other).verdict is IDENTICAL


def test_a_view_that_is_singled_out_stays_so():
    second = {"extends": "dvcca", "objective": {"maximize": [{"elbo": {"from": "[2]", "to": "V", "beta": "beta"}}]}}
    assert mg.diff("dvcca", second).verdict is DIFFERENT


@pytest.mark.parametrize("views", [2, 3, 4])
def test_as_many_views_as_asked_for(views):
    assert len(mg.diff("mvae", "mopoe", views=views).a.views) == views
    assert mg.diff("mvae", mg.load("mopoe", views=views)).a.view_names == tuple("1234"[:views])


def test_an_unknown_param():
    with pytest.raises(UsageError, match="no param 'bet' to be assumed; did you mean 'beta'"):
        mg.diff("mvae", "mopoe", assuming={"bet": 1})


def test_a_value_of_one_view_is_assumed_by_its_name():
    views = {"t-2": {}, "s-1": {}}
    one = {"extends": "telbo_joint", "views": views, "params": {"lam": {"t-2": 2, "s-1": 3}}}
    other = {"extends": "telbo_joint", "views": views, "params": {"lam": {"t-2": 1, "s-1": 3}}}
    assert mg.diff(one, other).verdict is DIFFERENT
    assert mg.diff(one, other, assuming={"lam_t-2": 1}).verdict is IDENTICAL
    with pytest.raises(UsageError, match=r"did you mean 'lam_t-2'"):
        mg.diff(one, other, assuming={"lam_t2": 1})
