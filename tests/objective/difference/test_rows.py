"""Two objectives beside each other with their sums folded: nothing is lost, and every form says the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
import sympy

import mvgraph as mg
from mvgraph.objective.difference.comparing import difference
from mvgraph.objective.difference.delta import Terms
from mvgraph.objective.difference.rows import Kind, rows
from mvgraph.objective.text import order, signed
from mvgraph.spec import zoo
from mvgraph.spec.model import OpenViews
from mvgraph.spec.reading import load

OPEN = [n for n in zoo.names() if load(n).open_views == OpenViews(2)]
Line = tuple[str, str, str]


def written(terms: Terms) -> dict[Kind, set[Line]]:
    """The terms of a difference, of each kind: the atom, its coefficient in A, and that in B."""
    return {
        "shared": {(str(a), str(c), str(c)) for c, a in terms.shared},
        "changed": {(str(x.atom), str(x.before), str(x.after)) for x in terms.changed},
        "removed": {(str(a), str(c), "None") for c, a in terms.removed},
        "added": {(str(a), "None", str(c)) for c, a in terms.added},
    }


@pytest.mark.parametrize(("a", "b"), [*pairwise(OPEN[::2])])
def test_rows_unfold_to_the_terms(a: str, b: str) -> None:
    """For three views: each row stands for terms of its kind with its coefficients, and together they are all terms."""
    delta = difference(load(a), load(b), views=3)
    for terms in (delta.terms, *delta.phases.values()):
        shown, found = rows(delta, terms), {kind: set[Line]() for kind in written(terms)}
        for row in shown.rows:
            weights = (row.before, row.after)
            told = [replace(row.piece, coefficient=sympy.Integer(0) if w is None else w) for w in weights]
            for (before, atom), (after, _) in zip(*(p.unfolded(shown.views) for p in told), strict=True):
                pair = (
                    sympy.expand(c) if w is not None else None for c, w in zip((before, after), weights, strict=True)
                )
                found[row.kind].add((str(atom), *map(str, pair)))  # type: ignore[arg-type]
        assert found == written(terms)
        unfolded = (t for piece in shown.residual for t in piece.unfolded(shown.views))
        assert sorted(((sympy.expand(c), a) for c, a in unfolded), key=order) == sorted(terms.residual, key=order)


def objective(delta: mg.Difference) -> list[str]:
    """The lines of the objectives in its text."""
    part = str(delta).split("\nobjective\n")[1].split("\n\n")[0]
    return [line.strip() for line in part.splitlines()]


def test_regular_terms_are_one_line() -> None:
    """What both have with another weight, and what only one has; the indices are explained."""
    assert objective(mg.diff("mopoe", "mvae", views=4)) == [
        "~  (1/15 -> 1) Σ_m E[log p(x.m|z); z~PoE[p(z)·Π_{n∈V} q(z|n)]]",
        "~  (-beta/15 -> -beta) KL(PoE[p(z)·Π_{m∈V} q(z|m)] || p(z))",
        "A  + 1/15 Σ_{S≠V} Σ_m E[log p(x.m|z); z~PoE[Π_{n∈S} q(z|n)]]",
        "A  - beta/15 Σ_{S≠V} KL(PoE[Π_{m∈S} q(z|m)] || p(z))",
        "where m in V = {1, 2, 3, 4}; S over the non-empty subsets of V",
    ]


def test_a_weight_of_each_view_stands_behind_its_sum() -> None:
    """In the text, and in a table, whose columns have the weights before the terms."""
    lam = {"params": {"lam": {"a": 1, "b": 2, "c": 3}}, "views": {"a": {}, "b": {}, "c": {}}}
    one, two = ({"elbo": {"from": "V", "to": "V", "likelihood_weight": w, "beta": 0}} for w in ("lam[m]", "2*lam[m]"))
    a, b = (load("mvae", **lam, objective={"maximize": [route]}) for route in (one, two))
    delta = mg.diff(a, b)
    (line, _) = objective(delta)
    assert line == "~  Σ_m (lam_m -> 2*lam_m) E[log p(x.m|z); z~PoE[p(z)·Π_{n∈V} q(z|n)]]"
    assert r"$+\sum_{m} \lambda_{m}$ & \color[HTML]{9A6700} $+\sum_{m} 2 \lambda_{m}$" in delta.latex()


def test_every_form_folds_and_unfolds() -> None:
    """Three views: sums, unless every term is asked for; two views the other way round."""
    folded, whole = (mg.diff("mopoe", "mvae", views=3, unfold=unfold) for unfold in (None, True))
    assert objective(whole) == [
        *(f"~  ({x.before} -> {x.after}) {x.atom}" for x in whole.changed),
        *(f"A  {signed(c, a)}" for c, a in whole.removed),
    ]
    for form in ("latex", "markdown"):
        short, long = (getattr(delta, form)() for delta in (folded, whole))
        assert r"S \neq V" in short
        assert "where m in V" in short
        assert "sum" not in long
        assert "where" not in long
        assert len(long) > 2 * len(short)
    assert "Σ_m" in objective(mg.diff("mopoe", "mvae", views=2, unfold=False))[0]
    assert "Σ_m" not in str(mg.diff("mopoe", "mvae", views=2))


def test_the_page_folds() -> None:
    """The page says what the indices are, below the table and what B has more."""
    pytest.importorskip("pygraphviz")
    page = mg.diff("mopoe", "mvae", views=3).to_html()
    assert '<p class="where">where m in V = {1, 2, 3}; S over the non-empty subsets of V</p>' in page
    assert page.count("<tr class=") < 10
