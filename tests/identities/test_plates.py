"""The identities between published objectives for every number of views at once: `mg.diff(..., views="M")`.

Those of one number of views (I-8, I-11's and I-13's special cases, I-23, I-24's), of a statistic, and of single views
have no place here; they are tested for each number beside this file.
"""

from __future__ import annotations

from typing import Any

import pytest

import mvgraph as mg
from mvgraph.errors import UsageError
from mvgraph.objective.difference.delta import Difference
from mvgraph.objective.difference.relation import Relation
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

from .algebra import POE, PRIVATE, SHARED, VIEW, each, elbo, iwae

IDENTICAL, SCALED, EXPECTED, SHIFTED, ORDERED, DIFFERENT = Relation
SINGLES = {"mixture": "singles", "z": {"expert": "normal"}}
NEVER, FULL, ALWAYS = (
    {"z": {"expert": "normal", "fuse": "poe", "prior_expert": word}} for word in ("never", "full", "always")
)
TO_EXPERTS = {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}}
BETA = {"params": {"beta": 1.0}}


def model(*routes: Any, q: Any = POE, p: Any = SHARED, minimize: Any = (), least: int = 2, **top: Any) -> Spec:
    """A small spec for any number of views."""
    terms = {"maximize": list(routes), **({"minimize": list(minimize)} if minimize else {})}
    whole = {"name": "s", "views": f"{least}..", "view_defaults": VIEW, "p": p, "q": q, "objective": terms}
    return load({**whole, **top})


def of(name: str, **options: Any) -> Spec:
    """A reference spec whose views are open."""
    top = {k: v for k, v in options.items() if k in ("objective", "q", "p")}
    rest = {k: v for k, v in options.items() if k not in top}
    return load({"extends": name, "name": name, **top}, view_defaults=VIEW, **rest)


def diff(a: Spec, b: Spec, /, **assuming: Any) -> Difference:
    """For every number of views; the relation is the same the other way round."""
    found, back = (mg.diff(*pair, assuming=assuming, views="M") for pair in ((a, b), (b, a)))
    assert found.verdict is back.verdict
    return found


def special(found: Difference) -> tuple[Relation, dict[str, str], tuple[str, ...]]:
    """The stronger relation, and its conditions."""
    assert found.special is not None
    return found.special.relation, dict(found.special.under), found.special.given


def gap(found: Difference) -> list[str]:
    """By how much the upper one is higher."""
    return [f"{c} {atom}" for c, atom in found.finding.gap]


def test_i1_jmvae_without_its_divergences() -> None:
    jmvae, plain = of("jmvae"), of("jmvae", objective={"minimize": None})
    assert diff(jmvae, plain, alpha=0).verdict is IDENTICAL
    assert special(diff(jmvae, plain)) == (IDENTICAL, {"alpha": "0"}, ())


def test_i3_mvtcae_without_alpha() -> None:
    bound = model(elbo(beta="beta"), q=NEVER, **BETA)
    assert diff(of("mvtcae", beta=1), bound, alpha=0).verdict is IDENTICAL
    assert special(diff(of("mvtcae", beta=1), bound)) == (IDENTICAL, {"alpha": "0"}, ())


def test_i4_mvtcae_is_not_mvae() -> None:
    found = diff(of("mvtcae"), of("mvae"), alpha=0, beta=1)
    assert found.verdict is DIFFERENT
    assert not found.shared
    assert special(found) == (IDENTICAL, {}, ("B without the prior expert",))


def test_i5_mvtcae_is_affine_in_alpha() -> None:
    ends = [
        elbo(beta="beta", weight="1 - alpha"),
        elbo(beta=0, likelihood_weight="(M - 1)/M", weight="alpha"),
    ]
    kl = {"kl": {**TO_EXPERTS, "weight": "alpha*beta/M"}}
    whole = model(*ends, q=NEVER, minimize=[kl], params={"alpha": 0.5, "beta": 1.0})
    assert diff(of("mvtcae", alpha=0.5, beta=1), whole).verdict is IDENTICAL


def test_i6_mvtcae_is_a_scaled_jmvae_kl() -> None:
    """The substitution and the factor are formulas in M."""
    relation, under, given = special(mg.diff("mvtcae", "jmvae", views="M"))
    assert (relation, given) == (SCALED, ("B with a product of experts in place of the joint network",))
    assert under == {"alpha (B)": "alpha*beta/(M - alpha)", "beta (B)": "M*beta*(1 - alpha)/(M - alpha)"}
    found = mg.diff("mvtcae", "jmvae", views="M").special
    assert found is not None
    assert str(found.factor) == "1 - alpha/M"


