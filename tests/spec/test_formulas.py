"""Formulas: what is told of them with rational numbers alone is what sympy says."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from mvgraph.errors import SpecError
from mvgraph.language.expr import Formula, Reference

KNOWN = {Reference("M"): Fraction(3), Reference("two"): Fraction(2)}
LEAVES = st.sampled_from(["0", "1", "2", "0.5", "1e-3", "7.", ".25", "M", "two", "alpha", "beta", "lam[m]", "size(S)"])
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from(["0", "1", "2", "-1", "(4/2)", "0.5"])).map(lambda t: f"({t[0]})^{t[1]}"),
        inner.map(lambda text: f"(-{text})"),
    ),
    max_leaves=6,
)


def by_sympy(formula: Formula) -> sympy.Expr | None:
    """The formula with the known names filled in, the others as symbols of their own; None where it is refused."""
    try:
        return formula.resolve(lambda r: sympy.Rational(KNOWN[r]) if r in KNOWN else sympy.Dummy(nonzero=True))
    except SpecError:
        return None


@settings(max_examples=300, deadline=None)
@given(FORMULAS)
def test_the_number_of_a_formula_is_that_of_sympy(text):
    formula = Formula(text)
    expected = by_sympy(formula)
    try:
        found = formula.number(KNOWN.get)
    except SpecError:
        assert expected is None or "/" in text or "^-1" in text  # 1/(1/0), which sympy takes for 0
        return
    assert expected is not None
    assert (found is None) == (not expected.is_number)
    assert found is None or float(found) == pytest.approx(float(expected), rel=1e-12, abs=1e-12)


@settings(max_examples=300, deadline=None)
@given(FORMULAS)
def test_a_formula_vanishes_where_sympy_simplifies_it_to_zero(text):
    formula = Formula(text)
    try:
        assert formula.vanishes == bool(formula.expr == 0)
    except SpecError:
        return


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1/M", ["M"]),
        ("2^(4^0.5)*beta", ["beta"]),
        ("1/0 + alpha", ["alpha"]),
        ("lam[m]*size(S) - lam[m]", ["lam", "S"]),
    ],
)
def test_the_names_of_a_formula_stand_in_their_order_once(text, names):
    assert [r.name for r in Formula(text).references] == names


def test_what_is_no_real_number_is_refused():
    with pytest.raises(SpecError, match="is no real number"):
        Formula("(0 - 1)^0.5").number()
