"""What a matrix of models claims, in numbers: changed as it says, two objectives have one value or multiples of it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

import mvgraph as mg
from mvgraph.drawing.delta.comparison import shown
from mvgraph.interface.objectives import relate
from mvgraph.language.expr import Expr, Formula
from mvgraph.language.table import Table
from mvgraph.objective.difference.comparing import difference
from mvgraph.objective.difference.matrix import Link, Matrix
from mvgraph.objective.difference.relation import Finding, Relation
from mvgraph.objective.difference.variants import CHANGES
from mvgraph.spec.model import Spec
from mvgraph.vocab.family.normal import Normal

JMVAE = mg.load("jmvae")
EXPERTS = tuple(replace(q, expert=Normal()) for q in JMVAE.posteriors)  # outputs of networks are read as the others'
PLAIN = replace(JMVAE, posteriors=EXPERTS)
NAMES = ("mvae", "mvtcae", PLAIN, "crmvae", "mopoe", "dmvae", "me_mvae", "telbo_joint", "mvae_subsampled")
MORE = ("bi_vcca", "dvcca", "vcca_private")
OF_B = "_of_B"


def claims(found: Matrix) -> list[Link]:
    """Relations under changes alone: nothing has to be the same that is not."""
    return [x for x in found.links if x.special and all(t.startswith(("A ", "B ")) for t in x.special.given)]


CLAIMS = [(m, x) for m in (relate(*NAMES), relate(*MORE)) for x in claims(m)]


def changed(spec: Spec, side: str, finding: Finding) -> Spec:
    for text in finding.given:
        if text.startswith(side):
            made = CHANGES[text.removeprefix(side)](spec)
            assert made is not None
            spec = made
    return spec


def numbers(finding: Finding, a: Spec, b: Spec) -> dict[str, Expr]:
    """A number for every param: of B's own under another name; those that the relation solves from the others."""
    free = {n: Formula(f"{1 + zlib.crc32(n.encode()) % 7}/4").expr for n in (*a.params, *b.params)}
    free |= {f"{n}{OF_B}": Formula(f"{2 + zlib.crc32(n.encode()) % 5}/3").expr for n in b.params}
    found = dict(free)
    for name, value in finding.under.items():
        found[name.replace(" (B)", OF_B)] = at(value, free)
    return found


def at(text: str, values: Mapping[str, Expr]) -> Expr:
    expr = Formula(text.replace(" (B)", OF_B)).expr
    return expr.subs({s: values[s.name] for s in expr.free_symbols})


def valued(spec: Spec, values: Mapping[str, Expr], suffix: str = "") -> Spec:
    params: dict[str, Any] = {}
    for name, own in spec.params.items():
        number = float(values[name + suffix])
        params[name] = Table(dict.fromkeys(own, number)) if isinstance(own, Mapping) else number
    return replace(spec, params=Table(params))


@pytest.mark.parametrize(("matrix", "link"), CLAIMS, ids=[f"{x.a}-{x.b}" for _, x in CLAIMS])
def test_what_is_claimed_is_so(matrix: Matrix, link: Link) -> None:
    finding = link.special
    assert finding is not None
    a, b = (matrix.specs[n] for n in (link.a, link.b))
    values = numbers(finding, a, b)
    apart = any("(B)" in text for pair in finding.under.items() for text in pair) or "(B)" in str(finding.factor)
    one = valued(changed(a, "A ", finding), values)
    other = valued(changed(b, "B ", finding), values, OF_B if apart else "")
    total = mg.contrast(shown(difference(one, other)), rows=4, repeats=3).total
    factor = float(at(str(finding.factor), values))
    assert finding.relation in (Relation.IDENTICAL, Relation.SCALED)
    assert total.a[0] == pytest.approx(factor * total.b[0], rel=1e-9)
    assert abs(total.a[0]) > 1e-3


def test_many_are_claimed() -> None:
    assert len(CLAIMS) >= 12
