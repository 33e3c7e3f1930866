"""Identities between published objectives: identical, equal up to a factor or in value, and those that are false."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import replace
from itertools import permutations

import pytest
import sympy
import torch

from mvgraph.module.model import Model
from mvgraph.objective import derive
from mvgraph.objective.atoms import KL, LogMeanExp
from mvgraph.objective.keys import Fused, Mixture, Ref
from mvgraph.spec import zoo
from mvgraph.spec.model import OpenViews, Spec
from mvgraph.spec.reading import load

from .algebra import (
    PRIVATE,
    SIZES,
    compiled,
    data,
    each,
    elbo,
    factor,
    iwae,
    model,
    of,
    plus,
    shared_noise,
    terms,
    value,
)

SINGLES = {"mixture": "singles", "z": {"expert": "normal"}}
NEVER = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "never"}}
FULL = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "full"}}
ALWAYS = {"z": {"expert": "normal", "fuse": "poe", "prior_expert": "always"}}
SUBSETS = {"mixture": "subsets", **FULL}
KL_TO_EXPERTS = {"of": "q(z | V)", "to": "q(z | m)", "for": {"m": "V"}}

alpha, beta = sympy.symbols("alpha beta", real=True)
many = pytest.mark.parametrize("views", SIZES)
several = pytest.mark.parametrize("views", [2, 3])


def vae(weight: str | float = "beta", views: int = 1, **options: object) -> Spec:
    """The plain bound of one view's posterior, or of a product without the prior."""
    return model(views, elbo(beta=weight), q=NEVER, **options)


@many
def test_i1_jmvae_with_alpha_zero(views: int) -> None:
    """I-1: JMVAE-kl(α = 0) = JMVAE."""
    plain = of("jmvae", views, objective={"minimize": None})
    assert terms(of("jmvae", views), alpha=0) == terms(plain)
    assert derive(of("jmvae", views)).substitute({"alpha": 0}).terms == derive(plain).terms


def test_i1_unimodal_networks_get_no_gradient() -> None:
    """I-1: with α = 0 no expert is reached; with α > 0 every one is."""
    for number in (0.0, 0.1):
        found = compiled(of("jmvae", 2, alpha=number, beta=1))
        found.loss(data(found.spec), noise=shared_noise(found)).total.backward()
        grads = [p.grad for v in "12" for p in found.networks.expert(Ref("z"), v).heads.parameters()]
        reached = [g is not None and bool(g.abs().max() > 0) for g in grads]
        assert reached == [number > 0] * len(reached)


@many
def test_i3_mvtcae_with_alpha_zero(views: int) -> None:
    """I-3: MVTCAE(0, β) is the β-ELBO of the product without the prior."""
    assert terms(of("mvtcae", views), alpha=0) == terms(vae(views=views, params={"beta": 1.0}))


@many
def test_i4_mvtcae_is_not_mvae(views: int) -> None:
    """I-4 is false as it stands: MVTCAE(0, 1) ≠ MVAE, for any M."""
    left, right = terms(of("mvtcae", views), alpha=0, beta=1), terms(of("mvae", views), beta=1)
    assert left != right
    assert factor(left, right) is None
    assert not set(left) & set(right)


@several
def test_i4_after_reparametrisation(views: int) -> None:
    """I-4: with q_1' ∝ p q_1 in the place of the first expert the values agree, and not without."""
    mvae = compiled(of("mvae", views, beta=1, p={"z": {"dim": 2}}))
    other = compiled(of("mvtcae", views, alpha=0, beta=1, p={"z": {"dim": 2}}), like=mvae)
    batch = data(mvae.spec)
    assert not torch.allclose(value(mvae), value(other))
    params = mvae.networks.expert(Ref("z"), "1")(batch.views["1"])
    precision = 1 + params["scale"] ** -2
    absorbed = {"loc": params["loc"] * params["scale"] ** -2 / precision, "scale": precision**-0.5}
    assert bool((absorbed["scale"] < 1).all())
    other.networks.experts["z(1)"] = _Given(absorbed)
    torch.testing.assert_close(_posterior_value(mvae), _posterior_value(other), rtol=1e-12, atol=1e-12)


