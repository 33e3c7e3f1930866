"""Fusions: one evidence set as the formula stands against many sets at once, and their identities."""

import itertools
import math

import pytest
import torch

from mvgraph.errors import SpecError, UsageError
from mvgraph.vocab.family import Family
from mvgraph.vocab.fusion import Fusion

VIEWS, BATCH, DIM = 4, 6, 3
OPTIONS = {"gpoe": {"gpoe": {"weights": "a"}}}
WORDS = Fusion.registry.names()
FUSING = [word for word in WORDS if not Fusion.registry[word].joint]
SUBSETS = [s for n in range(1, VIEWS + 1) for s in itertools.combinations(range(VIEWS), n)]


pytestmark = pytest.mark.usefixtures("double")


def fusion(word):
    return Fusion.read(OPTIONS.get(word, word))


def stacked(spread=2.0):
    """Experts `(view, batch, dim)` with log-variances in ±spread."""
    raw = (2 * torch.rand(VIEWS, BATCH, DIM) - 1) * spread
    return {"loc": torch.randn(VIEWS, BATCH, DIM), "scale": (raw / 2).exp()}


def exponents(word):
    return torch.rand(VIEWS, DIM) + 0.1 if word == "gpoe" else None


def subset_masks():
    return torch.stack([torch.zeros(1, VIEWS, dtype=torch.bool).index_fill(1, torch.tensor(s), True) for s in SUBSETS])


def one_by_one(rule, experts, masks, prior, prior_mask, weights):
    """`fuse` for each set and row: parameters `(set, batch, dim)`, NaN where a set has no expert."""
    sets, rows = masks.shape[0], experts["loc"].shape[1]
    masks = masks.expand(sets, rows, VIEWS)
    result = {k: torch.full((sets, rows, DIM), math.nan) for k in experts}
    for s, b in itertools.product(range(sets), range(rows)):
        views = masks[s, b].nonzero().flatten().tolist()
        chosen = [{k: v[m, b] for k, v in experts.items()} for m in views]
        chosen += [prior] if prior is not None and prior_mask.expand(sets, rows)[s, b] else []
        if chosen:
            powers = None if weights is None else [weights[m] for m in views]
            for k, v in rule.fuse(chosen, powers).items():
                result[k][s, b] = v
    return result


def agree(found, expected, **tolerance):
    for k, v in expected.items():
        there = ~v.isnan()
        torch.testing.assert_close(found[k][there], v[there], **(tolerance or {"rtol": 1e-12, "atol": 1e-12}))
        assert found[k].isfinite().all()


@pytest.mark.parametrize("word", WORDS)
def test_a_word_reads_back(word):
    rule = fusion(word)
    assert Fusion.read(rule.write()) == rule
    assert rule.symbol
    assert rule.families <= set(Family.registry.names())


@pytest.mark.parametrize("word", FUSING)
@pytest.mark.parametrize("with_prior", [False, True])
def test_many_sets_at_once_agree_with_one_by_one(word, with_prior):
    rule, experts, weights = fusion(word), stacked(), exponents(word)
    given = with_prior and rule.takes_prior
    prior = {"loc": torch.randn(DIM), "scale": torch.rand(DIM) + 0.5} if given else None
    for masks in (subset_masks(), torch.rand(7, BATCH, VIEWS) < 0.5):
        prior_mask = torch.rand(masks.shape[:2]) < 0.5 if given else None
        found = rule.fuse_all(experts, masks, prior, prior_mask, weights)
        assert all(v.shape == (len(masks), BATCH, DIM) for v in found.values())
        agree(found, one_by_one(rule, experts, masks, prior, prior_mask, weights))


