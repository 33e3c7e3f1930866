"""Which numbers two sums are given before they are compared, and what a relation of them then rests on."""

from __future__ import annotations

from collections.abc import Callable, Collection

from mvgraph.language.expr import Expr, symbol
from mvgraph.objective.difference.conditions import unequal
from mvgraph.objective.difference.sides import Side
from mvgraph.objective.difference.sums import Sum
from mvgraph.objective.terms import OBSERVED_COUNT
from mvgraph.vocab.param import Schedule

DECLARED = "with the declared values of the params"
COMPLETE = "for rows that have all views: M_obs is M there"
ENDED = "once the schedule of {} has ended"

Sums = Callable[[Side, Side], tuple[Sum, Sum]]
Notes = Callable[[Side, Side], tuple[str, ...]]


def _level(chosen: Callable[[Side, Side], Collection[Expr]], *said: str) -> tuple[Sums, Notes]:
    """Two sums with the declared numbers of some symbols."""

    def sums(a: Side, b: Side) -> tuple[Sum, Sum]:
        symbols = chosen(a, b)
        one, other = (side.at({s: side.declared[s] for s in symbols if s in side.declared}) for side in (a, b))
        return one, other

    def notes(a: Side, b: Side) -> tuple[str, ...]:
        return (*said, *_ended(a, b, {*chosen(a, b), *a.symbols, *b.symbols}))

    return sums, notes


def _ended(a: Side, b: Side, chosen: Collection[Expr]) -> list[str]:
    """The schedules that are in use, or whose ends were put in, where the two are not the same all along."""
    declared = [side.spec.params for side in (a, b)]
    names = sorted(n for n in {*declared[0], *declared[1]} if symbol(n) in chosen)
    moving = [n for n in names if any(isinstance(p.get(n), Schedule) for p in declared)]
    told = [n for n in moving if declared[0].get(n) != declared[1].get(n)]
    return [ENDED.format(", ".join(told))] if told else []


def _unequal(a: Side, b: Side) -> set[Expr]:
    return {symbol(n) for n in unequal(a.spec, b.spec)}


def _all(a: Side, b: Side) -> set[Expr]:
    return {*a.declared, *b.declared}


LEVELS: tuple[tuple[Sums, Notes], ...] = (
    _level(_unequal),
    _level(lambda a, b: _unequal(a, b) | {OBSERVED_COUNT}, COMPLETE),
    _level(lambda a, b: _all(a, b) - {OBSERVED_COUNT}, DECLARED),
    _level(_all, DECLARED, COMPLETE),
)
