"""As a user would: what papers and libraries write of a model, as specs beside the reference spec.

The files are in `examples/formulas`, each with the place that it is from; what is expected here is what is known of
their disagreements, at two views and at three.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import mvgraph as mg
from mvgraph.objective.difference.delta import Difference
from mvgraph.objective.difference.relation import Relation

FOLDER = Path(__file__).parents[3] / "examples" / "formulas"
IDENTICAL, SCALED, SHIFTED, ORDERED, DIFFERENT = (
    Relation.IDENTICAL,
    Relation.SCALED,
    Relation.SHIFTED,
    Relation.ORDERED,
    Relation.DIFFERENT,
)
Weights = set[tuple[str, str]]
BOTH = (2, 3)


@dataclass(frozen=True)
class Expected:
    """What is known of a formula beside the reference spec, A.

    Arguments:
        verdict: as they stand.
        words: what the text says under the names of the two, for a number of views.
        changed: the pairs of coefficients of terms that both have.
        apart: how many terms only A has, and only B.
        views: the numbers of views for which it is so.
        against: the reference spec, where the formula does not go by its name.
    """

    verdict: Relation
    words: Callable[[int], tuple[str, ...]] = lambda _: ()
    changed: Callable[[int], Weights] = lambda _: set()
    apart: Callable[[int], tuple[int, int]] = lambda _: (0, 0)
    views: tuple[int, ...] = BOTH
    against: str = ""


def says(*lines: str) -> Callable[[int], tuple[str, ...]]:
    """Lines with M for the number of views, MM for its square, and N for one more."""
    return lambda m: tuple(
        x.replace("{MM}", str(m * m)).replace("{M}", str(m)).replace("{N}", str(m + 1)) for x in lines
    )


KNOWN = {
    # the last view's private divergence counts twice
    "multi-view-ae/vcca_private": Expected(
        ORDERED,
        says("A - B: + beta_h KL(q(h.2|2) || p(h.2))"),
        lambda _: {("-beta_h", "-2*beta_h")},
        views=(2,),
    ),
    # the mean over all subsets, decoding from z.1, priors that read the level above alone
    "multivae/mhvae": Expected(
        DIFFERENT,
        changed=lambda m: {("-beta", f"-beta/{2**m - 1}")},
        apart=lambda m: ((m + 1) ** 2, (2**m - 1) * (m + 1) + 2 * (2**m - m - 2)),
    ),
    # a misprint: scores under single-view posteriors
    "multi-view-ae/jmvae": Expected(DIFFERENT, apart=lambda m: (m, m)),
    # scores divided by M^2 and divergences not: its beta is M^2 times the paper's
    "multi-view-ae/mcvae": Expected(
        DIFFERENT, says("A = {MM} B under: beta (B) = beta/{MM}"), lambda m: {("1", f"1/{m * m}")}
    ),
    # KL of the mixture: the code trains a lower bound of that, by a JS between its components
    "multi-view-ae/mopoe": Expected(
        ORDERED,
        lambda m: ("ordered: A <= B", f"JS is between 0 and log {2**m - 1}", "B with the density of the component"),
        apart=lambda m: (2**m - 1, 1),
    ),
    # 1/M before the scores
    "multi-view-ae/weighted_mvae": Expected(
        DIFFERENT, says("A = 1/{M} B under: beta (B) = {M}*beta"), lambda m: {(f"1/{m}", "1")}
    ),
    "multivae/cmvae": Expected(IDENTICAL),
    # halves of the likelihoods in the code; no beta in the formula
    "multivae/crmvae": Expected(
        DIFFERENT,
        says("A = 1/2 B under: beta = 1/2"),
        lambda m: {(f"1/{2 * (m + 1)}", f"1/{m + 1}"), (f"-beta/{m + 1}", f"-1/{m + 1}")},
    ),
    "multivae/cvae": Expected(IDENTICAL, changed=lambda _: {("-beta", "-1")}),
    # shared divergences once, the paper's sum has them once a view
    "multivae/dmvae": Expected(ORDERED, says("ordered: A <= B"), lambda m: {(f"-{m}", "-1")}),
    # one annealed weight for both kinds of divergences; at its end they are one
    "multivae/jmvae": Expected(IDENTICAL, changed=lambda _: {("-alpha", "-alpha*beta")}),
    # KL in the place of the cross-entropy: the entropy of a frozen network apart
    "multivae/jnf": Expected(
        SHIFTED,
        says("phase joint: identical", "phase unimodal: equal up to a constant", "A = B - {M} H(qJ"),
        lambda _: {("-beta", "-1")},
        lambda m: (m, m),
    ),
    "multivae/mmvae_plus": Expected(
        ORDERED, says("ordered: A <= B", "B with one draw"), apart=lambda m: (m * m + m + 1, 1)
    ),
    # two disagreements at once: no prior expert, and the divergence of the mixture
    "multivae/mopoe": Expected(
        DIFFERENT,
        says("A without the prior expert", "B with the density of the component", "beta = 1"),
        apart=lambda m: (m + 2**m - 1, m + 1),
    ),
    "multivae/mvae": Expected(
        IDENTICAL,
        changed=lambda m: {("-beta", "-1"), *([("-beta*k/3", "-k/3")] if m == 3 else [])},
        against="mvae_subsampled",
    ),
    "multivae/mvtcae": Expected(IDENTICAL),
    # squared errors are twice the normal scores, and constants
    "multivae/nexus": Expected(
        DIFFERENT, says("equal up to a constant", "log(2 pi)"), lambda _: {("2*lam", "lam")}, lambda m: (m, 0)
    ),
    "multivae/telbo": Expected(IDENTICAL, changed=lambda _: {("lam", "1"), ("gamma", "1")}),
    # the joint scores have weight 0 in the authors' code, and their divergences stay
    "papers/dmvae": Expected(DIFFERENT, apart=lambda m: (m, 0)),
    "papers/mcvae": Expected(SCALED, says("A = {M} B"), lambda m: {("1", f"1/{m}"), ("-beta", f"-beta/{m}")}),
    "papers/mmvm": Expected(ORDERED, says("ordered: A <= B", "KL is convex"), apart=lambda m: (m * m, m)),
    "papers/mmvae": Expected(
        ORDERED, says("ordered: A >= B", "JS is between 0 and log {M}"), apart=lambda m: (1, m * m + m)
    ),
    # the prior expert of the full set
    "papers/mopoe": Expected(DIFFERENT, says("A without the prior expert"), apart=lambda m: (m + 1, m + 1)),
    "papers/mwae": Expected(
        DIFFERENT, says("critic C, counts  the real and every fake alike -> half"), apart=lambda _: (1, 1)
    ),
    # a scale, and other params
    "papers/mvtcae": Expected(
        DIFFERENT,
        says("A = (1 - alpha/{M}) B", "alpha (B) = alpha*beta/({M} - alpha)"),
        lambda m: {(f"1 - alpha/{m}", "1"), ("alpha*beta - beta", "-beta"), (f"-alpha*beta/{m}", "-alpha")},
        against="mvtcae",
    ),
    "papers/mmvae_plus": Expected(
        DIFFERENT, says("A with absent private latents from their prior"), apart=lambda m: (m * (m - 1),) * 2
    ),
}
TWO = {  # of two views there is one correlation of a dimension, of three there are two eigenvalues
    "multi-view-ae/dccae": (
        Expected(IDENTICAL, views=(2,)),
        Expected(DIFFERENT, says("A = 1/2 B under: lam (B) = 2*lam"), views=(3,)),
    )
}
ALL = [*KNOWN.items(), *((name, one) for name, both in TWO.items() for one in both)]
CASES = [(name, one, views) for name, one in ALL for views in one.views]


@cache
def delta(name: str, against: str, views: int) -> Difference:
    """The reference spec that a formula starts from, or another one, and the formula."""
    path = FOLDER / f"{name}.yaml"
    return mg.diff(against or path.stem.replace("-", "_"), path, views=views)


@pytest.mark.parametrize(("name", "expected", "views"), CASES, ids=[f"{n}-{v}" for n, _, v in CASES])
def test_what_is_known_of_a_formula(name: str, expected: Expected, views: int) -> None:
    found = delta(name, expected.against, views)
    assert found.verdict is expected.verdict
    text = str(found)
    assert [words for words in expected.words(views) if words not in text] == []
    if name not in TWO:
        assert {(str(c.before), str(c.after)) for c in found.changed} == expected.changed(views)
        assert (len(found.removed), len(found.added)) == expected.apart(views)


def test_every_formula_is_known() -> None:
    files = {str(p.relative_to(FOLDER).with_suffix("")) for p in FOLDER.rglob("*.yaml")}
    assert files == {*KNOWN, *TWO}


def test_the_scores_of_crmvae_are_what_differs() -> None:
    """With the formula's beta, code and formula have the same divergences; the scores have half the weight."""
    found = mg.diff("crmvae", FOLDER / "multivae" / "crmvae.yaml", assuming={"beta": 1})
    assert {(str(c.before), str(c.after), c.atom.is_distance) for c in found.changed} == {("1/6", "1/3", False)}
    assert all(atom.is_distance for _, atom in found.shared)


