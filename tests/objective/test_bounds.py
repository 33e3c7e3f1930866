"""Whether an objective bounds log p(X): the verdict on every reference spec, and what must not pass."""

from __future__ import annotations

from typing import Any

import pytest

from mvgraph.objective import derive
from mvgraph.objective.bounds import Verdict
from mvgraph.spec import zoo
from mvgraph.spec.reading import load

WARM = " once its schedules have ended"
ONLY = "a route scores 1 only, not all views; a route scores 2 only, not all views"
KL = "re-weighted: a KL has the weight"
DCCA = (
    "the likelihood of 1, 2 is no density; a statistic of the batch is no mean over data; "
    f"{ONLY.split('; ')[0]}; {KL} 0 < 1; {ONLY.split('; ')[1]}"
)
GAME = (
    "the likelihood of 1, 2 is no density; a game: its players minimise losses of their own, and no one objective is "
    f"optimised; {ONLY.split('; ')[0]}; {KL} 0 < 1; {ONLY.split('; ')[1]}"
)

POOLED = "the prior of z is made of posteriors, so there is no joint density p(X) to be bounded"
VERDICTS = {
    "ae": (False, f"the likelihood of 1, 2 is no density; {ONLY.split('; ')[0]}; {KL} 0 < 1; {ONLY.split('; ')[1]}"),
    "bi_vcca": (True, "a lower bound of log p(X)"),
    "nexus": (
        False,
        f"zhat is pseudo-data: draws of z, scored as if they were data; the likelihood of 1, 2 is no density; {ONLY}",
    ),
    "cvae": (True, "a lower bound of log p(y|x)"),
    "cvae_fixed": (True, "a lower bound of log p(y|x)"),
    "crmvae": (
        False,
        f"re-weighted: a log-likelihood has the weight 1/6; {KL} 1/30 < 1; {ONLY.split('; ')[0]}; {KL} 0 < 1; "
        f"{ONLY.split('; ')[1]}",
    ),
    "dcca": (False, DCCA.replace(f"{KL} 0", f"re-weighted: a log-likelihood has the weight 0; {KL} 0")),
    "dccae": (False, DCCA),
    "dmvae": (False, ONLY),
    "dvcca": (True, "a lower bound of log p(X)"),
    "jmvae": (True, f"a lower bound of log p(X){WARM}"),
    "maae": (False, GAME),
    "maae_compat": (False, GAME),
    "jnf": (False, "phase unimodal: a cross-entropy may be below 0"),
    "mcvae": (True, "a lower bound of 2 log p(X)"),
    "sparse_mcvae": (
        False,
        "the prior of z is improper: log p(X) is not defined; "
        "a KL to p(z) is a fitted formula, not the divergence itself",
    ),
    "me_mvae": (False, ONLY),
    "mhvae": (True, "a lower bound of 3 log p(X)"),
    "mhvae_gan": (False, "a game: its players minimise losses of their own, and no one objective is optimised"),
    "mhvae_subsets": (True, "a lower bound of log p(X)"),
    "mmvae": (True, "a lower bound of log p(X)"),
    "mmvae_dreg": (True, "a lower bound of log p(X)"),
    "cmvae": (
        False,
        "the prior of h.1, h.2 is replaced by an auxiliary one in some routes (each bounds another model)",
    ),
    "mmvae_plus": (
        False,
        "the prior of h.1, h.2 is replaced by an auxiliary one in some routes (each bounds another model)",
    ),
    "mmvae_tight": (True, "a lower bound of log p(X)"),
    "mmjsd": (False, f"{KL} 0 < 1"),
    "mmjsd_private": (False, f"{KL} 0 < 1"),
    "mnist_svhn_poe": (False, ONLY),
    "mmvm": (False, POOLED),
    "mmvm_exact": (False, POOLED),
    "mopoe": (True, "a lower bound of log p(X)"),
    "mvae": (True, f"a lower bound of log p(X){WARM}"),
    "mvae_subsampled": (False, ONLY),
    "mvtcae": (False, f"re-weighted: a log-likelihood has the weight 7/12; {KL} 5/12 < 1"),
    "telbo": (False, "; ".join(f"phase unimodal: {part}" for part in ONLY.split("; "))),
    "telbo_joint": (False, ONLY),
    "vcca_private": (True, "a lower bound of log p(X)"),
    "mwae": (False, GAME),
    "weighted_mvae": (False, "re-weighted: a log-likelihood has the weight 1/2"),
}


@pytest.mark.parametrize("name", zoo.names())
def test_verdict(name: str) -> None:
    """Every reference spec: the verdict and its reason."""
    objective = derive(load(name))
    assert (objective.verdict.holds, objective.verdict.reason) == VERDICTS[name]
    assert objective.is_bound == VERDICTS[name][0]


def verdict(*routes: dict[str, Any], minimize: Any = None, **top: Any) -> Verdict:
    """The verdict on some routes over a product of experts."""
    spec = {
        "name": "small",
        "views": 2,
        "view_defaults": {"likelihood": "normal"},
        "p": {"z": {"latent": "normal", "dim": 1}, "x": {"observed": True, "plate": "view", "given": ["z"]}},
        "q": {"z": {"expert": "normal", "fuse": "poe"}},
        **top,
    }
    terms = {"minimize": minimize} if minimize else {}
    return derive(load({**spec, "objective": {"maximize": list(routes), **terms}})).verdict


def elbo(from_: str = "V", to: str = "V", **options: Any) -> dict[str, Any]:
    """One route."""
    return {"elbo": {"from": from_, "to": to, **options}}


