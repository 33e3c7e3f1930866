"""Two specs, or two phases of them, as functions of the number of views, and how they are related for all numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.difference.levels import LEVELS, Sums
from mvgraph.objective.difference.lifted import Lifted, LiftedSide, lifted, sign
from mvgraph.objective.difference.ordering import sorted_out
from mvgraph.objective.difference.relating import related
from mvgraph.objective.difference.relation import APART, Finding, Relation
from mvgraph.objective.difference.settings import changes, estimators
from mvgraph.objective.difference.sides import Side, parted
from mvgraph.objective.difference.standing import DRAWN
from mvgraph.objective.difference.sums import Sum, total
from mvgraph.objective.neatness import POWER, M, neat
from mvgraph.objective.plates.space import IrregularError, Space
from mvgraph.objective.plates.wording import everywhere
from mvgraph.objective.ranges import ALL
from mvgraph.spec.model import Spec

HERE = 3  # views at which graphs and settings are compared, and conditions are searched for
SEEN = "{} as seen at M = {}, but not shown for all numbers of views"
Sides = tuple[Side, Side]


def plain_sums(one: Side, other: Side) -> tuple[Sum, Sum]:
    """The terms as they are."""
    return one.sum, other.sum


@dataclass(frozen=True)
class Part:
    """Two specs, or two phases, as functions of the number of views.

    Arguments:
        at: both at a number of views.
        space: what coefficients can be.
        least: the least number of views.
    """

    at: Callable[[int], Sides]
    space: Space
    least: int

    def lifted(self, sums: Sums) -> Lifted:
        """The terms of both for every number of views."""
        return lifted(lambda n: sums(*self.at(n)), self._spec, self.space, self.least)

    def _spec(self, number: int) -> Spec:
        return self.at(number)[0].spec

    @property
    def sides(self) -> Sides:
        """Both with their terms for every number of views."""
        both = self.lifted(plain_sums)
        one, other = (
            LiftedSide(s.spec, s.beside, s.names, s.assumed, s.given, s.frozen, lifted=found)
            for s, found in zip(self.at(HERE), (both.a, both.b), strict=True)
        )
        return one, other

    def related(self, sums: Sums) -> Finding:
        """Identical, equal up to a factor that is positive for every number of views, or different."""
        one, other = self.at(HERE)
        both = self.lifted(sums)
        found = related(both.a, both.b, {**other.declared, **one.declared}, one.learnt | other.learnt)
        return self.neatly(found) if self.positive(found) else APART

    def positive(self, found: Finding) -> bool:
        """Whether the factor of a finding is above 0 for every number of views, at the declared values of params."""
        one, other = self.at(HERE)
        value = found.factor.subs({**other.declared, **one.declared})
        return bool(value.free_symbols - {M, POWER}) or sign(value, self.least) == 1

    def neatly(self, found: Finding) -> Finding:
        """A finding with its factor as people write it; that it is positive needs no words where no param is in it."""
        plain = not found.factor.free_symbols - {M, POWER}
        notes = tuple(n for n in found.notes if not (plain and n.startswith("where ")))
        return replace(found, factor=neat(found.factor), notes=notes)

    @property
    def finding(self) -> Finding:
        """The strongest relation as they stand."""
        one, other = self.at(HERE)
        for sums, notes in LEVELS:
            found = self.related(sums)
            if found.relation is not Relation.DIFFERENT:
                drawn = changes(estimators, one.spec, other.spec, other.names) or one.drawn != other.drawn
                said = notes(one, other)
                if found.relation <= Relation.SCALED and drawn:
                    return replace(found, relation=Relation.EXPECTED, notes=(*found.notes, *said, DRAWN))
                return replace(found, notes=(*found.notes, *said))
        return self._sorted()

    def _sorted(self) -> Finding:
        """One value by other divergences, a constant apart, or ordered, where that is shown for all M."""
        for sums, notes in LEVELS:
            found = self._sorted_by(sums)
            if found is not APART:
                return replace(found, notes=(*found.notes, *notes(*self.at(HERE))))
        return APART

    def _sorted_by(self, sums: Sums) -> Finding:
        """By what holds at so many numbers of views that no other holds at another; what was only seen is a note."""
        wide = self.space.times((sympy.Integer(1), 1 / M))  # a divergence from M components is M of them
        counts = next((c for c in _few() if wide.decided_by(c)), next(_few()))
        found = cache(lambda number: sorted_out(*self.at(number), sums(*self.at(number))))
        first = found(HERE)
        if first.relation is Relation.DIFFERENT or len({(found(n).relation, found(n).lower) for n in counts}) > 1:
            return APART
        seen = replace(APART, notes=(SEEN.format(first.relation, ", ".join(map(str, counts))),))
        try:
            gap = lifted(lambda n: (total(found(n).gap), {}), self._spec, wide, self.least).a
            constant = everywhere({n: self._of_all(found(n).constant, n) for n in counts})
        except IrregularError:
            return seen
        if constant is None or not wide.decided_by(counts) or not all(map(self._one_sign, gap.values())):
            return seen
        notes = _common({n: found(n).notes for n in counts})
        return replace(first, notes=notes, constant=constant, gap=tuple((neat(c), x) for x, c in gap.items()))

    def _of_all(self, text: str, number: int) -> str:
        """A text with the set of all views by its name."""
        return text.replace(",".join(self._spec(number).view_names), ALL)

    def _one_sign(self, coefficient: Expr) -> bool:
        """Whether a coefficient has one sign for every number of views: for the declared params, or for any above 0."""
        one, other = self.at(HERE)
        value = coefficient.subs({**other.declared, **one.declared})
        params = sorted(coefficient.free_symbols - {M, POWER}, key=str)
        parts = sympy.expand(coefficient).as_coefficients_dict(*params) if params else {}
        signs = {sign(value, self.least)} | {sign(c, self.least) for c in parts.values()}
        return 0 not in signs and len(signs) == 1


def parts(at: Callable[[int], Sides], space: Space, least: int) -> list[Part]:
    """Two sides as they are, or each of their phases."""

    def part(place: int) -> Part:
        return Part(lambda number: parted(*at(number))[place], space, least)

    return [part(place) for place in range(len(parted(*at(HERE))))]


def _few() -> Iterator[tuple[int, ...]]:
    return (tuple(range(HERE, stop)) for stop in range(HERE + 4, HERE + 9))


def _common(notes: dict[int, tuple[str, ...]]) -> tuple[str, ...]:
    """What findings rest on, in words for all numbers of views; else in those for one."""
    if len({len(n) for n in notes.values()}) > 1:
        return tuple(f"{text} (at {HERE} views)" for text in notes[HERE])
    rows = [{n: texts[k] for n, texts in notes.items()} for k in range(len(notes[HERE]))]
    return tuple(everywhere(row) or f"{row[HERE]} (at {HERE} views)" for row in rows)