def test_what_mopoe_has_more() -> None:
    """The scores and the divergence of the product with the prior in it."""
    found = delta("papers/mopoe", "mopoe", 2)
    assert {str(atom) for _, atom in found.removed} == {
        *(f"E[log p(x.{v}|z); z~PoE[p(z)·q(z|1)·q(z|2)]]" for v in (1, 2)),
        "KL(PoE[p(z)·q(z|1)·q(z|2)] || p(z))",
    }


def test_dmvae_counts_divergences_once_a_view() -> None:
    """Every shared divergence, and no other term, has another multiplicity."""
    for views in (2, 3, 4):
        found = delta("multivae/dmvae", "dmvae", views)
        assert [str(c.atom)[:2] for c in found.changed] == ["KL"] * (views + 1)
        assert {str(atom) for _, atom in found.finding.gap} == {str(c.atom) for c in found.changed}
        assert {str(c) for c, _ in found.finding.gap} == {str(views - 1)}


def test_mvtcae_is_jmvae_kl_over_a_product() -> None:
    """Against JMVAE itself: the same, once its joint network is a product."""
    for views in (2, 3):
        found = mg.diff("mvtcae", "jmvae", views=views).special
        assert found is not None
        assert (found.relation, str(found.factor)) == (SCALED, f"1 - alpha/{views}")
        assert found.given == ("B with a product of experts in place of the joint network",)