@pytest.mark.parametrize("word", FUSING)
def test_gradients_agree_with_one_by_one(word):
    rule, masks = fusion(word), torch.rand(5, BATCH, VIEWS) < 0.5
    experts = {k: v.requires_grad_() for k, v in stacked().items()}
    weights = exponents(word)
    leaves = [*experts.values()] + ([] if weights is None else [weights.requires_grad_()])

    def gradient(result):
        return torch.autograd.grad(sum(v.nan_to_num().sin().sum() for v in result.values()), leaves)

    empty = ~masks.any(-1)
    found = {
        k: torch.where(empty.unsqueeze(-1), 0.0, v)
        for k, v in rule.fuse_all(experts, masks, None, None, weights).items()
    }
    expected = one_by_one(rule, experts, masks, None, None, weights)
    for a, b in zip(gradient(found), gradient(expected), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("word", FUSING)
@pytest.mark.parametrize("garbage", [math.nan, math.inf, 0.0, -1.0, 1e300, 1e-300])
def test_masked_experts_touch_neither_value_nor_gradient(word, garbage):
    rule, weights = fusion(word), exponents(word)
    masks = torch.rand(5, BATCH, VIEWS) < 0.6
    masks[:, 0, 1] = masks[:, 3, 2] = masks[:, 4] = False  # in no set at all
    outside = ~masks.any(0).T.unsqueeze(-1).expand(VIEWS, BATCH, DIM)
    clean = stacked()
    dirty = {k: v.masked_fill(outside, garbage) for k, v in clean.items()}
    results = []
    for experts in (clean, dirty):
        leaves = {k: v.clone().requires_grad_() for k, v in experts.items()}
        found = rule.fuse_all(leaves, masks, None, None, weights)
        results.append((found, torch.autograd.grad(sum(v.sin().sum() for v in found.values()), list(leaves.values()))))
    (clean_found, clean_grads), (dirty_found, dirty_grads) = results
    assert all(torch.equal(clean_found[k], dirty_found[k]) for k in clean_found)
    assert all(torch.equal(a, b) for a, b in zip(clean_grads, dirty_grads, strict=True))
    assert all((g[outside] == 0).all() for g in dirty_grads)


@pytest.mark.parametrize("word", FUSING)
def test_a_set_without_experts_is_finite(word):
    rule, experts = fusion(word), {k: v.requires_grad_() for k, v in stacked().items()}
    masks = torch.zeros(2, 1, VIEWS, dtype=torch.bool)
    found = rule.fuse_all(experts, masks, None, None, exponents(word))
    grads = torch.autograd.grad(sum(v.sum() for v in found.values()), list(experts.values()), allow_unused=True)
    assert all(v.isfinite().all() for v in found.values())
    assert all(g is None or g.isfinite().all() for g in grads)


def test_a_prior_alone_is_the_fused_posterior():
    masks, prior = torch.zeros(1, 1, VIEWS, dtype=torch.bool), {"loc": torch.randn(DIM), "scale": torch.rand(DIM) + 0.1}
    found = fusion("poe").fuse_all(stacked(), masks, prior, torch.ones(1, 1, dtype=torch.bool), None)
    for k, v in prior.items():
        torch.testing.assert_close(found[k], v.expand(1, BATCH, DIM), rtol=1e-14, atol=1e-14)


def test_a_prior_that_is_no_expert_does_not_count():
    experts, masks = stacked(), subset_masks()
    prior = {"loc": torch.full((DIM,), 5.0), "scale": torch.full((DIM,), 1e-200)}
    found = fusion("poe").fuse_all(experts, masks, prior, torch.zeros(len(masks), 1, dtype=torch.bool), None)
    plain = fusion("poe").fuse_all(experts, masks, None, None, None)
    assert all(torch.equal(found[k], plain[k]) for k in plain)


@pytest.mark.parametrize("word", ["poe", "gpoe", "mean"])
def test_extreme_variances_stay_exact(word):
    rule, experts, weights = fusion(word), stacked(spread=30.0), exponents(word)
    masks = subset_masks()
    agree(rule.fuse_all(experts, masks, None, None, weights), one_by_one(rule, experts, masks, None, None, weights))


def test_precisions_that_overflow_by_themselves_do_not():
    experts = {"loc": torch.randn(VIEWS, BATCH, DIM), "scale": torch.full((VIEWS, BATCH, DIM), 1e-250)}
    found = fusion("poe").fuse_all(experts, torch.ones(1, 1, VIEWS, dtype=torch.bool), None, None, None)
    torch.testing.assert_close(found["scale"][0] / 1e-250, torch.full((BATCH, DIM), VIEWS**-0.5))
    torch.testing.assert_close(found["loc"][0], experts["loc"].mean(0))


@pytest.mark.parametrize("word", FUSING)
def test_single_precision_stays_finite(word):
    experts = {k: v.float() for k, v in stacked(spread=30.0).items()}
    weights = exponents(word)
    found = fusion(word).fuse_all(experts, subset_masks(), None, None, None if weights is None else weights.float())
    assert all(v.dtype == torch.float32 and v.isfinite().all() for v in found.values())


@pytest.mark.parametrize("word", FUSING)
def test_one_expert_is_itself_where_the_rule_says_so(word):
    rule, experts = fusion(word), stacked()
    alone = {k: v[0] for k, v in experts.items()}
    weights = None if rule.single_is_expert else [torch.full((DIM,), 0.5)]
    found = rule.fuse([alone], weights)
    same = all(torch.allclose(found[k], alone[k], rtol=1e-12, atol=1e-12) for k in alone)
    assert same == rule.single_is_expert


def test_gpoe_with_equal_weights_has_the_mean_of_poe_and_m_times_its_variance():  # I-20
    experts = [{k: v[m] for k, v in stacked().items()} for m in range(VIEWS)]
    poe = fusion("poe").fuse(experts)
    ones = fusion("gpoe").fuse(experts, [torch.ones(DIM)] * VIEWS)
    equal = fusion("gpoe").fuse(experts, [torch.full((DIM,), 1 / VIEWS)] * VIEWS)
    for k in poe:
        torch.testing.assert_close(ones[k], poe[k], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(equal["loc"], poe["loc"], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(equal["scale"] ** 2, VIEWS * poe["scale"] ** 2, rtol=1e-12, atol=1e-12)
    assert not torch.allclose(equal["scale"], poe["scale"])


def test_a_view_twice_doubles_the_precision():  # I-40
    expert = {k: v[0] for k, v in stacked().items()}
    found = fusion("poe").fuse([expert, expert])
    torch.testing.assert_close(found["loc"], expert["loc"], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(found["scale"] ** -2, 2 * expert["scale"] ** -2, rtol=1e-12, atol=1e-12)


def test_poe_is_the_normalised_product_of_densities():
    normal, x = Family.read("normal"), torch.linspace(-30.0, 30.0, 200_001)
    experts = [{"loc": torch.tensor([m]), "scale": torch.tensor([s])} for m, s in ((-1.0, 0.7), (2.0, 1.3), (0.0, 1.0))]
    product = sum(normal.log_prob(e, x.unsqueeze(-1)) for e in experts).exp()
    density = normal.log_prob(fusion("poe").fuse(experts), x.unsqueeze(-1)).exp()
    torch.testing.assert_close(product / torch.trapezoid(product, x), density, rtol=0, atol=1e-9)


def test_the_mean_averages_log_scales():
    experts = [{k: v[m] for k, v in stacked().items()} for m in range(2)]
    found = fusion("mean").fuse(experts)
    torch.testing.assert_close(found["scale"], (experts[0]["scale"] * experts[1]["scale"]).sqrt())
    assert set(fusion("mean").fuse([{"loc": torch.zeros(1, 1)}])) == {"loc"}


def test_the_mean_of_deltas_has_locations_only():
    experts, masks = {"loc": torch.randn(VIEWS, BATCH, DIM)}, subset_masks()
    found = fusion("mean").fuse_all(experts, masks, None, None, None)
    agree(found, one_by_one(fusion("mean"), experts, masks, None, None, None))


def test_a_joint_network_fuses_no_experts():
    joint = Fusion.read({"joint": {"hidden": [64], "activation": "elu", "network": {"mlp": {"hidden": [32]}}}})
    assert joint.network.hidden == (32,)
    with pytest.raises(UsageError, match="no function of experts"):
        joint.fuse([])
    with pytest.raises(UsageError, match="no function of experts"):
        joint.fuse_all({}, torch.ones(1, 1, 1), None, None, None)
    with pytest.raises(SpecError, match="at least one unit"):
        Fusion.read({"joint": {"hidden": [0]}})


def test_gpoe_needs_exponents():
    with pytest.raises(SpecError, match="needs the option 'weights'"):
        Fusion.read("gpoe")
    assert Fusion.read({"gpoe": {"weights": 1}}).weights == 1.0
    with pytest.raises(UsageError, match="one exponent for each expert"):
        fusion("gpoe").fuse([{k: v[0] for k, v in stacked().items()}])
    with pytest.raises(UsageError, match="one exponent for each expert"):
        fusion("gpoe").fuse_all(stacked(), subset_masks(), None, None, None)