def test_i7_mcvae_is_scaled_mopoe_of_singletons() -> None:
    mixture = model(elbo(beta="beta", density="component"), q=SINGLES, **BETA)
    mcvae = model(elbo("[m]", **each(), beta="beta"), **BETA)
    found = diff(mcvae, mixture)
    assert (found.verdict, str(found.finding.factor), found.finding.notes) == (SCALED, "M", ())
    other = diff(mcvae, model(elbo(beta="beta", density="mixture"), q=SINGLES, **BETA))
    assert other.verdict is DIFFERENT


def test_i9_one_sample() -> None:
    outside, inside = (model(iwae(1, strata=s), q=SINGLES) for s in ("outside", "inside"))
    bound = model(elbo(density="mixture"), q=SINGLES)
    assert diff(outside, bound).verdict is IDENTICAL
    found = diff(bound, inside)
    assert (found.verdict, found.finding.lower) == (ORDERED, "A")


def test_i10_the_gap_is_a_jensen_shannon_divergence() -> None:
    mixture, component = (model(elbo(density=d), q=SINGLES) for d in ("mixture", "component"))
    found = diff(mixture, component)
    assert (found.verdict, found.finding.lower) == (ORDERED, "B")
    assert gap(found) == ["1 JS(q(z|m): m∈V)"]
    assert found.finding.notes == ("JS is between 0 and log M",)
    js = {"of": ["q(z | m)"], "for": {"m": "V"}}
    less = model(elbo(density="mixture"), q=SINGLES, minimize=[{"js": js}])
    assert diff(less, component).verdict is EXPECTED


def test_i11_mopoe_of_the_full_set_is_mvae() -> None:
    full = model(elbo("S", **each("S", "full"), beta="beta"), q=FULL, **BETA)
    assert diff(full, of("mvae", beta=1)).verdict is IDENTICAL


def test_i12_mopoe_is_not_subsampled_mvae() -> None:
    mopoe = model(elbo(density="component"), q={"mixture": "subsets", **NEVER})
    subsets = model(elbo("S", "S", **each("S", "subsets")), q=NEVER)
    found = mg.diff(mopoe, subsets, views="M")
    assert (found.verdict, found.special) == (DIFFERENT, None)


def test_i13_all_subsets_averaged() -> None:
    mean = model(elbo("S", **each("S", "subsets"), combine="mean"), q=ALWAYS)
    mopoe = model(elbo(density="component"), q={"mixture": "subsets", **ALWAYS})
    fewer = model(elbo("S", **each("S", "full+singles")), q=ALWAYS)
    assert mg.diff(mean, mopoe, views="M").verdict is IDENTICAL
    found = mg.diff(fewer, mopoe, views="M")
    assert found.verdict is DIFFERENT
    assert found.plates is not None
    assert found.plates.fewer == ("at M = 2: equal up to a positive scale",)


def test_i14_dmvae_is_mvae_plus_mcvae() -> None:
    published = model(elbo("S", "[m]", **{"for": {"S": "full+singles", "m": "V"}}), q=FULL)
    library = model(elbo("S", **each("S", "full+singles")), q=FULL)
    for spec, weight in ((published, "M"), (library, "1")):
        both = model(elbo(beta=weight), elbo("[m]", **each(), beta=weight), q=FULL)
        assert diff(spec, both).verdict is IDENTICAL
    found = diff(published, library)
    assert (found.verdict, found.finding.lower) == (ORDERED, "A")
    assert {(str(c.before), str(c.after)) for c in found.changed} == {("-M", "-1")}
    assert {str(c) for c, _ in found.finding.gap} == {"M - 1"}


def test_i15_mmvae_plus_without_private() -> None:
    private = {**SINGLES, "h": {"expert": "normal", "absent": "aux", "auxiliary": "normal"}}
    plus = model(iwae(1, beta="beta"), q=private, p=PRIVATE, **BETA)
    mmvae = model(iwae(1, beta="beta"), q=SINGLES, **BETA)
    found = diff(plus, mmvae)
    assert found.verdict is DIFFERENT
    assert special(found) == (IDENTICAL, {}, ("A without private latents",))


def test_i16_absent_from_the_prior_is_the_true_bound() -> None:
    private = {"z": {"expert": "normal"}, "h": {"expert": "normal", "absent": "prior"}}
    whole = model(elbo(density="component"), q={"mixture": "singles", **private}, p=PRIVATE)
    routes = model(elbo("[m]", **each(), combine="mean"), q=private, p=PRIVATE)
    assert diff(whole, routes).verdict is IDENTICAL


