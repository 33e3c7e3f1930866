"""The identities between published objectives, as `mg.diff` tells them: each with exactly its class.

Not here, since they are no relation of two specs: I-18, I-36's bound, I-37 and I-38 (bounds of log p(X)), I-28 (a
statistic's value), the Jeffreys form of I-25 (a term compares densities of one copy), I-29's normaliser and I-30
(products of densities), I-40 (tied networks), I-17 (the density of the whole mixture is not a word), and the
re-parametrisation of I-4. They are tested in value beside this file.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

import mvgraph as mg
from mvgraph.objective.difference.delta import Difference
from mvgraph.objective.difference.relation import Relation
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.vocab.family.laplace import Laplace
from mvgraph.vocab.family.mixture_of import STANDARD

from .algebra import PRIVATE, SIZES, VIEW, each, elbo, iwae, model, of

SINGLES = {"mixture": "singles", "z": {"expert": "normal"}}
NEVER = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "never"}}
FULL = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "full"}}
ALWAYS = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "always"}}
TO_EXPERTS = {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}}
PLAIN = {"objective": {"minimize": None}}
BETA = {"params": {"beta": 1.0}}

IDENTICAL, SCALED, EXPECTED, SHIFTED, ORDERED, DIFFERENT = Relation
many = pytest.mark.parametrize("views", SIZES)
several = pytest.mark.parametrize("views", [2, 3])


def verdict(a: Spec, b: Spec, /, **assuming: Any) -> Relation:
    """The relation of two specs as they stand, which the other way round is the same."""
    found, back = mg.diff(a, b, assuming=assuming), mg.diff(b, a, assuming=assuming)
    assert found.verdict is back.verdict
    return found.verdict


def factor(a: Spec, b: Spec, /, **assuming: Any) -> str:
    """c with A = c · B."""
    found = mg.diff(a, b, assuming=assuming)
    assert found.verdict is SCALED
    return str(found.finding.factor)


def special(found: Difference) -> tuple[Relation, dict[str, str], tuple[str, ...]]:
    """The stronger relation, and its conditions."""
    assert found.special is not None
    return found.special.relation, dict(found.special.under), found.special.given


def plain_jmvae(views: int) -> Spec:
    """Plain JMVAE."""
    return of("jmvae", views, **PLAIN)


def mcvae(views: int) -> Spec:
    """mcVAE with the likelihoods of the others."""
    spec = of("mcvae", views)
    return replace(spec, view_defaults=replace(spec.view_defaults, likelihood=STANDARD))


@many
def test_i1_jmvae_without_its_divergences(views: int) -> None:
    jmvae = of("jmvae", views)
    assert verdict(jmvae, plain_jmvae(views), alpha=0) is IDENTICAL
    if views > 1:
        assert special(mg.diff(jmvae, plain_jmvae(views))) == (IDENTICAL, {"alpha": "0"}, ())


@many
def test_i2_first_phases_are_jmvae(views: int) -> None:
    weighted = {"maximize": [elbo(likelihood_weight="lam[m]")], "minimize": None}
    weighted_jmvae = of("jmvae", views, objective=weighted, params={"lam": 1.0})
    assert verdict(of("telbo", views).by_phase["joint"], weighted_jmvae) is IDENTICAL
    assert verdict(of("telbo", views).by_phase["joint"], plain_jmvae(views), lam=1, beta=1) is IDENTICAL
    jnf = mg.diff(of("jnf", views).by_phase["joint"], plain_jmvae(views))
    assert jnf.verdict is (IDENTICAL if views > 1 else DIFFERENT)  # of one view, the joint network is a flow expert
    assert jnf.changed == jnf.removed == jnf.added == ()


@many
def test_i3_mvtcae_without_alpha(views: int) -> None:
    bound = model(views, elbo(beta="beta"), q=NEVER, **BETA)
    assert verdict(of("mvtcae", views, beta=1), bound, alpha=0) is IDENTICAL
    if views > 1:
        assert special(mg.diff(of("mvtcae", views, beta=1), bound)) == (IDENTICAL, {"alpha": "0"}, ())


@many
def test_i4_mvtcae_is_not_mvae(views: int) -> None:
    found = mg.diff(of("mvtcae", views), of("mvae", views), assuming={"alpha": 0, "beta": 1})
    assert found.verdict is DIFFERENT
    assert not found.shared
    assert special(found) == (IDENTICAL, {}, ("B without the prior expert",))


@many
def test_i5_mvtcae_is_affine_in_alpha(views: int) -> None:
    ends = [
        elbo(beta="beta", weight="1 - alpha"),
        elbo(beta=0, likelihood_weight="(M - 1)/M", weight="alpha"),
    ]
    kl = {"kl": {**TO_EXPERTS, "weight": "alpha*beta/M"}}
    affine = model(views, *ends, q=NEVER, minimize=[kl], params={"alpha": 0.5, "beta": 2.5})
    assert verdict(affine, of("mvtcae", views, alpha=0.5)) is IDENTICAL


@many
def test_i6_mvtcae_is_a_scaled_jmvae_kl(views: int) -> None:
    kl = {"kl": {**TO_EXPERTS, "weight": "a"}}
    jmvae = model(views, elbo(beta="b"), q=NEVER, minimize=[kl], params={"a": 1.0, "b": 1.0})
    if views == 1:  # no divergence is left but the first
        assert special(mg.diff(of("mvtcae", 1), jmvae, assuming={"alpha": "1/3"}))[1] == {"b (B)": "beta"}
        assert factor(of("mvtcae", 1, beta=1), jmvae, alpha="1/3") == "2/3"
        return
    found = mg.diff(of("mvtcae", views), jmvae)
    relation, under, given = special(found)
    assert (relation, given, set(under)) == (SCALED, (), {"a (B)", "b (B)"})
    assert str(found.special.factor) == f"1 - alpha/{views}"  # type: ignore[union-attr]
    assert under["a (B)"] == f"alpha*beta/({views} - alpha)"
    assert under["b (B)"] == f"{views}*beta*(1 - alpha)/({views} - alpha)"


@many
def test_i7_mcvae_is_scaled_mopoe_of_singletons(views: int) -> None:
    mixture = model(views, elbo(beta="beta", density="component"), q=SINGLES, **BETA)
    assert verdict(mcvae(views), mixture) is (SCALED if views > 1 else IDENTICAL)
    if views > 1:
        assert factor(mcvae(views), mixture) == str(views)
        mixed = model(views, elbo(beta="beta", density="mixture"), q=SINGLES, **BETA)
        assert verdict(mcvae(views), mixed) is DIFFERENT


def test_i8_mcvae_is_two_dvcca() -> None:
    two = of("dvcca", 2, objective={"maximize": [elbo("[1]", beta="beta"), elbo("[2]", beta="beta")]})
    assert verdict(two, mcvae(2)) is IDENTICAL
    assert factor(mcvae(2), of("bi_vcca", 2), mu="1/2") == "2"


@many
def test_i9_one_draw(views: int) -> None:
    outside, inside = (model(views, iwae(1, strata=s), q=SINGLES) for s in ("outside", "inside"))
    bound = model(views, elbo(density="mixture"), q=SINGLES)
    assert verdict(outside, bound) is IDENTICAL
    assert verdict(inside, bound) is (ORDERED if views > 1 else EXPECTED)


@several
def test_i10_the_gap_is_a_jensen_shannon_divergence(views: int) -> None:
    mixture, component = (model(views, elbo(density=d), q=SINGLES) for d in ("mixture", "component"))
    found = mg.diff(mixture, component)
    assert (found.verdict, found.finding.lower) == (ORDERED, "B")
    ((weight, gap),) = found.finding.gap
    assert (weight, str(gap)) == (1, f"JS({', '.join(f'q(z|{v + 1})' for v in range(views))})")
    assert found.finding.notes == (f"JS is between 0 and log {views}",)
    js = {"of": ["q(z | m)"], "for": {"m": "V"}}
    for weight, relation in ((1, EXPECTED), (2, ORDERED)):
        less = model(views, elbo(density="mixture"), q=SINGLES, minimize=[{"js": {**js, "weight": weight}}])
        assert verdict(less, component) is relation


@many
def test_i11_mopoe_of_the_full_set_is_mvae(views: int) -> None:
    full = model(views, elbo("S", **each("S", "full"), beta="beta"), q=FULL, **BETA)
    assert verdict(full, of("mvae", views)) is IDENTICAL


def test_i11_one_view_is_no_plain_vae() -> None:
    plain = model(1, elbo(beta="beta"), q=NEVER, params={"beta": 2.5})
    assert verdict(of("mopoe", 1), of("mvae", 1, beta=2.5)) is IDENTICAL
    found = mg.diff(of("mopoe", 1), plain)
    assert found.verdict is DIFFERENT
    assert [str(a) for _, a in found.removed][1] == "KL(PoE[p(z)·q(z|1)] || p(z))"
    assert special(found)[2] == ("A without the prior expert",)


@many
def test_i12_mopoe_is_not_subsampled_mvae(views: int) -> None:
    mopoe = model(views, elbo(density="component"), q={"mixture": "subsets", **NEVER})
    subsets = model(views, elbo("S", "S", **each("S", "subsets")), q=NEVER)
    found = mg.diff(mopoe, subsets)
    assert found.verdict is (DIFFERENT if views > 1 else IDENTICAL)
    assert (found.special is None) or views == 1


@many
def test_i13_all_subsets_averaged(views: int) -> None:
    mean = model(views, elbo("S", **each("S", "subsets"), combine="mean"), q=ALWAYS)
    mopoe = model(views, elbo(density="component"), q={"mixture": "subsets", **ALWAYS})
    fewer = model(views, elbo("S", **each("S", "full+singles")), q=ALWAYS)
    assert verdict(mean, mopoe) is IDENTICAL
    assert verdict(fewer, mopoe) is (DIFFERENT if views > 2 else SCALED)


@many
def test_i13_one_level(views: int) -> None:
    """A hierarchy of one level, whose latent is `z.1`."""
    node = {"latent": "normal", "dim": 2, "plate": {"level": 1}, "given": ["z[l+1:]"], "network": "linear"}
    p = {"z": node, "x": {"observed": True, "plate": "view", "given": ["z"]}}
    one = model(views, elbo(density="component"), q={"mixture": "subsets", **ALWAYS}, p=p)
    plain = model(views, elbo(density="component"), q={"mixture": "subsets", **ALWAYS})
    found = mg.diff(plain, one)
    assert (found.verdict, dict(found.names.nodes)) == (IDENTICAL, {"z.1": "z"})


@many
def test_i14_dmvae_is_mvae_plus_mcvae(views: int) -> None:
    published = model(views, elbo("S", "[m]", **{"for": {"S": "full+singles", "m": "V"}}), q=FULL)
    library = model(views, elbo("S", **each("S", "full+singles")), q=FULL)
    for spec, weight in ((published, views), (library, 1)):
        both = model(views, elbo(beta=weight), elbo("[m]", **each(), beta=weight), q=FULL)
        assert verdict(spec, both) is IDENTICAL
    if views > 1:
        found = mg.diff(published, library)
        assert (found.verdict, found.finding.lower) == (ORDERED, "A")
        assert {(str(c.before), str(c.after)) for c in found.changed} == {(f"-{views}", "-1")}
        assert found.added == found.removed == ()


@many
@pytest.mark.parametrize("samples", [1, 4])
def test_i15_mmvae_plus_without_private(views: int, samples: int) -> None:
    private = {**SINGLES, "h": {"expert": "normal", "absent": "aux", "auxiliary": "normal"}}
    plus = model(views, iwae(samples, beta="beta"), q=private, p=PRIVATE, **BETA)
    mmvae = model(views, iwae(samples, beta="beta"), q=SINGLES, **BETA)
    found = mg.diff(plus, mmvae)
    assert found.verdict is DIFFERENT
    assert special(found) == (IDENTICAL, {}, ("A without private latents",))
    plain = special(mg.diff(plus, model(views, iwae(samples), q=SINGLES)))
    assert plain == (IDENTICAL, {"beta": "1"}, ("A without private latents",))


@several
def test_i16_absent_from_the_prior_is_the_true_bound(views: int) -> None:
    private = {"z": {"expert": "normal"}, "h": {"expert": "normal", "absent": "prior"}}
    whole = model(views, elbo(density="component"), q={"mixture": "singles", **private}, p=PRIVATE)
    routes = model(views, elbo("[m]", **each(), combine="mean"), q=private, p=PRIVATE)
    assert verdict(whole, routes) is IDENTICAL
    other = {**private, "h": {"expert": "normal", "absent": "aux", "auxiliary": "normal"}}
    replaced = mg.diff(model(views, elbo("[m]", **each(), combine="mean"), q=other, p=PRIVATE), whole)
    assert special(replaced) == (IDENTICAL, {}, ("A with absent private latents from their prior",))


@many
def test_i19_one_component_is_mmvae_plus(views: int) -> None:
    sizes = {"z": {"dim": 2}, "h": {"dim": 1}}
    fixed = {**sizes, "z": {"latent": {"laplace": {"learnt": []}}, "dim": 2}}
    one, three = (of("cmvae", views, p={**fixed, "c": {"discrete": n}}, beta=2.5) for n in (1, 3))
    one, three = (replace(s, training=replace(s.training, after=())) for s in (one, three))
    assert verdict(one, of("mmvae_plus", views, p=sizes)) is IDENTICAL
    assert verdict(three, of("mmvae_plus", views, p=sizes)) is DIFFERENT


@many
def test_i20_exponents(views: int) -> None:
    poe = model(views, elbo(), q=NEVER)
    q = {"z": {"expert": "normal", "fuse": {"gpoe": {"weights": "a"}}}}
    one, mean = (model(views, elbo(), q=q, params={"a": a}) for a in (1.0, 1 / views))
    assert verdict(one, poe) is IDENTICAL
    assert verdict(mean, poe, a=1) is IDENTICAL
    if views > 1:
        assert mg.diff(mean, poe).verdict is DIFFERENT
        assert special(mg.diff(mean, poe)) == (IDENTICAL, {}, ("A with exponents 1",))


@many
def test_i21_me_mvae_is_all_subsets_of_two_views(views: int) -> None:
    subsets = model(views, elbo("S", "S", **each("S", "subsets"), beta="beta"), **BETA)
    relations = {1: SCALED, 2: IDENTICAL, 3: DIFFERENT}
    assert verdict(of("me_mvae", views), subsets) is relations[views]
    if views == 1:
        assert factor(of("me_mvae", 1), subsets) == "2"
    if views == 3:
        found = mg.diff(of("me_mvae", 3), subsets)
        assert found.special is None
        assert found.removed == found.changed == ()
        assert len(found.added) == 3 * 3  # two scores and one divergence for each pair


@many
def test_i22_me_mvae_in_other_words(views: int) -> None:
    joint = of("telbo_joint", views, q={"z": {"fuse": "poe"}})
    assert verdict(joint, of("me_mvae", views), lam=1, gamma=1, beta=1) is IDENTICAL
    subsampled = of("mvae_subsampled", views, q={"z": {"prior_expert": "never"}}, k=0)
    assert verdict(subsampled, of("me_mvae", views)) in (IDENTICAL, EXPECTED)
    assert verdict(of("mvae_subsampled", views, k=0), of("me_mvae", views)) is DIFFERENT
    both = {"mnist": {}, "svhn": {}}
    assert verdict(load("mnist_svhn_poe", views=both), load("me_mvae", views=both)) is IDENTICAL


def test_i23_one_view() -> None:
    plain = model(1, elbo(beta="beta"), q=NEVER, **BETA)
    for spec in (of("jmvae", 1), mcvae(1), of("dvcca", 1)):
        assert verdict(spec, plain) is IDENTICAL
    assert verdict(of("jmvae", 1, **PLAIN), plain) is IDENTICAL
    assert verdict(model(1, iwae(1, beta="beta"), q=SINGLES, **BETA), plain) is IDENTICAL
    assert verdict(of("mvae", 1, q={"z": {"prior_expert": "never"}}), plain) is IDENTICAL
    assert verdict(of("mvae", 1), plain) is DIFFERENT
    assert factor(of("mvtcae", 1, beta=1), plain) == "1 - alpha"
    assert factor(of("me_mvae", 1), plain) == "2"
    ae = model(1, elbo(beta=0), q={"z": {"expert": "delta"}})
    assert verdict(of("ae", 1), ae) is IDENTICAL
    codes = of("dccae", 1)
    scored = replace(codes, objective=replace(codes.objective, maximize=codes.maximize[:1]))
    assert verdict(scored, ae, lam=1) is verdict(ae, scored, lam=1) is IDENTICAL
    assert verdict(of("dccae", 2), of("ae", 2), lam=1) is DIFFERENT


@several
def test_i24_mmvm_at_its_ends(views: int) -> None:
    vaes = model(
        views,
        elbo(beta="beta"),
        p={"z": {"latent": "normal", "plate": "view", "dim": 2}, "x": PRIVATE["x"] | {"given": ["z"]}},
        q={"z": {"expert": "normal"}},
        **BETA,
    )
    assert verdict(of("mmvm", views, beta=1), vaes, alpha=1) is IDENTICAL
    exact = of("mmvm_exact", views, beta=1, p={"z": {"latent": {"mixture_of": {"standard": 1, "bound": "exact"}}}})
    assert verdict(exact, vaes) is EXPECTED  # its divergence is estimated
    wide = replace(vaes, latents=tuple(replace(v, family=Laplace()) for v in vaes.latents))
    assert verdict(of("mmvm", views, beta=1), wide, alpha=1) is DIFFERENT
    noisy = replace(vaes, objective=model(views, elbo(beta=0)).objective)
    assert verdict(of("mmvm", 1), replace(noisy, views=noisy.views[:1]), alpha=0) is IDENTICAL


@several
def test_i25_mmvm_exact_and_its_bound(views: int) -> None:
    found = mg.diff(of("mmvm", views), of("mmvm_exact", views))
    assert (found.verdict, found.finding.lower) == (ORDERED, "A")
    assert "KL is convex in its second argument" in found.finding.notes


def test_i25_a_kl_to_the_mixture_is_a_part_of_js() -> None:
    js = {"of": ["q(z | m)"], "for": {"m": "V"}, "weight": "M"}
    kl = {"of": "q(z | m)", "to": "q(z | V)", "for": {"m": "V"}}
    a, b = (model(3, elbo(beta=0), q=SINGLES, minimize=[term]) for term in ({"js": js}, {"kl": kl}))
    assert verdict(a, b) is IDENTICAL


@many
def test_i26_squared_errors(views: int) -> None:
    squared, normal, half = (
        model(views, elbo(beta=b), view_defaults={**VIEW, "likelihood": word})
        for word, b in (("mse", 1.0), ("normal", 1.0), ("normal", 0.5))
    )
    found = mg.diff(squared, half)
    assert (found.verdict, str(found.finding.factor)) == (SHIFTED, "2")
    assert found.finding.constant.count("log(2 pi)") == views
    assert mg.diff(half, squared).verdict is SHIFTED
    assert verdict(squared, normal) is DIFFERENT
    pairs = elbo("[n]", "[m]", beta=0, combine="mean", **{"for": {"n": "V", "m": "V"}})
    delta = model(views, pairs, q={"z": {"expert": "delta"}})
    assert verdict(delta, of("ae", views)) is IDENTICAL


@several
def test_i27_without_a_game_or_a_statistic(views: int) -> None:
    for name in ("maae", "mwae"):
        found = mg.diff(of(name, views), of("ae", views))
        assert found.verdict is DIFFERENT
        assert special(found) == (IDENTICAL, {}, ("A without its game",))
    assert verdict(of("mhvae_gan", views), of("mhvae", views), mu=0) is IDENTICAL
    assert special(mg.diff(of("mhvae_gan", views), of("mhvae", views))) == (IDENTICAL, {"mu": "0"}, ())
    assert verdict(of("dccae", 2), of("dcca", 2), lam=0) is IDENTICAL


@several
def test_i29_centers(views: int) -> None:
    """KL(. || Geo) ≥ KL(. || Mix) on the whole, with the distance of the centers between them."""
    js = {"of": ["q(z | m)"], "for": {"m": "V"}}
    terms = ([{"js": {**js, "center": c}}] for c in ("geometric", "mixture"))
    geometric, mixture = (model(views, elbo(beta=0), q=SINGLES, minimize=t) for t in terms)
    found = mg.diff(geometric, mixture)
    assert (found.verdict, found.finding.lower) == (ORDERED, "A")
    assert [str(a).startswith("KL(Mix") for _, a in found.finding.gap] == [True]


@many
def test_i31_falls_in_beta(views: int) -> None:
    found = mg.diff(of("mopoe", views, beta=2), of("mopoe", views, beta=1))
    assert (found.verdict, found.finding.lower) == (ORDERED, "A")


@several
def test_i32_importance_weighting(views: int) -> None:
    few, many_, tight, inside = (
        model(views, iwae(k, strata=s), q=SINGLES)
        for k, s in ((3, "outside"), (9, "outside"), (3, "inside"), (9, "inside"))
    )
    for low, high in ((few, many_), (few, tight), (tight, inside), (few, inside)):
        found = mg.diff(low, high)
        assert (found.verdict, found.finding.lower) == (ORDERED, "A")
    assert verdict(many_, tight) is DIFFERENT  # neither is known to be higher
    for density in ("mixture", "component"):
        bound = mg.diff(model(views, elbo(density=density), q=SINGLES), few)
        assert (bound.verdict, bound.finding.lower) == (ORDERED, "A")


@several
def test_i33_a_frozen_entropy_is_constant(views: int) -> None:
    def jnf(word: str, freeze: list[str]) -> Spec:
        joint = {"name": "joint", "epochs": 3, "objective": {"maximize": [elbo(beta="beta")]}}
        alone = {"name": "alone", "epochs": 3, "freeze": freeze, "objective": {"minimize": [{word: TO_EXPERTS}]}}
        return of("jnf", views, phases=[joint, alone])

    found = mg.diff(jnf("ce", ["p", "q.z.joint"]), jnf("kl", ["p", "q.z.joint"]))
    assert found.verdict is SHIFTED
    assert found.finding.constant.count("H(qJ(z|") == 1
    assert verdict(jnf("ce", ["p"]), jnf("kl", ["p"])) is DIFFERENT  # the joint network learns: no constant


def test_i34_vcca_without_private_latents_is_dvcca() -> None:
    found = mg.diff(of("vcca_private", 2), of("dvcca", 2))
    assert found.verdict is DIFFERENT
    relation, _, given = special(found)
    assert (relation, given) == (IDENTICAL, ("A without private latents",))
    first = model(2, elbo("[1]", beta="beta"), q={"z": {"expert": "normal"}}, **BETA)
    assert verdict(first, of("dvcca", 2)) is IDENTICAL


@several
def test_i35_crmvae_is_a_scaled_jmvae_kl_and_single_scores(views: int) -> None:
    joint = {"kl": {**TO_EXPERTS, "weight": "2*beta"}}
    jmvae = model(views, elbo(beta="2*beta"), q=NEVER, minimize=[joint], params={"beta": 0.1})
    crmvae = of("crmvae", views)
    routes = replace(crmvae.objective, maximize=crmvae.objective.maximize[:1])
    assert factor(replace(crmvae, objective=routes), jmvae) == f"1/{2 * (views + 1)}"
    found = mg.diff(crmvae, jmvae)
    assert found.verdict is DIFFERENT
    assert {str(a.draws[0].key) for _, a in found.removed} == {f"q(z|{v + 1})" for v in range(views)}  # type: ignore[attr-defined]


@several
def test_i36_cvae_without_condition_is_the_vae(views: int) -> None:
    nodes = {"x": None, "z": {"given": None, "network": None}, "y": {"given": ["z"]}}
    graph = {"z": {"latent": "normal", "dim": 2}, "y": {"observed": True, "plate": "view", "given": ["z"]}}
    plain = model(views, elbo(beta="beta"), q={"z": {"expert": "normal", "fuse": "joint"}}, p=graph, **BETA)
    assert verdict(of("cvae", views, p=nodes, beta=1), plain) is IDENTICAL


OPEN = [n for n in mg.names() if not load(n).conditions and getattr(load(n).open_views, "most", 0) is None]


@pytest.mark.parametrize("name", OPEN)
def test_i39_permuted_views(name: str) -> None:
    spec = of(name, 3)
    for order in list(permutations(range(3)))[1::2]:
        assert mg.diff(spec, replace(spec, views=tuple(spec.views[i] for i in order))).verdict is IDENTICAL


@pytest.mark.parametrize("name", ["dvcca", "vcca_private"])
def test_i39_the_first_view_is_special(name: str) -> None:
    spec = of(name, 2)
    named = replace(spec, views=tuple(replace(v, name=n) for v, n in zip(spec.views, "ab", strict=True)))
    assert mg.diff(named, replace(named, views=named.views[::-1])).verdict is DIFFERENT


@several
def test_i41_estimators(views: int) -> None:
    pathwise, dreg = (model(views, iwae(3), q=SINGLES, estimator={"gradient": g}) for g in ("pathwise", "dreg"))
    found = mg.diff(pathwise, dreg)
    assert found.verdict is EXPECTED
    assert [str(c) for c in found.estimator] == ["gradient: pathwise -> dreg"]
