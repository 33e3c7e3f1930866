"""Folded sums: they unfold to the very terms, for every model and any number of views, and say what a person would."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings

from mvgraph.graph import check
from mvgraph.objective import derive
from mvgraph.objective.folding.folded import Folded, fold
from mvgraph.objective.folding.formulas import formula
from mvgraph.objective.folding.renaming import Universe
from mvgraph.objective.folding.texts import alike
from mvgraph.objective.notation import notation
from mvgraph.objective.ranges import Range, bindings
from mvgraph.spec import zoo
from mvgraph.spec.model import OpenViews, Spec
from mvgraph.spec.reading import load
from tests.module.random_specs import Tree, specs

NAMES = zoo.names()
OPEN = [n for n in NAMES if load(n).open_views == OpenViews(2)]


def folded(spec: Spec) -> list[tuple[Any, Folded]]:
    """The terms of a spec, of each phase and of all together, and the same folded."""
    objective = derive(spec)
    return [(one.terms, fold(one.terms, spec)) for one in (objective, *objective.phases.values())]


def lines(source: str | Tree, **overrides: Any) -> tuple[str, ...]:
    """The folded lines of a spec."""
    spec = load(source, **overrides)
    return fold(derive(spec).terms, spec).lines


@pytest.mark.parametrize("name", NAMES)
def test_unfolding_gives_the_terms(name: str) -> None:
    """Every reference model with the views that it has."""
    assert all(f.unfolded == terms for terms, f in folded(load(name)))


@pytest.mark.parametrize("views", [3, 4, 5])
@pytest.mark.parametrize("name", OPEN)
def test_unfolding_gives_the_terms_for_more_views(name: str, views: int) -> None:
    """Every reference model that is open; there are never more pieces than for three views."""
    for (terms, found), (_, three) in zip(folded(load(name, views=views)), folded(load(name, views=3)), strict=True):
        assert found.unfolded == terms
        assert len(found.pieces) <= len(three.pieces)


QUICK = settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck])


def unfolds(tree: Tree) -> None:
    """The law for whatever the checks accept."""
    spec = load(tree)
    assume(all(p.severity != "error" for p in check(spec)))
    found = folded(spec)
    assert all(f.unfolded == terms for terms, f in found)
    assert all(f.lines and [formula(notation(spec), piece) for piece in f.pieces] for terms, f in found if terms)


@QUICK
@given(specs())
def test_unfolding_gives_the_terms_of_random_specs(tree: Tree) -> None:
    """Sixty specs by chance."""
    unfolds(tree)


@pytest.mark.slow
@settings(QUICK, max_examples=2000)
@given(specs())
def test_unfolding_gives_the_terms_of_many_random_specs(tree: Tree) -> None:
    """Two thousand."""
    unfolds(tree)


@pytest.mark.parametrize("name", ["mopoe", "cmvae", "mhvae_gan"])
def test_more_views_are_the_same_lines(name: str) -> None:
    """What is folded does not depend on how many views there are, numbers apart."""
    four, six = (fold(derive(s).terms, s) for s in (load(name, views=4), load(name, views=6)))
    same = [str(p.value) for p in four.pieces if "Mix" not in str(p)]
    assert same == [str(p.value) for p in six.pieces if "Mix" not in str(p)]
    assert len(four.pieces) == len(six.pieces) < 10


PAIRS = """\
mvgraph: 1
name: pairs
params: {lam: {a: 1, b: 2, c: 3}, w: 2.0}
views: {a: {}, b: {}, c: {}}
p:
  z: {latent: normal, dim: 2}
  x: {observed: true, plate: view, given: [z], likelihood: normal, network: mlp}
q:
  z: {expert: normal, fuse: poe, network: mlp}
objective:
  maximize: [TERMS]