def test_i20_exponents() -> None:
    poe = model(elbo(), q=NEVER)
    q = {"z": {"expert": "normal", "fuse": {"gpoe": {"weights": "a"}}}}
    mean = model(elbo(), q=q, params={"a": {"learnt": {"init": "1/M"}}})
    found = diff(mean, poe)
    assert (found.verdict, special(found)) == (DIFFERENT, (IDENTICAL, {}, ("A with exponents 1",)))


def test_i21_me_mvae_is_all_subsets_of_two_views_only() -> None:
    subsets = model(elbo("S", "S", **each("S", "subsets"), beta="beta"), least=1, **BETA)
    found = diff(model(elbo("S", "S", **each("S", "full+singles"), beta="beta"), least=1, **BETA), subsets)
    assert (found.verdict, found.special) == (DIFFERENT, None)
    assert found.plates is not None
    assert found.plates.fewer == ("at M = 1: equal up to a positive scale", "at M = 2: identical")
    assert len(found.added) == 2
    assert all("Σ_{2≤|S|<M}" in str(atom) for _, atom in found.added)


def test_i22_me_mvae_in_other_words() -> None:
    joint = of("telbo_joint", q={"z": {"fuse": "poe"}})
    assert diff(joint, of("me_mvae"), lam=1, gamma=1, beta=1).verdict is IDENTICAL
    subsampled = of("mvae_subsampled", q={"z": {"prior_expert": "never"}}, k=0)
    assert mg.diff(subsampled, of("me_mvae"), views="M").verdict in (IDENTICAL, EXPECTED)


def test_i25_mmvm_exact_and_its_bound() -> None:
    found = diff(of("mmvm"), of("mmvm_exact"))
    assert (found.verdict, found.finding.lower) == (ORDERED, "A")
    assert gap(found) == ["1 Σ_m [mean KL(q(z.m|m) || .) - KL(q(z.m|m) || Mix_1/M[q(z.n|n): n∈V])]"]


def test_i25_a_kl_to_the_mixture_is_a_part_of_js() -> None:
    js = {"of": ["q(z | m)"], "for": {"m": "V"}, "weight": "M"}
    kl = {"of": "q(z | m)", "to": "q(z | V)", "for": {"m": "V"}}
    a, b = (model(elbo(beta=0), q=SINGLES, minimize=[term]) for term in ({"js": js}, {"kl": kl}))
    assert diff(a, b).verdict is IDENTICAL


def test_i26_squared_errors() -> None:
    squared, normal, half = (
        model(elbo(beta=b), view_defaults={**VIEW, "likelihood": word})
        for word, b in (("mse", 1.0), ("normal", 1.0), ("normal", 0.5))
    )
    found = diff(squared, half)
    assert (found.verdict, str(found.finding.factor)) == (SHIFTED, "2")
    assert "Σ_m dim(x.m) log(2 pi)" in found.finding.constant
    assert diff(squared, normal).verdict is DIFFERENT


def test_i27_without_a_game_or_a_statistic() -> None:
    for name in ("maae", "mwae"):
        assert special(mg.diff(of(name), of("ae"), views="M")) == (IDENTICAL, {}, ("A without its game",))


@pytest.mark.slow
def test_i27_without_the_adversary() -> None:
    assert special(mg.diff("mhvae_gan", "mhvae", views="M")) == (IDENTICAL, {"mu": "0"}, ())


def test_i29_centers() -> None:
    js = {"of": ["q(z | m)"], "for": {"m": "V"}}
    terms = ([{"js": {**js, "center": c}}] for c in ("geometric", "mixture"))
    geometric, mixture = (model(elbo(beta=0), q=SINGLES, minimize=t) for t in terms)
    found = diff(geometric, mixture)
    assert (found.verdict, found.finding.lower) == (ORDERED, "A")
    assert gap(found) == ["1 KL(Mix_1/M[q(z|m): m∈V] || Geo_1/M[q(z|m): m∈V])"]


def test_i31_falls_in_beta() -> None:
    found = diff(of("mcvae", beta=2), of("mcvae", beta=1))
    assert (found.verdict, found.finding.lower) == (ORDERED, "A")


def test_i32_importance_weighting() -> None:
    few, more, tight = (model(iwae(k, strata=s), q=SINGLES) for k, s in ((3, "outside"), (9, "outside"), (3, "inside")))
    for low, high in ((few, more), (few, tight), (model(elbo(), q=SINGLES), few)):
        found = diff(low, high)
        assert (found.verdict, found.finding.lower) == (ORDERED, "A")
    assert diff(more, tight).verdict is DIFFERENT