class _Given(torch.nn.Module):
    """A network that answers what it was made with."""

    def __init__(self, params: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.params = params

    def forward(self, _value: torch.Tensor, _there: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        """The parameters."""
        return self.params


def _posterior_value(found: Model) -> torch.Tensor:
    """The interpreter's objective on shared noise: it asks the networks by name."""
    found.networks.expert = lambda ref, view: found.networks.experts[f"{ref.node}({view})"]  # type: ignore[method-assign,assignment,return-value]
    return value(found)


@many
def test_i5_mvtcae_is_affine_in_alpha(views: int) -> None:
    """I-5: L(α) = (1 − α) L(0) + α L(1)."""
    spec = of("mvtcae", views)
    ends = [terms(spec, scale=1 - alpha, alpha=0), terms(spec, scale=alpha, alpha=1)]
    assert plus(*ends) == terms(spec)


def test_i5_in_value() -> None:
    """I-5 on random networks."""
    ends = [value(compiled(of("mvtcae", 3, alpha=a))) for a in (0, 1)]
    torch.testing.assert_close(value(compiled(of("mvtcae", 3, alpha=0.3))), 0.7 * ends[0] + 0.3 * ends[1])


@several
def test_i6_mvtcae_is_a_scaled_jmvae_kl(views: int) -> None:
    """I-6: the factor (M − α)/M out, the joint posterior being the product without the prior."""
    rest = views - alpha
    kl = {"kl": {**KL_TO_EXPERTS, "weight": "a"}}
    spec = model(views, elbo(beta="b"), minimize=[kl], params={"a": 1.0, "b": 1.0})
    scaled = terms(spec, scale=rest / views, b=beta * (1 - alpha) * views / rest, a=beta * alpha / rest)
    assert scaled == terms(of("mvtcae", views))


@many
def test_i7_mcvae_is_scaled_mopoe_of_singletons(views: int) -> None:
    """I-7: Σ_m route({m} → V) = M · mixture of the singles, component density."""
    mixture = model(views, elbo(beta="beta", density="component"), q=SINGLES, params={"beta": 1.0})
    assert factor(terms(of("mcvae", views)), terms(mixture)) == views


def test_i7_mixture_density_is_another() -> None:
    """I-7 needs the component's density."""
    mixture = model(2, elbo(beta="beta", density="mixture"), q=SINGLES, params={"beta": 1.0})
    assert factor(terms(of("mcvae", 2)), terms(mixture)) is None


def test_i8_mcvae_is_two_dvcca() -> None:
    """I-8: mcVAE(M = 2) = DVCCA(1) + DVCCA(2) = 2 · bi-VCCA(μ = ½)."""
    first = of("dvcca", 2)
    second = of("dvcca", 2, objective={"maximize": [elbo("[2]", beta="beta")]})
    mcvae = terms(of("mcvae", 2))
    assert plus(terms(first), terms(second)) == mcvae
    assert terms(of("bi_vcca", 2), scale=2, mu=sympy.Rational(1, 2)) == mcvae


@many
def test_i9_one_sample_outside_is_the_elbo(views: int) -> None:
    """I-9: K = 1, one logarithm a component: the ELBO with the mixture's density."""
    one, bound = (model(views, r, q=SINGLES) for r in (iwae(1, strata="outside"), elbo(density="mixture")))
    assert terms(one) == terms(bound)


@several
def test_i9_one_sample_inside_is_not(views: int) -> None:
    """I-9 is false for `inside`: a log-mean over M samples, above the ELBO with the same draws."""
    inside, bound = (model(views, r, q=SINGLES) for r in (iwae(1, strata="inside"), elbo(density="mixture")))
    assert terms(inside) != terms(bound)
    assert all(isinstance(a, LogMeanExp) for a in terms(inside))
    like = compiled(bound)
    left, right = value(compiled(inside, like)), value(like)
    assert bool((left > right + 1e-6).all())


def test_i9_one_sample_inside_of_one_view() -> None:
    """I-9: with one view `inside` and `outside` have one value, the divergence being sampled."""
    spec = model(1, elbo(), q=SINGLES, estimator={"kl": "sampled"})
    like = compiled(spec)
    torch.testing.assert_close(value(compiled(model(1, iwae(1, strata="inside"), q=SINGLES), like)), value(like))


@many
def test_i11_mopoe_of_the_full_set_is_mvae(views: int) -> None:
    """I-11: with the prior in the full set, the full component alone is MVAE's joint term."""
    full = model(views, elbo("S", **each("S", "full"), beta="beta"), q=FULL, params={"beta": 1.0})
    assert terms(full) == terms(of("mvae", views))


def test_i11_one_view_is_no_plain_vae() -> None:
    """I-11's trap: MoPoE(M = 1) = MVAE(M = 1), whose posterior has the prior in it: not the plain VAE."""
    mopoe, mvae, plain = (terms(s) for s in (of("mopoe", 1), of("mvae", 1), vae(params={"beta": 1.0})))
    assert mopoe == mvae
    assert mopoe != plain
    assert factor(mopoe, plain) is None
    assert {str(a.of) for a in mopoe if isinstance(a, KL)} == {"PoE[p(z)·q(z|1)]"}


def test_i12_mopoe_is_not_subsampled_mvae() -> None:
    """I-12 is false: routes S → V and S → S differ for every M > 1, whatever the factor."""
    for views in (2, 3):
        mopoe = model(views, elbo(density="component"), q={"mixture": "subsets", **NEVER})
        subsets = model(views, elbo("S", "S", **each("S", "subsets")), q=NEVER)
        assert len([a for a in terms(mopoe) if isinstance(a, KL)]) == 2**views - 1
        assert factor(terms(mopoe), terms(subsets)) is None
    one = [terms(s) for s in (model(1, elbo(), q=NEVER), model(1, elbo("S", "S", **each("S", "subsets")), q=NEVER))]
    assert one[0] == one[1]


@many
def test_i13_all_subsets_averaged(views: int) -> None:
    """I-13: the mean of routes S → V over all subsets, prior always = MoPoE with the prior always, by component."""
    mean = model(views, elbo("S", **each("S", "subsets"), combine="mean"), q=ALWAYS)
    mopoe = model(views, elbo(density="component"), q={"mixture": "subsets", **ALWAYS})
    assert terms(mean) == terms(mopoe)


def test_i13_full_and_singles_are_another_set() -> None:
    """I-13: the sum over the full set and the singles is neither equal nor proportional, from M = 3 on."""
    mopoe = model(3, elbo(density="component"), q={"mixture": "subsets", **ALWAYS})
    fewer = model(3, elbo("S", **each("S", "full+singles")), q=ALWAYS)
    assert factor(terms(fewer), terms(mopoe)) is None


@many
def test_i14_dmvae_is_mvae_plus_mcvae(views: int) -> None:
    """I-14: without private latents, MVAE + mcVAE with β = M as published, and β = 1 with `to: V`."""
    published = model(views, elbo("S", "[m]", **{"for": {"S": "full+singles", "m": "V"}}), q=FULL)
    library = model(views, elbo("S", **each("S", "full+singles")), q=FULL)
    singles = NEVER if views > 1 else FULL
    for spec, weight in ((published, views), (library, 1)):
        joint = model(views, elbo(beta=weight), q=FULL)
        alone = model(views, elbo("[m]", **each(), beta=weight), q=singles)
        assert terms(spec) == plus(terms(joint), terms(alone))
    assert views == 1 or terms(published) != terms(library)


@many
def test_i15_mmvae_plus_without_private(views: int) -> None:
    """I-15: MMVAE+ without h is MMVAE, loose, with the same β inside, for K = 1 and K = 4."""
    private = {**SINGLES, "h": {"expert": "normal", "absent": "aux", "auxiliary": "normal"}}
    for samples in (1, 4):
        route = iwae(samples, beta="beta")
        plus_ = model(views, route, q=private, p=PRIVATE, params={"beta": 1.0})
        mmvae = model(views, route, q=SINGLES, params={"beta": 1.0})
        q = replace(plus_, posteriors=plus_.posteriors[:1], latents=plus_.latents[:1], observed=mmvae.observed)
        assert terms(q) == terms(mmvae)
        assert terms(plus_) != terms(mmvae)
    assert {str(a.of) for a in terms(model(2, iwae(1), q=SINGLES)) if isinstance(a, KL)} == {"Mix_1/2[q(z|1), q(z|2)]"}


@many
def test_i16_absent_from_the_prior_is_the_true_bound(views: int) -> None:
    """I-16: with `absent: prior` the absent latents' ratios are one: no term, no flag, and a bound of log p(X)."""
    private = {**SINGLES, "h": {"expert": "normal", "absent": "prior"}}
    objective = derive(model(views, elbo(density="component"), q=private, p=PRIVATE))
    kls = [a for _, a in objective.terms if isinstance(a, KL)]
    assert sorted(str(a.of) for a in kls) == sorted(
        f"q({v}|{i + 1})" for i in range(views) for v in ("z", f"h.{i + 1}")
    )
    assert {c for c, a in objective.terms if isinstance(a, KL)} == {sympy.Rational(-1, views)}
    assert objective.is_bound
    assert not objective.flags


def test_i16_auxiliary_is_no_bound() -> None:
    """I-16's opposite: another prior in the place of p(h) is a surrogate."""
    private = {**SINGLES, "h": {"expert": "normal", "absent": "aux", "auxiliary": "normal"}}
    objective = derive(model(2, elbo(density="component"), q=private, p=PRIVATE))
    assert not objective.is_bound
    assert any(f.startswith("surrogate") for f in objective.flags)


def test_i16_in_value() -> None:
    """I-16: the objective is the mean over sources of the plain bounds, absent private latents from the prior."""
    private = {"mixture": "singles", "z": {"expert": "normal"}, "h": {"expert": "normal", "absent": "prior"}}
    whole = compiled(model(2, elbo(density="component"), q=private, p=PRIVATE))
    alone = [compiled(model(2, elbo(f"[{s}]"), q=private, p=PRIVATE, estimator={"kl": "closed"}), whole) for s in "12"]
    torch.testing.assert_close(value(whole), (value(alone[0]) + value(alone[1])) / 2)


def test_i17_the_mixture_mixes_shared_latents_only() -> None:
    """I-17 is false: log q_mix(z) + log q(h_n|x_n) is not the density of the mixture of (z, h)."""
    private = {**SINGLES, "h": {"expert": "normal", "absent": "own"}}
    spec = model(2, elbo(density="mixture"), q=private, p=PRIVATE)
    mixtures = [a.of for a in terms(spec) if isinstance(a, KL) and isinstance(a.of, Mixture)]
    assert [str(m) for m in mixtures] == ["Mix_1/2[q(z|1), q(z|2)]"]
    whole = compiled(spec)
    batch = data(spec)
    q = {(r, v): whole.networks.expert(Ref(r, v if r == "h" else None), v)(batch.views[v]) for r in "zh" for v in "12"}
    z, h = (q[r, "1"]["loc"] + q[r, "1"]["scale"] for r in "zh")

    def log(params: dict[str, torch.Tensor], at: torch.Tensor) -> torch.Tensor:
        return torch.distributions.Normal(params["loc"], params["scale"]).log_prob(at).sum(-1)

    p = {"loc": torch.zeros(1), "scale": torch.ones(1)}
    printed = torch.logaddexp(log(q["z", "1"], z), log(q["z", "2"], z)) - math.log(2) + log(q["h", "1"], h)
    joint = torch.logaddexp(log(q["z", "1"], z) + log(q["h", "1"], h), log(q["z", "2"], z) + log(p, h)) - math.log(2)
    assert not torch.allclose(printed, joint, atol=1e-3)


GPOE = {"z": {"expert": "normal", "fuse": {"gpoe": {"weights": "a"}}}}


@several
def test_i20_exponents_one_are_poe(views: int) -> None:
    """I-20: gPoE with exponents 1 is the product without the prior, in value."""
    poe = compiled(model(views, elbo(), q=NEVER))
    gpoe = compiled(model(views, elbo(), q=GPOE, params={"a": 1.0}), poe)
    torch.testing.assert_close(value(gpoe), value(poe), rtol=1e-12, atol=1e-12)


@several
def test_i20_equal_exponents_are_not_poe(views: int) -> None:
    """I-20: exponents 1/M have the product's mean and M times its variance: equal weights are not PoE."""
    poe = compiled(model(views, elbo(), q=NEVER))
    gpoe = compiled(model(views, elbo(), q=GPOE, params={"a": {"learnt": {"init": "1/M"}}}), None)
    gpoe.load_state_dict(poe.state_dict(), strict=False)
    gpoe.networks.learnt["a"].data.fill_(1 / views)
    left, right = (m.encode(data(m.spec))["z"] for m in (gpoe, poe))
    torch.testing.assert_close(left.mean, right.mean, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(left.variance, views * right.variance, rtol=1e-12, atol=1e-12)
    assert not torch.allclose(value(gpoe), value(poe))


def test_i21_me_mvae_is_all_subsets_for_two_views() -> None:
    """I-21: the full set and the singles are all subsets iff M = 2 (or 1, where the full set counts twice)."""
    found = {
        m: terms(model(m, elbo("S", "S", **each("S", "subsets"), beta="beta"), params={"beta": 1.0})) for m in SIZES
    }
    assert terms(of("me_mvae", 2)) == found[2]
    assert factor(terms(of("me_mvae", 1)), found[1]) == 2


def test_i21_fails_for_three_views() -> None:
    """I-21 is false for M = 3."""
    subsets = terms(model(3, elbo("S", "S", **each("S", "subsets"), beta="beta"), params={"beta": 1.0}))
    assert factor(terms(of("me_mvae", 3)), subsets) is None
    assert set(terms(of("me_mvae", 3))) < set(subsets)


@many
def test_i22_me_mvae_in_other_words(views: int) -> None:
    """I-22: joint and single bounds with weights 1 over a product; sub-sampled MVAE with k = 0 and no prior expert."""
    telbo = model(views, elbo(beta="beta"), elbo("[m]", "[m]", **each(), beta="beta"), params={"beta": 1.0})
    subsampled = of("mvae_subsampled", views, q={"z": {"prior_expert": "never"}})
    assert terms(telbo) == terms(of("me_mvae", views))
    assert terms(subsampled, k=0) == terms(of("me_mvae", views))


@many
def test_i22_the_prior_expert_matters(views: int) -> None:
    """I-22's condition: with the prior expert on, the two differ."""
    assert terms(of("mvae_subsampled", views), k=0) != terms(of("me_mvae", views))


def test_i22_lab_model() -> None:
    """I-22: the MNIST-SVHN product is me_mvae of two views by other names, and fails at no number of views but two."""
    views = {"mnist": {}, "svhn": {}}
    assert terms(load("mnist_svhn_poe", views=views)) == terms(load("me_mvae", views=views))


def test_i23_one_view_is_a_vae() -> None:
    """I-23: at M = 1 all of them are VAE(β), MVTCAE a multiple and me_mvae twice that."""
    plain = terms(vae(params={"beta": 1.0}))
    assert terms(of("jmvae", 1), alpha=0) == plain
    assert terms(of("jmvae", 1)) == plain  # the joint network of one view is its expert
    assert terms(of("mcvae", 1)) == plain
    assert terms(of("dvcca", 1)) == plain
    assert terms(of("mvae", 1, q={"z": {"prior_expert": "never"}})) == plain
    assert terms(model(1, iwae(1, beta="beta"), q=SINGLES, params={"beta": 1.0})) == plain
    assert factor(terms(of("mvtcae", 1)), plain) == 1 - alpha
    assert factor(terms(of("me_mvae", 1)), plain) == 2
    assert terms(of("mvae", 1)) != plain


def test_i23_autoencoder_of_one_view() -> None:
    """I-23: AE at M = 1 is reconstruction alone."""
    (line,) = derive(of("ae", 1)).lines
    assert line == "+ E[log p(x.1|z); z~q(z|1)]"


@several
def test_i35_crmvae_is_a_scaled_jmvae_kl_and_single_scores(views: int) -> None:
    """I-35: without its single scores, 1/(2(M + 1)) · JMVAE-kl(β_J = α_J = 2β) over a product without the prior."""
    kl = {"kl": {**KL_TO_EXPERTS, "weight": "2*beta"}}
    jmvae = model(views, elbo(beta="2*beta"), q=NEVER, minimize=[kl], params={"beta": 1.0})
    singles = model(views, elbo("[m]", "[m]", **each(), beta=0), q=NEVER)
    scale = sympy.Rational(1, 2 * (views + 1))
    parts = [terms(spec, scale=scale) for spec in (jmvae, singles)]
    assert plus(*parts) == terms(of("crmvae", views))
    assert parts[0] != terms(of("crmvae", views))


@pytest.mark.parametrize("name", ["cvae", "cvae_fixed"])
@several
def test_i36_cvae_without_condition_is_the_vae(name: str, views: int) -> None:
    """I-36: without the conditioning node every view is scored: the plain bound of a joint network."""
    nodes = {"x": None, "z": {"given": None, "network": None}, "y": {"given": ["z"]}}
    graph = {"z": {"latent": "normal", "dim": 2}, "y": {"observed": True, "plate": "view", "given": ["z"]}}
    plain = model(views, elbo(beta="beta"), q={"z": {"expert": "normal", "fuse": "joint"}}, p=graph, params={"beta": 1})
    assert terms(of(name, views, p=nodes if name == "cvae" else {**nodes, "z": {}})) == terms(plain)


CONDITIONED = [n for n in zoo.names() if load(n).conditions]  # the first view is special: it is given
SYMMETRIC = [n for n in zoo.names() if n not in ("dvcca", "vcca_private", *CONDITIONED)]
OPEN = [n for n in zoo.names() if load(n).open_views == OpenViews(2) and n not in CONDITIONED]


def _permuted(name: str, order: tuple[int, ...]) -> Spec:
    spec = of(name, len(order))
    return replace(spec, views=tuple(spec.views[i] for i in order))


def _text(spec: Spec) -> list[str]:
    return sorted(derive(spec).lines)


def _relabelled(spec: Spec, names: dict[str, str]) -> Spec:
    return replace(spec, views=tuple(replace(v, name=names[v.name]) for v in spec.views))


@pytest.mark.parametrize("name", OPEN)
def test_i39_permutation_of_views(name: str) -> None:
    """I-39: the objective does not depend on the order of the views, for three of them."""
    found = {tuple(a for a in _set(_permuted(name, order))) for order in permutations(range(3))}
    assert len(found) == 1


def _set(spec: Spec) -> list[str]:
    """The lines, the views in a joint network's name sorted."""
    lines = derive(spec).lines
    names = ",".join(spec.view_names)
    return sorted(line.replace(f"qJ(z|{names})", "qJ(z|V)") for line in lines)


@pytest.mark.parametrize("name", SYMMETRIC)
def test_i39_exchange_of_two_views(name: str) -> None:
    """I-39: exchanging the names of two views exchanges nothing else (bi-VCCA: with μ = ½)."""
    chosen = {"mu": sympy.Rational(1, 2)} if name == "bi_vcca" else {}
    spec, orders = of(name, 2), ({"1": "va", "2": "vb"}, {"1": "vb", "2": "va"})
    left, right = (terms(_relabelled(spec, o), **chosen) for o in orders)
    names = {str(a).replace("qJ(z|vb,va)", "qJ(z|va,vb)"): c for a, c in right.items()}
    assert {str(a): c for a, c in left.items()} == names


@pytest.mark.parametrize("name", ["dvcca", "vcca_private", *CONDITIONED])
def test_i39_first_view_is_special(name: str) -> None:
    """I-39's exceptions: DVCCA, VCCA-private, and models of p(y|x)."""
    spec = _relabelled(of(name, 2), {"1": "va", "2": "vb"})
    assert _text(spec) != _text(replace(spec, views=spec.views[::-1]))


@pytest.mark.parametrize("name", zoo.names())
def test_i39_renaming(name: str) -> None:
    """I-39: other names for the views, and the same lines under them."""
    spec = of(name, 2)
    renamed = _relabelled(spec, {"1": "va", "2": "vb"})
    named = [line.replace("va", "1").replace("vb", "2") for line in derive(renamed).lines]
    assert sorted(named) == _text(spec)


# nexus: its upper networks, as wide as published, overflow under these weights; tests/module/test_laws.py has it small
@pytest.mark.parametrize("name", [n for n in OPEN if n != "nexus"])
def test_i39_in_value(name: str) -> None:
    """I-39: permuted views with their networks and noise have one value."""
    spec = of(name, 3, p={"z": {"dim": 2}})
    first = compiled(spec)
    second = compiled(replace(spec, views=tuple(spec.views[i] for i in (2, 0, 1))))
    second.load_state_dict(first.state_dict(), strict=False)
    _match(first, second)
    batch = data(spec)
    permuted = replace(batch, views={v: batch.views[v] for v in second.spec.view_names})
    left = first.loss(batch, noise=shared_noise(first)).rows
    right = second.loss(permuted, noise=shared_noise(second)).rows
    torch.testing.assert_close(left, right, rtol=1e-10, atol=1e-10)


def _match(first: Model, second: Model) -> None:
    """Parts that go by the position of a view: exponents, and the joint network, which is given its inputs' order."""
    order = [first.spec.view_names.index(v) for v in second.spec.view_names]
    for name, parameter in second.networks.learnt.items():
        if parameter.dim():
            parameter.data = first.networks.learnt[name].data[order].clone()
    for name in first.networks.joints:
        joint = deepcopy(first.networks.joints[name])
        old, new = first.spec.view_names, second.spec.view_names
        sizes = [math.prod(first.spec.view(v).shape or ()) for v in new]
        joint.trunk = torch.nn.Sequential(_Reordered(sizes, [new.index(v) for v in old]), joint.trunk)
        second.networks.joints[name] = joint


class _Reordered(torch.nn.Module):
    """Views side by side, in another order."""

    def __init__(self, sizes: list[int], order: list[int]) -> None:
        super().__init__()
        self.sizes, self.order = sizes, order

    def forward(self, packed: torch.Tensor) -> torch.Tensor:
        """The same entries."""
        parts = packed.split(self.sizes, -1)
        return torch.cat([parts[i] for i in self.order], -1)


def test_i40_duplicate_view_doubles_the_precision() -> None:
    """I-40: x_2 ≡ x_1 with one network: PoE has twice the precision, and the product keeps both."""
    found = _tied(model(2, elbo(), q=NEVER))
    batch = _twice(found)
    both, one = found.encode(batch)["z"], found.encode(batch, given=["1"])["z"]
    torch.testing.assert_close(both.mean, one.mean, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(both.variance, one.variance / 2, rtol=1e-12, atol=1e-12)
    keys = {a.of for a in terms(found.spec) if isinstance(a, KL)}
    assert {len(k.members) for k in keys if isinstance(k, Fused)} == {2}


def test_i40_duplicate_view_leaves_a_mixture() -> None:
    """I-40: the mixture of two equal components is the component."""
    found = _tied(model(2, elbo(), q=SINGLES))
    batch = _twice(found)
    both, one = found.encode(batch)["z"], found.encode(batch, given=["1"])["z"]
    at = torch.randn(4, len(batch), 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(both.log_prob(at), one.log_prob(at), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(both.variance, one.variance, rtol=1e-12, atol=1e-12)


def _tied(spec: Spec) -> Model:
    found = compiled(spec)
    found.networks.experts["z(2)"].load_state_dict(found.networks.experts["z(1)"].state_dict())
    return found


def _twice(found: Model) -> object:
    batch = data(found.spec)
    return replace(batch, views={"1": batch.views["1"], "2": batch.views["1"]})