def iwae(**options: Any) -> dict[str, Any]:
    """One importance-weighted route."""
    return {"iwae": {"from": "V", "to": "V", "samples": 3, **options}}


EACH = {"for": {"m": "V"}}
SUBSETS = {"for": {"S": "subsets"}}

HOLDS = [
    ("the mean over views, by weight", [elbo("[m]", **EACH, weight="1/M")], {}, "log p(X)"),
    ("the mean over views, by combine", [elbo("[m]", **EACH, combine="mean")], {}, "log p(X)"),
    (
        "the mean of log-means",
        [{"iwae": {"from": "[m]", "to": "V", "samples": 3, "combine": "mean", **EACH}}],
        {},
        "log p(X)",
    ),
    ("a weight that is zero", [elbo(weight="mu"), elbo(weight="1 - mu")], {"params": {"mu": 1}}, "log p(X)"),
    ("weights by size", [elbo("S", **SUBSETS, weight="size(S)")], {}, "4 log p(X)"),
    ("weighted log-means", [iwae(weight=2)], {}, "2 log p(X)"),
    (
        "random sets",
        [elbo("S", **{"for": {"S": "full+singles"}}), elbo("S", **{"for": {"S": "random(2)"}})],
        {"views": 3},
        "6 log p(X)",
    ),
    ("beta above one", [elbo(beta=2.5)], {}, "log p(X)"),
]

FAILS = [
    ("no divergence", [elbo(beta=0)], {}, f"{KL} 0 < 1"),
    ("a view left out", [elbo(likelihood_weight={"1": 1, "2": 0})], {}, "a log-likelihood has the weight 0"),
    ("a weight below zero", [elbo(weight=2), elbo(weight=-1)], {}, "a route has a weight below 0"),
    ("a param below zero", [elbo(weight="mu"), elbo(weight="1 - mu")], {"params": {"mu": 2}}, "weight below 0"),
    ("beta below one", [elbo(beta=0.5)], {}, f"{KL} 1/2 < 1"),
    ("re-weighted", [elbo(likelihood_weight=2)], {}, "a log-likelihood has the weight 2"),
    ("beta in a log-mean", [iwae(beta=2)], {}, "inside a log-mean"),
    ("a learnt weight", [elbo(weight="a")], {"params": {"a": {"learnt": {"init": 1}}}}, "the weight a has no number"),
    ("one view", [elbo("V", "[1]")], {}, "a route scores 1 only"),
    ("a point posterior", [elbo(beta=0)], {"q": {"z": {"expert": "delta", "fuse": "mean"}}}, f"{KL} 0 < 1"),
    ("a pseudo-likelihood", [elbo()], {"view_defaults": {"likelihood": "mse"}}, "is no density"),
]


@pytest.mark.parametrize(("routes", "top", "bounded"), [x[1:] for x in HOLDS], ids=[x[0] for x in HOLDS])
def test_holds(routes: list[dict[str, Any]], top: dict[str, Any], bounded: str) -> None:
    """What is a bound, and of how many log p(X)."""
    assert verdict(*routes, **top) == Verdict(True, f"a lower bound of {bounded}")


@pytest.mark.parametrize(("routes", "top", "reason"), [x[1:] for x in FAILS], ids=[x[0] for x in FAILS])
def test_fails(routes: list[dict[str, Any]], top: dict[str, Any], reason: str) -> None:
    """What is none, and why not."""
    found = verdict(*routes, **top)
    assert not found.holds
    assert reason in found.reason


def test_minimized() -> None:
    """A divergence that is minimised keeps a bound with a weight of at least zero only."""
    kl = {"of": "q(z | V)", "to": "q(z | m)", **EACH}
    assert verdict(elbo(), minimize=[{"kl": {**kl, "weight": "1/M"}}]).holds
    assert verdict(elbo(), minimize=[{"js": {"of": ["p(z)", "q(z | m)"], **EACH}}]).holds
    assert "a cross-entropy may be below 0" in verdict(elbo(), minimize=[{"ce": kl}]).reason
    assert "not known to be >= 0" in verdict(elbo(), minimize=[{"kl": {**kl, "weight": "1 - M"}}]).reason
    assert "a route is minimised" in verdict(elbo(), minimize=[elbo()]).reason
    assert "a divergence is maximised" in verdict(elbo(), {"kl": kl}).reason


def test_substitution_is_judged_anew() -> None:
    """With other numbers the verdict is that of those numbers, and log-mean-exps have them inside."""
    assert derive(load("mopoe")).is_bound
    assert derive(load("mopoe")).substitute({"beta": 0.5}).verdict == Verdict(False, f"{KL} 1/2 < 1")
    assert derive(load("mvtcae")).substitute({"alpha": 0, "beta": 1}).is_bound
    per_view = derive(load("dmvae", lam={"1": 3, "2": 1})).substitute({"lam_1": "5/6"})
    assert "weight 5/6" in per_view.verdict.reason


def test_substitution_inside_a_log_mean() -> None:
    """A weight that stands under the logarithm is replaced there."""
    route = {"iwae": {"from": "V", "to": "V", "samples": 3, "beta": "beta"}}
    written = derive(load("mopoe", objective={"maximize": [route]}))
    plain = derive(load("mopoe", objective={"maximize": [{"iwae": {"from": "V", "to": "V", "samples": 3}}]}))
    assert "beta" in str(written)
    assert str(written.substitute({"beta": 1})) == str(plain)
    assert written.substitute({"beta": 1}).terms == plain.terms
    assert not written.is_bound
    assert written.substitute({"beta": 1}).is_bound
