"""The difference of two specs for every number of views at once: found at numbers, and shown with formulas in M."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

import sympy

from mvgraph.language.table import Table
from mvgraph.objective.difference.comparing import Assuming, beside, paired, supposed, terms
from mvgraph.objective.difference.conditions import conditions, unequal
from mvgraph.objective.difference.delta import Difference, Plates
from mvgraph.objective.difference.lifted import shown
from mvgraph.objective.difference.opening import opened
from mvgraph.objective.difference.parts import HERE, Part, Sides, parts, plain_sums
from mvgraph.objective.difference.relating import jointly
from mvgraph.objective.difference.relation import APART, Finding, Relation
from mvgraph.objective.difference.searching import changed, matched
from mvgraph.objective.difference.sides import Assumed, Side
from mvgraph.objective.difference.standing import conditional, standing
from mvgraph.objective.plates.reach import space
from mvgraph.objective.plates.space import IrregularError, Space
from mvgraph.spec.model import Spec


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
        return parts(self.at, self.space, self.least)

    @property
    def difference(self) -> Difference:
        """All that is said of the two."""
        one, other = self.at(HERE)
        whole = Part(self.at, self.space, self.least).lifted(plain_sums)
        found = [part.finding for part in self.parts]
        finding = APART if conditions(one, other) else jointly(found)
        phases = (
            {}
            if len(found) < 2
            else {name: part.lifted(plain_sums) for name, part in zip(one.spec.by_phase, self.parts, strict=True)}
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
        pairs = parts(sides, self.space, self.least)
        small = tuple(g for g in seen.given if g[:2] in ("A ", "B "))
        given = (*self._conditions(one, other), *small)
        plain = jointly([p.related(plain_sums) for p in pairs])
        if plain.relation <= Relation.SHIFTED:
            same = [f"the same values of {', '.join(u)}"] if (u := unequal(one.spec, other.spec)) and not small else []
            return replace(plain, given=(*given, *same), under=Table({n: str(v) for n, v in values.items()}))
        if len(pairs) > 1 or values:
            return None
        found = [(-count, f.strength, f) for count, f in matched(*pairs[0].sides) if pairs[0].positive(f)]
        best = min(found, key=lambda one: one[:2], default=None)
        return None if best is None else pairs[0].neatly(replace(best[2], given=given))


def _with(side: Side, name: str, given: tuple[str, ...]) -> Side:
    """A side with the small changes that are given for A, or for B, one after another."""
    for words in (g.removeprefix(f"{name} ") for g in given if g.startswith(f"{name} ")):
        side = next((s for s in changed(side) if s.given[-1] == words), side)
    return side
