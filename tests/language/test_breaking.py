"""Formulas on several lines: nothing is lost, nothing is torn apart, and lines are as long as they may be."""

from __future__ import annotations

import re

import pytest

import mvgraph as mg
from mvgraph.language.breaking import INDENT, broken, stacked
from mvgraph.language.measuring import pieces, width
from mvgraph.objective import derive
from mvgraph.spec.reading import load

LONG = {
    r"a = b + c + d": [r"a = b + c", r"\qquad + d"],
    r"- \frac{a}{b} \, \mathrm{KL}\bigl(p \,\|\, q\bigr)": [
        r"- \frac{a}{b}",
        r"\qquad \mathrm{KL}\bigl(p",
        r"\qquad \|\, q\bigr)",
    ],
    r"\{a, \; b, \; c, \; d, \; e\}": [r"\{a, \; b, \; c, \; d,", r"\qquad e\}"],
    r"\frac{a + b + c + d + e}{f}": [r"\frac{a + b + c + d + e}{f}"],
    r"\left(a + b + c + d\right) e": [r"\left(a + b + c + d\right) e"],
}


@pytest.mark.parametrize("name", mg.names())
def test_every_formula_of_every_model(name: str) -> None:
    """Its lines are the formula, groups stay whole, and only what has no place to break is too long."""
    one = derive(load(name))
    for formula in [f for part in [*one.phases.values()] or [one] for f in part.formulas]:
        for most in (12.0, 20.0, 32.0):
            lines = broken(formula, most)
            assert bare("".join(line.removeprefix(INDENT) for line in lines)) == bare(formula)
            for line in lines:
                assert len(re.findall(r"(?<!\\)\{", line)) == len(re.findall(r"(?<!\\)\}", line))
                assert len(re.findall(r"\\left", line)) == len(re.findall(r"\\right", line))
                assert width(line) <= most or len(broken(line.removeprefix(INDENT), most)) == 1


def bare(formula: str) -> str:
    """Without spaces, which end with a line."""
    return re.sub(r"\\[,;:]|\\quad|\s", "", formula)


@pytest.mark.parametrize("formula", LONG)
def test_where_a_line_ends(formula: str) -> None:
    """Before signs and bars, behind commas; never in a fraction."""
    assert broken(formula, 5.5) == LONG[formula]


def test_pieces() -> None:
    """Scripts belong to what they stand at; what ranges below a sum is as wide as the sum or wider."""
    assert [p.source for p in pieces(r"\sum_{m}^{M} x_{1}^2 \{")] == [r"\sum_{m}^{M} ", r"x_{1}^2 ", r"\{"]
    assert width(r"\sum_{m}") == width(r"\sum_{n}") < width(r"\sum_{\mathrm{much more}}")
    assert width(r"\frac{a}{b}") < width(r"\frac{a}{b + c}")
    assert width("") == 0


def test_one_line_stays_as_it_is() -> None:
    """There is nothing to stack."""
    assert stacked("a + b") == "a + b"
