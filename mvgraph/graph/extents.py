"""The values that a formula can take: for every number of observed views, in the course of training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise, product
from math import prod

from mvgraph.errors import Problem, SpecError
from mvgraph.graph.finding import Written, attempt, reach, value
from mvgraph.language.arithmetic import REMEDIES, evaluate
from mvgraph.language.expr import Formula, Reference
from mvgraph.language.table import Table
from mvgraph.spec.model import Spec
from mvgraph.vocab.param import Clock, Schedule
from mvgraph.vocab.param.learnt import Learnt

Values = Mapping[Reference, Fraction]

EPOCH = 64  # steps of an epoch for the looks at a schedule: how many there are is not known before the data are
LOOKS = 64  # at a schedule, between two of its turns
MOST_CHOICES = 512  # of values beside those of schedules
MOST = 1e30  # single precision ends at 3e38


@dataclass(frozen=True)
class Assignment:
    """The number that a formula is at values of its names."""

    number: float
    values: Values

    @property
    def place(self) -> str:
        """The values in words."""
        return ", ".join(f"{r} = {float(v):g}" for r, v in self.values.items())


def extent(spec: Spec, formula: Formula, one: Written | None = None) -> tuple[Assignment, Assignment] | None:
    """The least and the most that a formula can be; None where one of its names has no value, such as an empty set.

    Arguments:
        spec: the spec; a learnt param is what it starts with, or the ends of its clamp.
        formula: a formula whose names the spec knows.
        one: the term that it weighs, which binds sets of views.

    Raises:
        SpecError: it is no real number somewhere.
    """
    points = [p for course in _courses(spec, formula.references, one) for p in _points(formula, course)]
    return None if not points else (min(points, key=lambda p: p.number), max(points, key=lambda p: p.number))


def _points(formula: Formula, course: Sequence[Values]) -> list[Assignment]:
    """The formula in the course of training."""
    points = []
    for values in course:
        number = attempt(formula.at, values)
        if isinstance(number, SpecError):
            raise _refused(number.problems[0].message, number.problems[0].remedy, values)
        if abs(number) > MOST:
            raise _refused(f"the formula '{formula}' is {number:g}", "write a smaller one", values)
        points.append(Assignment(number, values))
    if len(course) > 1:
        _refuse_poles(formula, course)
    return points


def _refused(message: str, remedy: str, values: Values) -> SpecError:
    place = Assignment(0, values).place
    return SpecError(Problem("MVG122", (), message + (f" at {place}" if place else ""), remedy))


def _refuse_poles(formula: Formula, course: Sequence[Values]) -> None:
    """Refuse what is divided by a number that changes its sign between two looks."""
    for divisor in formula.divisors:
        numbers = [evaluate(divisor, {r.label: float(v) for r, v in values.items()}) for values in course]
        for place, (before, after) in enumerate(pairwise(numbers)):
            if before * after < 0:
                span = " and ".join(Assignment(0, values).place for values in course[place : place + 2])
                message = f"the formula '{formula}' divides by zero between {span}"
                raise SpecError(Problem("MVG122", (), message, REMEDIES["divides by zero"]))


def _courses(spec: Spec, names: Sequence[Reference], one: Written | None) -> Iterator[list[Values]]:
    """For every choice of the values that stand still, those of all names in the course of training."""
    schedules = {r: p for r in names if isinstance(p := spec.params.get(r.name), Schedule) and not r.size}
    still = {r: _still(spec, r, one) for r in names if r not in schedules}
    moving = [{r: Fraction(str(p.at(c))) for r, p in schedules.items()} for c in _clocks(list(schedules.values()))]
    count = prod(map(len, still.values()))
    for chosen in islice(product(*still.values()), 0, None, 1 + count // MOST_CHOICES):
        yield [dict(zip(still, chosen, strict=True)) | values for values in moving]


def _clocks(schedules: Iterable[Schedule]) -> list[Clock]:
    """When to look: at the turns of all schedules, and between."""
    turns = sorted({0, *(step for p in schedules for step in p.turns(EPOCH))})
    between = {a + (b - a) * i // LOOKS for a, b in pairwise(turns) for i in range(LOOKS)}
    return [Clock(step, EPOCH) for step in sorted({*turns, *between})]


def _still(spec: Spec, name: Reference, one: Written | None) -> list[Fraction]:
    """The values of a name that do not change in training."""
    count = len(spec.scored_views)
    if name.size:
        sets = reach(spec, one.term, name.name) if one is not None else None
        observed = one is not None and "full" in one.term.for_.get(name.name, "")
        sizes = range(1, count + 1) if sets is None or observed else sorted(sets.sizes)
        return [Fraction(size) for size in sizes]
    if name.name == "M":
        return [Fraction(count)]
    if name.name == "M_obs":
        return [Fraction(m) for m in range(1, count + 1)]
    param = spec.params.get(name.name)
    if isinstance(param, Table):
        return [Fraction(str(n)) for view, n in param.items() if name.index not in param or view == name.index]
    if isinstance(param, Learnt):
        return [Fraction(str(n)) for n in (start(spec, param), *(param.clamp or ()))]
    return [Fraction(str(param))] if isinstance(param, int | float) else []


def start(spec: Spec, param: Learnt) -> float:
    """What a learnt number starts with."""
    number = value(spec, Formula(str(param.init)))
    return 1.0 if number is None else number
