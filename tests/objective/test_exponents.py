"""Exponents of a generalised product, as they are printed and compared: a number is a number."""

from __future__ import annotations

import pytest

import mvgraph as mg
from mvgraph.objective.difference.relation import Relation
from mvgraph.spec.model import Spec


def product(weights: object) -> Spec:
    """An MVAE whose posteriors are generalised products without the prior."""
    fuse = "poe" if weights is None else {"gpoe": {"weights": weights}}
    return mg.load(
        {
            "extends": "mvae",
            "name": "product",
            "params": {"half": 0.5},
            "q": {"z": {"fuse": fuse, "prior_expert": "never"}},
        }
    )


@pytest.mark.parametrize(
    ("a", "b"), [(1, None), ("1", None), ("M/M", 1), ("1/2", "0.5"), (0.5, "1/M"), ("sqrt(4)", 2), ("2^0.5", "sqrt(M)")]
)
def test_one_number_has_many_texts(a: object, b: object) -> None:
    assert mg.diff(product(a), product(b)).verdict is Relation.IDENTICAL


def test_another_number_is_another_posterior() -> None:
    assert mg.diff(product(2), product(None)).verdict is Relation.DIFFERENT


def test_a_number_is_printed_as_one() -> None:
    assert "gPoE[q(z|1)^(1/2)·q(z|2)^(1/2)]" in str(mg.derive(product("1/M")))
    assert r"q(z \mid x_{1})^{\tfrac{1}{2}}" in mg.derive(product(0.5)).latex()


@pytest.mark.parametrize(("weights", "text"), [("1/M", "q(z|m)^(1/M)"), (0.5, "q(z|m)^(1/2)")])
def test_for_every_number_of_views(weights: object, text: str) -> None:
    assert text in str(mg.explain(product(weights), views="M"))


@pytest.mark.parametrize(
    ("weights", "match"),
    [
        ("1/(M - 2)", "divides by zero at M = 2"),
        ("M - 3", "an exponent is -1"),
        ("1/", "cannot read the formula"),
        ("2*beta", "'beta' is a schedule"),
        ("2*half", r"'2\*half' computes with 'half'"),
    ],
)
def test_what_is_no_exponent_is_refused(weights: str, match: str) -> None:
    with pytest.raises(mg.SpecError, match=match):
        mg.derive(product(weights))
