"""The strongest relation of two specs as they stand, and a stronger one under conditions."""

from __future__ import annotations

from dataclasses import replace

from mvgraph.objective.difference.conditions import conditions, unequal
from mvgraph.objective.difference.levels import LEVELS
from mvgraph.objective.difference.ordering import sorted_out
from mvgraph.objective.difference.relating import jointly, related
from mvgraph.objective.difference.relation import APART, ONE, Finding, Relation
from mvgraph.objective.difference.searching import search
from mvgraph.objective.difference.settings import changes, estimators
from mvgraph.objective.difference.sides import Side, parted
from mvgraph.objective.difference.sums import Sum

DRAWN = "their estimators differ"


def standing(a: Side, b: Side) -> Finding:
    """The strongest relation with the declared values of the params that are not the same in both."""
    if conditions(a, b):
        return APART
    if a.spec.phases:
        return _together(a, b)
    found = _of_terms(a, b)
    other = changes(estimators, a.spec, b.spec, b.names) or a.drawn != b.drawn
    if found.relation <= Relation.SCALED and other:
        return replace(found, relation=Relation.EXPECTED, notes=(*found.notes, DRAWN))
    return found


def _of_terms(a: Side, b: Side) -> Finding:
    """Equal for all values of the params, equal for the declared ones, ordered for all values, or for those."""
    for attempt in (_equal, sorted_out):
        for sums, notes in LEVELS:
            found = attempt(a, b, sums(a, b))
            if found.relation is not Relation.DIFFERENT:
                return replace(found, notes=(*found.notes, *notes(a, b)))
    return APART


def _equal(a: Side, b: Side, sums: tuple[Sum, Sum]) -> Finding:
    return related(*sums, {**b.declared, **a.declared}, a.learnt | b.learnt)


def _together(a: Side, b: Side) -> Finding:
    """Phases are related as the least related ones."""
    found = [standing(*pair) for pair in parted(a, b)]
    least = jointly(found)
    return replace(least, notes=(*map(_told, a.spec.by_phase, found), *least.notes))


def _told(phase: str, found: Finding) -> str:
    factor = f", A = {found.factor} B" if found.factor != ONE else ""
    return f"phase {phase}: {found.relation}{factor}"


def conditional(a: Side, b: Side, found: Finding) -> Finding | None:
    """A relation that is stronger than what was found, under conditions."""
    plain = jointly([_equal(one, other, (one.sum, other.sum)) for one, other in parted(a, b)])
    if plain.relation <= Relation.SHIFTED:
        values = [f"the same values of {', '.join(u)}"] if (u := unequal(a.spec, b.spec)) else []
        special: Finding | None = replace(plain, given=(*conditions(a, b), *values))
    else:
        special = reordered(a, b) or search(a, b)
    return special if special is not None and special.relation < found.relation else None


def reordered(a: Side, b: Side) -> Finding | None:
    """The same phases one after another in another order."""
    rest = list(zip(b.phases, b.spec.phases, strict=True))
    found = []
    for phase in a.phases:
        same = next((pair for pair in rest if pair[0].sum == phase.sum), None)
        if same is None:
            return None
        rest.remove(same)
        found.append(same[1])
    if rest or not found:
        return None
    alike = replace(b, spec=replace(b.spec, phases=tuple(found)))
    return Finding(Relation.IDENTICAL, given=(*conditions(a, alike), "the same order of the phases"))
