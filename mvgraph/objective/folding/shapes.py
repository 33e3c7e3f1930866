"""Index sets: which choices of views and of sets belong together, and the ranges that run over exactly these."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

from mvgraph.objective.ranges import ALL, Range, Value

Choice = tuple[Value, ...]  # a value for each index
Pair = tuple[int, int]
MOST_CHOICES = 60_000  # that are gone through for one kind of term
MOST_INDICES = 4


@dataclass(frozen=True)
class Found:
    """Some choices, the ranges that run over exactly these, and the indices that are the same in all of them."""

    choices: tuple[Choice, ...]
    ranges: tuple[Range, ...]
    fixed: Mapping[str, Value]


def describe(indices: Sequence[str], choices: Sequence[Choice], views: tuple[str, ...]) -> Iterator[Found]:
    """Ranges for as many of some choices as are regular, the largest part first.

    Arguments:
        indices: the names of the indices.
        choices: the values that they take together.
        views: all views.
    """
    left = list(choices)
    while len(left) > 1:
        found = _largest(indices, left, views)
        if found is None:
            return
        yield found
        taken = set(found.choices)
        left = [c for c in left if c not in taken]


def _largest(indices: Sequence[str], choices: list[Choice], views: tuple[str, ...]) -> Found | None:
    """The largest regular part; where there is none, of those choices that leave a view out, or share a value."""
    found = _regular(indices, choices, views)
    if found is not None or len(indices) < 2:
        return found
    parts = [[c for c in choices if v not in _domain(c)] for v in _domain(v for c in choices for v in c)]
    for place in range(len(indices)):
        parts += [[c for c in choices if c[place] == v] for v in dict.fromkeys(c[place] for c in choices)]
    smaller = (_regular(indices, part, views) for part in parts if 1 < len(part) < len(choices))
    return max((f for f in smaller if f is not None), default=None, key=lambda f: len(f.choices))


def _regular(indices: Sequence[str], choices: list[Choice], views: tuple[str, ...]) -> Found | None:
    """The largest part of some choices, of two at least, that ranges describe."""
    columns = dict(zip(indices, zip(*choices, strict=True), strict=True))
    fixed = {index: column[0] for index, column in columns.items() if len(set(column)) == 1}
    free = {index: column for index, column in columns.items() if index not in fixed}
    grid = Grid(tuple(free), tuple(c[0] for c in free.values()), tuple(map(_domain, free.values())), views)
    if len(free) == 1 and isinstance(grid.kinds[0], str):
        return Found(tuple(choices), grid.ranges(ANY), fixed)  # one view: whichever they are
    if not free or grid.size > MOST_CHOICES or len(free) > MOST_INDICES:
        return None
    there = dict(zip(zip(*free.values(), strict=True), choices, strict=True))
    complete = {shape for shape, members in grid.shapes.items() if all(m in there for m in members)}
    best = max(_candidates(grid, complete), default=None, key=lambda c: (c[0], -c[1].cost))
    if best is None or best[0] < 2:
        return None
    taken = (c for shape, members in grid.shapes.items() if best[1].allows(shape) for c in members)
    return Found(tuple(there[c] for c in taken), grid.ranges(best[1]), fixed)


def _candidates(grid: Grid, complete: set[Shape]) -> Iterator[tuple[int, Relations]]:
    """Relations that hold for shapes all of whose choices are there, and for how many choices."""
    for relations in grid.relations():
        covered = {shape for shape in grid.shapes if relations.allows(shape)}
        if covered <= complete:
            yield sum(len(grid.shapes[s]) for s in covered), relations


def _domain(column: Iterable[Value]) -> tuple[str, ...]:
    return tuple(sorted({v for value in column for v in ((value,) if isinstance(value, str) else value)}))


@dataclass(frozen=True)
class Shape:
    """What a choice has in common with all those that other names of views make of it.

    Arguments:
        equal: for each view, the first one that it is equal to.
        held: for each view, and each set, whether it is in it.
        sizes: of the sets.
        same: for each set, the first one that it is equal to.
    """

    equal: tuple[int, ...]
    held: tuple[tuple[bool, ...], ...]
    sizes: tuple[int, ...]
    same: tuple[int, ...]


def shape(choice: Choice) -> Shape:
    """The shape of a choice."""
    one = [v for v in choice if isinstance(v, str)]
    many = [s for s in choice if isinstance(s, tuple)]
    held = tuple(tuple(v in s for s in many) for v in one)
    return Shape(tuple(map(one.index, one)), held, tuple(map(len, many)), tuple(map(many.index, many)))


@dataclass(frozen=True)
class Relations:
    """What a range says of each index and those before it.

    Arguments:
        apart: pairs of views that are never equal.
        distinct: pairs of sets that are never equal.
        held: for pairs of a view and a set, whether it is in it; None where both may be.
        sizes: for each set, the smallest and the largest.
        cost: how much there is to say.
    """

    apart: frozenset[Pair]
    distinct: frozenset[Pair]
    held: Mapping[Pair, bool | None]
    sizes: tuple[Pair, ...]
    cost: int

    def allows(self, one: Shape) -> bool:
        """Whether choices of a shape are meant."""
        return (
            all(least <= n <= most for n, (least, most) in zip(one.sizes, self.sizes, strict=True))
            and all(one.equal[i] != one.equal[j] for i, j in self.apart)
            and all(one.same[i] != one.same[j] for i, j in self.distinct)
            and all(said is None or one.held[i][j] == said for (i, j), said in self.held.items())
        )


ANY = Relations(frozenset(), frozenset(), {}, (), 0)


@dataclass(frozen=True)
class Grid:
    """All choices that indices may take.

    Arguments:
        indices: their names.
        kinds: a value of each.
        domains: the views that each takes, or takes into its sets.
        views: all views.
    """

    indices: tuple[str, ...]
    kinds: Choice
    domains: tuple[tuple[str, ...], ...]
    views: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many choices there are."""
        pairs = zip(self.kinds, self.domains, strict=True)
        return math.prod(len(d) if isinstance(k, str) else 2 ** len(d) - 1 for k, d in pairs)

    @cached_property
    def shapes(self) -> dict[Shape, list[Choice]]:
        """The choices by their shapes."""
        pairs = zip(self.kinds, self.domains, strict=True)
        axes: list[Sequence[Value]] = [d if isinstance(k, str) else _subsets(d) for k, d in pairs]
        found: dict[Shape, list[Choice]] = {}
        for choice in product(*axes):
            found.setdefault(shape(choice), []).append(choice)
        return found

    @cached_property
    def places(self) -> tuple[list[int], list[int]]:
        """Where the views stand among the indices, and where the sets."""
        one = [n for n, kind in enumerate(self.kinds) if isinstance(kind, str)]
        return one, [n for n in range(len(self.kinds)) if n not in one]

    def relations(self) -> Iterator[Relations]:
        """Everything that ranges may say."""
        one, many = self.places
        pairs, twins = list(combinations(range(len(one)), 2)), list(combinations(range(len(many)), 2))
        both = list(product(range(len(one)), range(len(many))))
        ends = [_sizes(len(self.domains[n])) for n in many]
        for apart, distinct, held, sizes in product(_some(pairs), _some(twins), _said(both), product(*ends)):
            narrow = sum((a > 1) + (b < len(self.domains[n])) for (a, b), n in zip(sizes, many, strict=True))
            cost = len(apart) + len(distinct) + sum(said is not None for said in held.values()) + narrow
            yield Relations(apart, distinct, held, sizes, cost)

    def ranges(self, found: Relations) -> tuple[Range, ...]:
        """What is said, as ranges: sets first, then views."""
        one, many = self.places
        sets = [self._set(found, j, [self.indices[n] for n in many]) for j in range(len(many))]
        return (*sets, *(self._view(found, i) for i in range(len(one))))

    def _base(self, place: int) -> Value:
        return ALL if set(self.domains[place]) == set(self.views) else self.domains[place]

    def _set(self, found: Relations, j: int, names: Sequence[str]) -> Range:
        place = self.places[1][j]
        apart = tuple(names[i] for i in range(j) if (i, j) in found.distinct)
        return Range(names[j], self._base(place), apart, found.sizes[j], len(self.domains[place]))

    def _view(self, found: Relations, i: int) -> Range:
        one, many = self.places
        place = one[i]
        apart: list[Value] = [self.indices[one[k]] for k in range(i) if (k, i) in found.apart]
        apart += [self.indices[n] for j, n in enumerate(many) if found.held[i, j] is False]
        inside = [self.indices[n] for j, n in enumerate(many) if found.held[i, j]]
        if not inside:
            return Range(self.indices[place], self._base(place), tuple(apart), count=len(self.domains[place]))
        apart += [v for v in self.views if v not in self.domains[place]]
        return Range(self.indices[place], inside[0], tuple(apart))


def _some(pairs: Sequence[Pair]) -> list[frozenset[Pair]]:
    return [frozenset(c) for n in range(len(pairs) + 1) for c in combinations(pairs, n)]


def _said(pairs: Sequence[Pair]) -> Iterator[dict[Pair, bool | None]]:
    """Whether views are in sets: each is said to be in one set at most, as no range says more."""
    for said in product((None, True, False), repeat=len(pairs)):
        inside = [i for (i, _), held in zip(pairs, said, strict=True) if held]
        if len(inside) == len(set(inside)):
            yield dict(zip(pairs, said, strict=True))


def _subsets(views: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [s for size in range(1, len(views) + 1) for s in combinations(views, size)]


def _sizes(most: int) -> list[Pair]:
    """From the smallest to the largest size of a set: all, all but the ends, one alone."""
    ends = [(a, b) for a in (1, 2) for b in (most - 1, most) if a < b]
    return [*ends, *((size, size) for size in range(1, most + 1))]
