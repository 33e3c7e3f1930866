"""The search for what would make two objectives one: values of params, and small changes of the specs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

import sympy

from mvgraph.language.expr import Expr, symbol
from mvgraph.language.table import Table
from mvgraph.objective.difference.conditions import conditions
from mvgraph.objective.difference.gaps import Constant
from mvgraph.objective.difference.relating import jointly, positive, related, written
from mvgraph.objective.difference.relation import ONE, OTHER, Finding, Relation
from mvgraph.objective.difference.sides import Side, parted
from mvgraph.objective.difference.solving import Solution, solutions
from mvgraph.objective.difference.sums import Sum, minus, normal, pairs, scaled, substituted, total
from mvgraph.objective.difference.variants import variants
from mvgraph.objective.games import Generator
from mvgraph.objective.neatness import neat

MOST_ATOMS = 200  # of both sides, beyond which no values are searched for
MOST_WORK = 4000  # the sizes of the pairs of one level together
MOST_PAIRS = 64  # of two changes at once
SCALE = sympy.Symbol("scale", positive=True)
Pair = tuple[Side, Side]


def search(a: Side, b: Side) -> Finding | None:
    """The strongest relation under values of params, else under one small change of a spec, else under two."""
    levels: tuple[Iterator[Pair], ...] = (iter([(a, b)]), _once(a, b), _twice(a, b))
    most = 1 + MOST_WORK // (a.size + b.size + 1)
    for level in levels:
        tried = (pair for pair in islice(level, most) if _phased(*pair) or not (a.spec.phases and b.spec.phases))
        found = [(-count, f.strength, f) for pair in tried for count, f in matched(*pair)]
        if found:
            return min(found, key=lambda one: one[:2])[2]
    return None


def _phased(a: Side, b: Side) -> bool:
    """Whether both have phases, or neither."""
    return bool(a.spec.phases) == bool(b.spec.phases)


def changed(side: Side) -> list[Side]:
    """A side with each small change of its spec."""
    return [replace(side, spec=v.spec, given=(*side.given, v.words)) for v in variants(side.spec)]


def _once(a: Side, b: Side) -> Iterator[Pair]:
    yield from ((c, b) for c in changed(a))
    yield from ((a, c) for c in changed(b))


def _twice(a: Side, b: Side) -> Iterator[Pair]:
    ours, theirs = changed(a), changed(b)
    both = ((c, d) for c in ours for d in theirs if c.given != d.given)  # one loss of both tells nothing
    more = chain(((d, b) for c in ours for d in changed(c)), ((a, d) for c in theirs for d in changed(c)))
    yield from islice(chain(both, more), MOST_PAIRS)


def matched(a: Side, b: Side) -> Iterator[tuple[int, Finding]]:
    """Relations of two sides with values of params, each with the number of terms that are left."""
    given = (*conditions(a, b), *(f"A {words}" for words in a.given), *(f"B {words}" for words in b.given))
    plain = _together(a, b)
    if plain.relation <= Relation.SHIFTED:
        yield len(a.sum), replace(plain, given=given)
        return
    for name in sorted(a.inside | b.inside) if len(a.sum) == len(b.sum) else ():
        one, other = (replace(s, assumed={**s.assumed, name: ONE}) for s in (a, b))
        found = _together(one, other)
        if found.relation <= Relation.SHIFTED:
            yield len(one.sum), replace(found, given=given, under=Table({name: "1"}))
    hopeless = any(_hopeless(one.sum, other.sum) for one, other in parted(a, b))
    if a.sum and b.sum and len(a.sum) + len(b.sum) <= MOST_ATOMS and not hopeless:
        for count, found in _valued(a, b):
            yield count, replace(found, given=given)


def _together(a: Side, b: Side) -> Finding:
    return jointly([related(one.sum, other.sum, a.declared, one.learnt | other.learnt) for one, other in parted(a, b)])


def _hopeless(a: Sum, b: Sum) -> bool:
    """A term that the other sum has not, and no param can take away."""
    alone = ((x, c) for x, c in chain(a.items(), b.items()) if (x in a) != (x in b))
    return not a.keys() & b.keys() or any(c.is_Number for x, c in alone if not isinstance(x, Constant))


def _valued(a: Side, b: Side) -> Iterator[tuple[int, Finding]]:
    for system in (_shared(a, b), *_separate(a, b)):
        for solution in solutions(system.equations, system.unknowns):
            yield from system.findings(solution)


@dataclass(frozen=True)
class _System:
    """Equations between two sums, of every phase where there are phases, and what may be chosen so that they hold."""

    sums: Sequence[tuple[Sum, Sum]]
    unknowns: Sequence[Expr]
    known: Solution
    scale: Expr = ONE

    @property
    def equations(self) -> list[Expr]:
        """A − scale · B, term by term."""
        return [normal(c) for a, b in self.sums for c in self._apart(a, b)]

    def _apart(self, a: Sum, b: Sum) -> Iterator[Expr]:
        atoms = (x for x in dict.fromkeys((*a, *b)) if not isinstance(x, Constant))
        yield from (a.get(x, 0) - self.scale * b.get(x, 0) for x in atoms)

    def findings(self, solution: Solution) -> Iterator[tuple[int, Finding]]:
        """What a solution says, unless it takes away what the objectives are about."""
        values = {s: v for s, v in solution.items() if s != SCALE}
        factor: Expr = solution.get(SCALE, self.scale)
        if factor.has(SCALE) or positive(factor, self.known) is False or self._negative(values):
            return
        left = [substituted(a, values) for a, _ in self.sums]
        right = [scaled(substituted(b, values), factor) for _, b in self.sums]
        rest = [pair for one, other in zip(left, right, strict=True) for pair in pairs(minus(one, other))]
        games = factor != 1 and any(isinstance(x, Generator) for one in left for x in one)
        if not all(isinstance(x, Constant) for _, x in rest) or self._lost(left) or games:
            return
        under = Table({str(s): str(neat(v)) for s, v in values.items()})
        relation = Relation.IDENTICAL if factor == 1 else Relation.SCALED
        shifted = {"relation": Relation.SHIFTED, "constant": written(total(rest))} if rest else {"relation": relation}
        yield sum(map(len, left)), Finding(factor=neat(factor), under=under, **shifted)

    def _lost(self, left: Sequence[Sum]) -> bool:
        return any(_lost(a, b, after) for (a, b), after in zip(self.sums, left, strict=True))

    def _negative(self, values: Solution) -> bool:
        return any(positive(-v, self.known) for v in values.values())


def _lost(a: Sum, b: Sum, after: Sum) -> bool:
    """Nothing is left, or nothing of a kind of which both have something: scores, or divergences."""
    return not after or any(kind(a) and kind(b) and not kind(after) for kind in (_scores, _compares))


def _scores(one: Sum) -> bool:
    return any(x.scored for x in one)


def _compares(one: Sum) -> bool:
    return any(x.is_distance for x in one)


def _shared(a: Side, b: Side) -> _System:
    """Params of one name are one; those that only one side has are chosen first."""
    ours, theirs = set(a.symbols), set(b.symbols)
    order = sorted(ours | theirs, key=lambda s: (s in ours and s in theirs, str(s)))
    return _System(_sums(a, b), order, {**b.declared, **a.declared})


def _sums(a: Side, b: Side) -> list[tuple[Sum, Sum]]:
    return [(one.sum, other.sum) for one, other in parted(a, b)]


def _separate(a: Side, b: Side) -> Iterator[_System]:
    """Every param of B is another one than that of A: solved for those of B, with a factor for these, A's, and both."""
    ours, theirs = a.symbols, b.symbols
    other = {s: symbol(f"{s}{OTHER}") for s in theirs}
    sums = [(one, substituted(another, other)) for one, another in _sums(a, b)]
    known = {**{other[s]: v for s, v in b.declared.items() if s in other}, **a.declared}
    yield _System(sums, list(other.values()), known)
    for unknowns in (list(other.values()), ours, [*other.values(), *ours]):
        yield _System(sums, [SCALE, *unknowns], known, SCALE)