def test_i33_a_frozen_entropy_is_constant() -> None:
    def jnf(word: str) -> Spec:
        joint = {"name": "joint", "epochs": 3, "objective": {"maximize": [elbo(beta="beta")]}}
        frozen = ["p", "q.z.joint"]
        alone = {"name": "alone", "epochs": 3, "freeze": frozen, "objective": {"minimize": [{word: TO_EXPERTS}]}}
        return of("jnf", phases=[joint, alone])

    found = diff(jnf("ce"), jnf("kl"))
    assert (found.verdict, found.finding.constant) == (SHIFTED, "- M H(qJ(z|V))")


def test_i35_crmvae_is_a_scaled_jmvae_kl_and_single_scores() -> None:
    joint = {"kl": {**TO_EXPERTS, "weight": "2*beta"}}
    jmvae = model(elbo(beta="2*beta"), q=NEVER, minimize=[joint], params={"beta": 0.1})
    whole = elbo(likelihood_weight="1/(2*(M + 1))", beta="beta/(M + 1)")
    part = of("crmvae", objective={"maximize": [whole]})
    found = diff(part, jmvae)
    assert (found.verdict, str(found.finding.factor)) == (SCALED, "1/(2*M + 2)")
    assert len(mg.diff(of("crmvae"), jmvae, views="M").removed) == 1


def test_i36_cvae_without_condition_is_the_vae() -> None:
    nodes = {"x": None, "z": {"given": None, "network": None}, "y": {"given": ["z"]}}
    graph = {"z": {"latent": "normal", "dim": 2}, "y": {"observed": True, "plate": "view", "given": ["z"]}}
    plain = model(elbo(beta="beta"), q={"z": {"expert": "normal", "fuse": "joint"}}, p=graph, **BETA)
    assert diff(of("cvae", p=nodes, beta=1), plain).verdict is IDENTICAL


def test_a_coefficient_in_a_thousand_tells() -> None:
    """No factor, no tolerance: formulas are compared."""
    a, b = (model(elbo(beta=f"{n}/(1000*M)"), q=NEVER) for n in (1000, 1001))
    assert diff(a, b).verdict is not IDENTICAL
    twice, square = (model(elbo(), elbo("[m]", **each(), weight=w)) for w in ("2*M - 4", "(M - 2)*(M - 3)"))
    assert mg.diff(twice, square, views="M").verdict is not IDENTICAL


def test_a_substitution_with_sets_in_it_is_set_in_every_form() -> None:
    """Weights of a sum over all sets, and of the mean."""
    whole = model(elbo("S", **each("S", "subsets"), beta="beta"), q=ALWAYS, **BETA)
    mean = elbo("S", **each("S", "subsets"), combine="mean", likelihood_weight="gamma", beta="delta")
    found = mg.diff(whole, model(mean, q=ALWAYS, params={"gamma": 1.0, "delta": 2.0}), views="M")
    assert special(found)[:2] == (IDENTICAL, {"gamma": "2**M - 1", "beta": "delta/(2**M - 1)"})
    assert r"\gamma = 2^{M} - 1" in found.latex()
    assert r"\gamma = 2^{M} - 1" in found.markdown()
    assert found.to_json()["special"]["under"]["gamma"] == "2**M - 1"


def test_what_agrees_for_few_views_only_is_different() -> None:
    """Weights that agree at M = 2, 3, 4, 5 and 6."""
    zero = "*".join(f"(M - {n})" for n in range(2, 7))
    same, other = (model(elbo(weight=w)) for w in ("1", f"1 + {zero}"))
    assert all(mg.diff(same, other, views=n).same for n in (2, 3, 4, 5, 6))
    found = mg.diff(same, other, views="M")
    assert found.verdict is DIFFERENT
    assert len(found.changed) == 2


def test_what_is_not_regular_is_refused() -> None:
    with pytest.raises(UsageError, match="the number of views of DVCCA is not open: it has 2"):
        mg.diff("dvcca", "mcvae", views="M")
    mixture = model(elbo(density="mixture"), q={"mixture": "subsets", **NEVER})
    component = model(elbo(density="component"), q={"mixture": "subsets", **NEVER})
    with pytest.raises(UsageError, match=r"not one over views.*they are ordered at M = 2, ordered at M = 3"):
        mg.diff(mixture, component, views="M")
