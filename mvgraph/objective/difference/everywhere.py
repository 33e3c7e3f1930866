"""The difference of two specs for every number of views at once: found at numbers, and shown with formulas in M."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

import sympy

from mvgraph.language.expr import Expr, symbol
from mvgraph.language.table import Table
from mvgraph.objective.difference.comparing import Assuming, beside, paired, supposed, terms
from mvgraph.objective.difference.conditions import conditions, unequal
from mvgraph.objective.difference.delta import Difference, Plates
from mvgraph.objective.difference.lifted import Lifted, LiftedSide, lifted, shown, sign
from mvgraph.objective.difference.opening import opened
from mvgraph.objective.difference.ordering import sorted_out
from mvgraph.objective.difference.relating import jointly, related
from mvgraph.objective.difference.relation import APART, Finding, Relation
from mvgraph.objective.difference.searching import changed, matched
from mvgraph.objective.difference.settings import changes, estimators
from mvgraph.objective.difference.sides import Assumed, Side, parted
from mvgraph.objective.difference.standing import DECLARED, DRAWN, conditional, standing
from mvgraph.objective.difference.sums import Sum, total
from mvgraph.objective.plates.reach import space
from mvgraph.objective.plates.space import POWER, IrregularError, M, Space, neat
from mvgraph.objective.plates.wording import everywhere
from mvgraph.objective.ranges import ALL
from mvgraph.spec.model import Spec

HERE = 3  # views at which graphs and settings are compared, and conditions are searched for
SEEN = "{} as seen at M = {}, but not shown for all numbers of views"
Sides = tuple[Side, Side]
Sums = Callable[[Side, Side], tuple[Sum, Sum]]


def difference_of_all(a: Spec, b: Spec, assuming: Assuming | None = None) -> Difference:
    """What sets two specs apart for every number of views.

    Raises:
        UsageError: a number of views is not open, an objective is no formula in M, or a param is not known.
    """
    for spec in (a, b):
        if spec.open_views is None or spec.open_views.most is not None:
            raise IrregularError(f"the number of views of {spec.name} is not open: it has {len(spec.views)}")
    family = Family(a, b, supposed(a, b, assuming or {}))
    try:
        return family.difference
    except IrregularError as error:
        told = ", ".join(f"{standing(*family.at(n)).relation} at M = {n}" for n in range(family.least, HERE + 2))
        text = f"{a.name} and {b.name} are not compared for all numbers of views: {error}; they are {told}"
        raise IrregularError(text) from error


@dataclass(frozen=True)
class Family:
    """Two specs whose number of views is open.

    Arguments:
        a, b: the two.
        assumed: values of params.
    """

    a: Spec
    b: Spec
    assumed: Assumed

    @cached_property
    def at(self) -> Callable[[int], Sides]:
        """Both at a number of views."""

        @cache
        def sides(number: int) -> Sides:
            found = paired(*opened(self.a, self.b, number), self.assumed)
            if number != HERE and found[1].names.nodes != sides(HERE)[1].names.nodes:
                raise IrregularError("the nodes of B stand for others with another number of views")
            return found

        return sides

    @cached_property
    def space(self) -> Space:
        """What coefficients of both can be."""
        return space(self.a) + space(self.b)

    @property
    def least(self) -> int:
        """The fewest views that both are for."""
        return max(s.open_views.least for s in (self.a, self.b) if s.open_views is not None)

    @property
    def parts(self) -> list[Part]:
        """The two, or their phases beside each other."""
        return _parts(self, self.at)

    @property
    def difference(self) -> Difference:
        """All that is said of the two."""
        one, other = self.at(HERE)
        whole = Part(self, self.at).lifted(_plain)
        found = [part.finding for part in self.parts]
        finding = APART if conditions(one, other) else jointly(found)
        phases = (
            {}
            if len(found) < 2
            else {name: part.lifted(_plain) for name, part in zip(one.spec.by_phase, self.parts, strict=True)}
        )
        since = max(x.uniform.since for x in (whole, *phases.values()))
        plates = Plates(since, whole.uniform.counts, self._special, tuple(self._fewer(finding, since)))
        both = {name: terms(shown(x.a), shown(x.b)) for name, x in {"": whole, **phases}.items()}
        told = beside(one, other, finding, both.pop(""), Table(both))
        return replace(told, plates=plates)

    def _fewer(self, finding: Finding, since: int) -> Iterator[str]:
        """Small numbers of views for which another relation holds."""
        for number in range(self.least, max(HERE, since)):
            here = standing(*self.at(number)).relation
            if here is not finding.relation:
                yield f"at M = {number}: {here}"

    def _special(self, finding: Finding) -> Finding | None:
        """A stronger relation under conditions, found at one number of views, and then shown for all."""
        one, other = self.at(HERE)
        seen = conditional(one, other, standing(one, other))
        if seen is None:
            return None
        numbers = {n: sympy.sympify(v) for n, v in seen.under.items() if v.lstrip("-").replace("/", "").isdigit()}
        tried = (self._tried(seen, assumed) for assumed in ({}, numbers))
        found = [f for f in tried if f is not None and f.relation < finding.relation]
        return min(found, key=lambda f: f.strength, default=None)

    def _tried(self, seen: Finding, values: Assumed) -> Finding | None:
        try:
            return self._under(seen, values)
        except IrregularError:
            return None  # what the small changes make is no formula in M

    def _conditions(self, one: Side, other: Side) -> Iterator[str]:
        """What else has to be the same, all views as one."""
        node, views = one.spec.observed.name, one.spec.view_names
        every = ", ".join(f"p({node}.{view})" for view in views)
        yield from (text.replace(every, f"p({node}.m) for every view m") for text in conditions(one, other))

    def _under(self, seen: Finding, values: Assumed) -> Finding | None:
        """The strongest relation with the small changes of another finding, and some values."""

        def sides(number: int) -> Sides:
            one, other = self.at(number)
            with_values = (replace(s, assumed={**s.assumed, **values}) for s in (one, other))
            ours, theirs = (_with(s, name, seen.given) for s, name in zip(with_values, "AB", strict=True))
            return ours, theirs

        one, other = sides(HERE)
        pairs = _parts(self, sides)
        small = tuple(g for g in seen.given if g[:2] in ("A ", "B "))
        given = (*self._conditions(one, other), *small)
        plain = jointly([p.related(_plain) for p in pairs])
        if plain.relation <= Relation.SHIFTED:
            same = [f"the same values of {', '.join(u)}"] if (u := unequal(one.spec, other.spec)) and not small else []
            return replace(plain, given=(*given, *same), under=Table({n: str(v) for n, v in values.items()}))
        if len(pairs) > 1 or values:
            return None
        found = [(-count, f.strength, f) for count, f in matched(*pairs[0].sides) if pairs[0].positive(f)]
        best = min(found, key=lambda one: one[:2], default=None)
        return None if best is None else pairs[0].neatly(replace(best[2], given=given))


def _plain(one: Side, other: Side) -> tuple[Sum, Sum]:
    return one.sum, other.sum


def _unequal(one: Side, other: Side) -> tuple[Sum, Sum]:
    """With the declared values of the params that are not the same in both."""
    names = [symbol(n) for n in unequal(one.spec, other.spec)]
    return one.at({s: one.declared[s] for s in names}), other.at({s: other.declared[s] for s in names})


def _numbers(one: Side, other: Side) -> tuple[Sum, Sum]:
    """With all declared values."""
    return one.at(one.declared), other.at(other.declared)


def _with(side: Side, name: str, given: tuple[str, ...]) -> Side:
    """A side with the small changes that are given for A, or for B, one after another."""
    for words in (g.removeprefix(f"{name} ") for g in given if g.startswith(f"{name} ")):
        side = next((s for s in changed(side) if s.given[-1] == words), side)
    return side


@dataclass(frozen=True)
class Part:
    """Two specs, or two phases, as functions of the number of views.

    Arguments:
        family: what they are a part of.
        at: both at a number of views.
    """

    family: Family
    at: Callable[[int], Sides]

    def lifted(self, sums: Sums) -> Lifted:
        """The terms of both for every number of views."""
        return lifted(lambda n: sums(*self.at(n)), self._spec, self.family.space, self.family.least)

    def _spec(self, number: int) -> Spec:
        return self.at(number)[0].spec

    @property
    def sides(self) -> Sides:
        """Both with their terms for every number of views."""
        both = self.lifted(_plain)
        one, other = (
            LiftedSide(s.spec, s.beside, s.names, s.assumed, s.given, s.frozen, lifted=found)
            for s, found in zip(self.at(HERE), (both.a, both.b), strict=True)
        )
        return one, other

    def related(self, sums: Sums) -> Finding:
        """Identical, equal up to a factor that is positive for every number of views, or different."""
        one, other = self.at(HERE)
        both = self.lifted(sums)
        found = related(both.a, both.b, {**other.declared, **one.declared})
        return self.neatly(found) if self.positive(found) else APART

    def positive(self, found: Finding) -> bool:
        """Whether the factor of a finding is above 0 for every number of views, at the declared values of params."""
        one, other = self.at(HERE)
        value = found.factor.subs({**other.declared, **one.declared})
        return bool(value.free_symbols - {M, POWER}) or sign(value, self.family.least) == 1

    def neatly(self, found: Finding) -> Finding:
        """A finding with its factor as people write it; that it is positive needs no words where no param is in it."""
        plain = not found.factor.free_symbols - {M, POWER}
        notes = tuple(n for n in found.notes if not (plain and n.startswith("where ")))
        return replace(found, factor=neat(found.factor), notes=notes)

    @property
    def finding(self) -> Finding:
        """The strongest relation as they stand."""
        one, other = self.at(HERE)
        for sums, notes in ((_unequal, ()), (_numbers, (DECLARED,))):
            found = self.related(sums)
            if found.relation is not Relation.DIFFERENT:
                drawn = changes(estimators, one.spec, other.spec, other.names) or one.drawn != other.drawn
                if found.relation <= Relation.SCALED and drawn:
                    return replace(found, relation=Relation.EXPECTED, notes=(*found.notes, *notes, DRAWN))
                return replace(found, notes=(*found.notes, *notes))
        return self._sorted()

    def _sorted(self) -> Finding:
        """One value by other divergences, a constant apart, or ordered, where that is shown for all M."""
        for sums, notes in ((_unequal, ()), (_numbers, (DECLARED,))):
            found = self._sorted_by(sums)
            if found is not APART:
                return replace(found, notes=(*found.notes, *notes))
        return APART

    def _sorted_by(self, sums: Sums) -> Finding:
        """By what holds at so many numbers of views that no other holds at another; what was only seen is a note."""
        wide = self.family.space.times((sympy.Integer(1), 1 / M))  # a divergence from M components is M of them
        counts = next((c for c in _few() if wide.decided_by(c)), next(_few()))
        found = cache(lambda number: sorted_out(*self.at(number), sums(*self.at(number))))
        first = found(HERE)
        if first.relation is Relation.DIFFERENT or len({(found(n).relation, found(n).lower) for n in counts}) > 1:
            return APART
        seen = replace(APART, notes=(SEEN.format(first.relation, ", ".join(map(str, counts))),))
        try:
            gap = lifted(lambda n: (total(found(n).gap), {}), self._spec, wide, self.family.least).a
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
        signs = {sign(value, self.family.least)} | {sign(c, self.family.least) for c in parts.values()}
        return 0 not in signs and len(signs) == 1


def _parts(family: Family, at: Callable[[int], Sides]) -> list[Part]:
    """Two sides as they are, or each of their phases."""

    def part(place: int) -> Part:
        return Part(family, lambda number: parted(*at(number))[place])

    return [part(place) for place in range(len(parted(*at(HERE))))]


def _few() -> Iterator[tuple[int, ...]]:
    return (tuple(range(HERE, stop)) for stop in range(HERE + 4, HERE + 9))


def _common(notes: dict[int, tuple[str, ...]]) -> tuple[str, ...]:
    """What findings rest on, in words for all numbers of views; else in those for one."""
    if len({len(n) for n in notes.values()}) > 1:
        return tuple(f"{text} (at {HERE} views)" for text in notes[HERE])
    rows = [{n: texts[k] for n, texts in notes.items()} for k in range(len(notes[HERE]))]
    return tuple(everywhere(row) or f"{row[HERE]} (at {HERE} views)" for row in rows)
