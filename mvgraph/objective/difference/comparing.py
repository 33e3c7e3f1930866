"""The difference of two specs: both at the same views, under the same names, every relation tried in turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mvgraph.errors import SpecError, UsageError
from mvgraph.language.expr import Expr, Formula
from mvgraph.language.table import Table
from mvgraph.objective.difference.conditions import squared
from mvgraph.objective.difference.delta import Changed, Difference, Terms
from mvgraph.objective.difference.graphs import graphs
from mvgraph.objective.difference.naming import SAME, Names, tables
from mvgraph.objective.difference.opening import namings, opened
from mvgraph.objective.difference.playing import players
from mvgraph.objective.difference.relating import related
from mvgraph.objective.difference.relation import Finding
from mvgraph.objective.difference.rewriting import Beside
from mvgraph.objective.difference.settings import changes, distributions, estimators, networks, parameters, training
from mvgraph.objective.difference.sides import Assumed, Side, parted
from mvgraph.objective.difference.standing import standing
from mvgraph.objective.difference.sums import Sum, listed, minus
from mvgraph.registry import nearest
from mvgraph.spec.model import Spec
from mvgraph.vocab.family.mixture_of import STANDARD

Assuming = Mapping[str, float | int | str]


def difference(a: Spec, b: Spec, assuming: Assuming | None = None, views: int | None = None) -> Difference:
    """What sets two specs apart.

    Arguments:
        a, b: two specs without errors.
        assuming: values of params, as numbers or formulas such as `5/6`, for both specs.
        views: how many views, where that is open.

    Raises:
        UsageError: a param is assumed that neither spec has.
    """
    a, b = opened(a, b, views)
    assumed = supposed(a, b, assuming or {})
    one, other = paired(a, b, assumed)
    return beside(one, other, standing(one, other), _formed(one, other), _by_phase(one, other))


def beside(one: Side, other: Side, finding: Finding, both: Terms, phases: Table[Terms]) -> Difference:
    """Two sides beside each other, with what was found of them, and all that their specs say otherwise."""
    a, b, names = one.spec, other.spec, other.names
    return Difference(
        a,
        b,
        names,
        Table({n: str(e) for n, e in one.assumed.items()}),
        (one, other),
        finding,
        terms=both,
        phases=phases,
        graph=graphs(a, b, names, (one.sum, other.sum)),
        players=changes(players, a, b, names),
        distributions=changes(distributions, a, b, names),
        params=changes(parameters, a, b, names),
        estimator=changes(estimators, a, b, names),
        networks=changes(networks, a, b, names),
        training=changes(training, a, b, names),
    )


def supposed(a: Spec, b: Spec, assuming: Assuming) -> Assumed:
    """Values of params that one of two specs has.

    Raises:
        UsageError: neither has such a param.
    """
    known = {*a.params, *b.params}
    for name in assuming:
        if name not in known | _of_views(a, b):
            raise UsageError(f"no param '{name}' to be assumed; {nearest(name, sorted(known | _of_views(a, b)))}")
    return read(assuming)


def _of_views(a: Spec, b: Spec) -> set[str]:
    """The names of values that belong to one view."""
    return {f"{n}_{v}" for s in (a, b) for n in tables(s) for v in a.view_names}


def read(assuming: Assuming) -> Assumed:
    """Values of params as expressions."""
    return {name: _value(name, str(value)) for name, value in assuming.items()}


def _value(name: str, text: str) -> Expr:
    try:
        return Formula(text).expr
    except SpecError as error:
        raise UsageError(*(f"{name} cannot be assumed to be '{text}': {p.message}" for p in error.problems)) from None


def paired(a: Spec, b: Spec, assumed: Assumed) -> tuple[Side, Side]:
    """Two specs at the same views, under the names that bring them the closest."""
    sides = [_pair(a, b, names, assumed) for names in namings(a, b)]
    return sides[0] if len(sides) == 1 else min(sides, key=lambda pair: _distance(*pair))


def _pair(a: Spec, b: Spec, names: Names, assumed: Assumed) -> tuple[Side, Side]:
    ours, theirs = squared(a, b, names)
    one = Side(a, Beside(_standard(b, names), ours), assumed=assumed)
    return one, Side(b, Beside(_standard(a, SAME), theirs), names, assumed)


def _standard(spec: Spec, names: Names) -> frozenset[str]:
    """The latents whose prior is N(0, I), under other names."""
    return frozenset(names.node(v.name) for v in spec.latents if v.family == STANDARD and not v.given)


def _distance(one: Side, other: Side) -> tuple[int, int]:
    """How far two sums are apart: their relation, then how many terms they do not share."""
    found = related(one.sum, other.sum, one.declared, one.learnt | other.learnt)
    return found.relation.rank, len(one.sum.keys() ^ other.sum.keys())


def terms(a: Sum, b: Sum) -> Terms:
    """Two sums beside each other."""
    both = [x for x in a if x in b]
    same = {x: a[x] for x in both if a[x] == b[x]}
    changed = (Changed(x, a[x], b[x]) for x in both if x not in same)
    return Terms(
        listed(same),
        tuple(sorted(changed, key=lambda c: (c.atom.is_distance, str(c.atom)))),
        listed({x: c for x, c in a.items() if x not in b}),
        listed({x: c for x, c in b.items() if x not in a}),
        listed(minus(b, a)),
    )


def _formed(one: Side, other: Side) -> Terms:
    return replace(terms(one.sum, other.sum), ours=one.form, theirs=other.form)


def _by_phase(a: Side, b: Side) -> Table[Terms]:
    """The terms of each phase, where both specs have as many."""
    found = zip(a.spec.by_phase, parted(a, b), strict=False)
    return Table({name: _formed(one, other) for name, (one, other) in found if not one.spec.phases})