"""


def objective(*terms: str) -> str:
    """A spec with three named views and some terms."""
    return PAIRS.replace("TERMS", ", ".join(terms))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (  # a weight a view
            ["{elbo: {from: V, to: V, likelihood_weight: lam, beta: 0}}"],
            ["+ Σ_m lam_m E[log p(x.m|z); z~PoE[Π_{n∈V} q(z|n)]]"],
        ),
        (  # a weight that follows from the size of the set; a set of one view is its expert
            ["{elbo: {from: S, to: V, for: {S: subsets}, weight: w*size(S)/M, beta: 0}}"],
            ["+ Σ_S Σ_m w*|S|/3 E[log p(x.m|z); z~PoE[Π_{n∈S} q(z|n)]]"],
        ),
        (  # members and strangers of a set, apart
            [
                "{elbo: {from: S, to: S, for: {S: subsets}, beta: 0}}",
                "{elbo: {from: S, to: V, for: {S: subsets}, weight: w, beta: 0}}",
            ],
            [
                "+ (w + 1) Σ_S Σ_{m∈S} E[log p(x.m|z); z~PoE[Π_{n∈S} q(z|n)]]",
                "+ w Σ_S Σ_{m∉S} E[log p(x.m|z); z~PoE[Π_{n∈S} q(z|n)]]",
            ],
        ),
        (  # pairs whose diagonal weighs more
            [
                "{elbo: {from: [m], to: [n], for: {m: V, n: V}, beta: 0}}",
                "{elbo: {from: [m], to: [m], for: {m: V}, weight: w, beta: 0}}",
            ],
            ["+ (w + 1) Σ_m E[log p(x.m|z); z~q(z|m)]", "+ Σ_m Σ_{n≠m} E[log p(x.m|z); z~q(z|n)]"],
        ),
        (  # one view singled out, as source and as target
            ["{elbo: {from: [a], to: V, beta: 0}}", "{elbo: {from: [m], to: [b, c], for: {m: V}, beta: 0}}"],
            [
                "+ E[log p(x.a|z); z~q(z|a)]",
                "+ 2 Σ_{m∈{b,c}} E[log p(x.m|z); z~q(z|a)]",
                "+ Σ_{m∈{b,c}} Σ_{n∈{b,c}} E[log p(x.m|z); z~q(z|n)]",
            ],
        ),
        (  # a center of some views has as many parts as there are of these
            ["{js: {of: ['q(z | a)', 'q(z | c)'], center: mixture}}"],
            ["+ 1/2 Σ_{m∈{a,c}} KL(q(z|m) || Mix_1/2[q(z|n): n∈{a,c}])"],
        ),
        (  # under a logarithm
            ["{iwae: {from: V, to: V, samples: 4}}"],
            ["+ LME_4,outside{ + Σ_m E[log p(x.m|z); z~PoE[Π_{n∈V} q(z|n)]] - KL(PoE[Π_{m∈V} q(z|m)] || p(z)) }"],
        ),
    ],
)
def test_lines(terms: list[str], expected: list[str]) -> None:
    """What a person would write."""
    assert list(lines(objective(*terms))) == expected


def test_centers_of_many_sets_are_one_sum() -> None:
    """How many densities a center has is the size of its set, in the text and as LaTeX."""
    text = objective("{kl: {of: q(z | m), to: q(z | S), for: {m: V, S: subsets}}}").replace(
        "q:\n", "q:\n  mixture: singles\n"
    )
    spec = load(text)
    (found,) = (fold(terms, spec) for terms in [derive(spec).terms])
    assert found.lines == (
        "+ Σ_{2≤|S|} Σ_m KL(q(z|m) || Mix_1/|S|[q(z|n): n∈S])",
        "+ Σ_m Σ_{n≠m} KL(q(z|m) || q(z|n))",
    )
    assert r"\tfrac{1}{|S|} \, \sum_{n \in S} q(z \mid x_{n})" in formula(notation(spec), found.pieces[0])
    assert found.unfolded == derive(spec).terms


SUBSETS = [f"q(z | {','.join(s)})" for s in (*"ab", "ab")]


def test_centers_of_sets_within_a_set_are_written_out() -> None:
    """How many subsets a set has is no formula in its size that is printed; nothing crashes, and the count is right."""
    text = objective(f"{{js: {{of: {SUBSETS}}}}}", f"{{js: {{of: {str(SUBSETS).replace('b', 'c')}}}}}")
    spec = load(text)
    found = fold(derive(spec).terms, spec)
    assert found.unfolded == derive(spec).terms
    assert all("Mix_1/3" in line for line in found.lines)


def test_a_mixture_over_subsets_is_one_index() -> None:
    """Components of a mixture fold as terms do."""
    text = lines(load("mopoe", views=3, objective={"maximize": [{"elbo": {"from": "V", "to": "V"}}]}))
    assert any("Mix_1/7" in line for line in text)


def test_an_index_has_no_name_that_is_taken() -> None:
    """Views, nodes and params keep their names; the next letters are used."""
    text = objective("{elbo: {from: [k], to: V, for: {k: V}, beta: n}}").replace("w: 2.0", "n: 2.0")
    found = lines(text.replace("a: {}", "m: {}").replace("a: 1", "m: 1"))
    assert found == ("+ Σ_l Σ_i E[log p(x.l|z); z~q(z|i)]", "- n Σ_l KL(q(z|l) || p(z))")


def test_a_changed_coefficient_stands_apart() -> None:
    """One term that weighs more leaves the sum of its row; nothing is lost."""
    spec = load("ae", views=4)
    first, *rest = derive(spec).terms
    terms = ((first[0] + sympy.Rational(1, 7), first[1]), *rest)
    found = fold(terms, spec)
    assert found.unfolded == terms
    assert "+ 23/112 E[log p(x.1|z); z~q(z|1)]" in found.lines
    assert len(found.pieces) < len(terms)


def test_a_missing_term_is_missed() -> None:
    """A sum never says more than there is."""
    spec = load("ae", views=4)
    terms = derive(spec).terms[1:]
    found = fold(terms, spec)
    assert found.unfolded == terms
    assert "+ 1/16 Σ_m Σ_n E[log p(x.m|z); z~q(z|n)]" not in found.lines


def test_the_law_can_fail() -> None:
    """A piece with another range unfolds to other terms."""
    spec = load("ae", views=3)
    found = fold(derive(spec).terms, spec)
    first, second = found.pieces[0].ranges
    wrong = replace(found.pieces[0], ranges=(first, replace(second, apart=(first.index,))))
    assert replace(found, pieces=(wrong,)).unfolded != derive(spec).terms


@pytest.mark.parametrize(
    ("ranges", "count"),
    [
        ((Range("m"),), 4),
        ((Range("m"), Range("n", apart=("m",))), 12),
        ((Range("S", sizes=(1, 4), count=4), Range("m", "S")), 32),
        ((Range("S", sizes=(2, 3), count=4), Range("m", apart=("S",))), 6 * 2 + 4),
        ((Range("m", ("a", "b")),), 2),
    ],
)
def test_ranges(ranges: tuple[Range, ...], count: int) -> None:
    """What indices run over, counted by hand, for four views."""
    assert len(list(bindings(ranges, ("a", "b", "c", "d")))) == count


def test_a_log_mean_exp_is_folded_as_latex() -> None:
    """One stratum for each view, the views scored in it as a product; unfolded it is what it was."""
    spec = load("mmvae_tight", views=3)
    found = fold(derive(spec).terms, spec)
    (text,) = (formula(notation(spec), piece) for piece in found.pieces)
    assert found.unfolded == derive(spec).terms
    assert found.unfolded[0][1].parts == derive(spec).terms[0][1].parts
    assert r"{\textstyle\sum_{m \in V}} \tfrac{1}{3} \, {\textstyle\prod_{n \in V}} p(x_{n} \mid z^{(m,k)})" in text
    assert text.startswith(r"+ \mathbb{E}_{z^{(m,k)} \sim q(z^{(m,k)} \mid x_{m}) : m \in V}")


def test_private_latents_of_a_log_mean_exp_are_folded_as_latex() -> None:
    """Their draws and their ratios are those of each view."""
    tree = {"p": {"h": {"latent": "normal", "plate": "view", "dim": 2}, "x": {"given": ["z", "h"]}}}
    route = {"iwae": {"from": "V", "to": "V", "samples": 4}}
    spec = load("mvae", views=3, p=tree["p"], q={"h": {"expert": "normal"}}, objective={"maximize": [route]})
    (text,) = (formula(notation(spec), piece) for piece in fold(derive(spec).terms, spec).pieces)
    assert r"h_{m}^{(k)} \sim q(h_{m}^{(k)} \mid x_{m}) : m \in V" in text
    assert r"{\textstyle\prod_{m \in V}} p(x_{m} \mid h_{m}^{(k)}, z^{(k)})" in text
    assert text.count(r"\prod") == 4  # of scores, of ratios, and twice of the experts of z
    assert r"\frac{p(h_{m}^{(k)})}{q(h_{m}^{(k)} \mid x_{m})}" in text


def test_legend() -> None:
    """What the indices are is said once."""
    strata = load("mmvae", views=3)
    assert fold(derive(strata).terms, strata).legend == "V = {1, 2, 3}"
    spec = load("mopoe", views=3)
    legend = fold(derive(spec).terms, spec).legend
    assert legend == "m in V = {1, 2, 3}; S over the non-empty subsets of V"


def test_sentences_that_differ_by_a_view_alone_are_one() -> None:
    """Three and more; two, or those that differ in something else, stay."""
    views = Universe(("1", "2", "3"), taken=frozenset({"1", "2", "3", "m"}))
    three = [f"a route scores {v} only" for v in "123"]
    assert alike([*three, "weight 2"], views) == ["a route scores n only, for every view n", "weight 2"]
    assert alike(three[:2], views) == three[:2]
    assert alike(["h.1 and z.2", "h.2 and z.1", "h.12 is"], views) == ["h.1 and z.2", "h.2 and z.1", "h.12 is"]
