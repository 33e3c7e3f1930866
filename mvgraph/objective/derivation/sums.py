"""Sums of derived terms: like ones added in the finest cases, and put together again where the cases are alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass, replace
from typing import Any, Literal

import sympy

from mvgraph.language.expr import Expr, symbol
from mvgraph.language.word import Word
from mvgraph.objective.atoms import LogMeanExp
from mvgraph.objective.derivation.indices import SET, SETS, SIZE, Indices, number_of_sets
from mvgraph.objective.folding.renaming import mapped
from mvgraph.objective.keys import Fused, Joint
from mvgraph.objective.neatness import POWER, M
from mvgraph.objective.plates.space import IrregularError
from mvgraph.objective.ranges import ALL, Each, Range

TOKEN = re.compile(r"«\w+»")
Home = Literal["V", "in", "out"]
ONE = sympy.Integer(1)


@dataclass(frozen=True)
class LiftedTerm:
    """coefficient · atom, for every value of its indices.

    Arguments:
        coefficient: a formula in params, M and |S|.
        atom: with indices in the places of views.
        indices: what is bound.
    """

    coefficient: Expr
    atom: Any
    indices: Indices


class UnlikeError(Exception):
    """A case of a term has another form than the others."""


@dataclass(frozen=True)
class BoundTerm:
    """A term and what its indices run over.

    Arguments:
        atom: the term.
        homes: for each index that is a view, whether it lies in the set, outside, or anywhere.
        apart: pairs of views that differ.
        sizes: whether the set may be one view, and whether it may be V; None where there is no set.
    """

    atom: Any
    homes: tuple[tuple[str, Home], ...] = ()
    apart: frozenset[frozenset[str]] = frozenset()
    sizes: tuple[bool, bool] | None = None

    @property
    def home(self) -> dict[str, Home]:
        """Where each view lies."""
        return dict(self.homes)


def added(terms: Iterable[LiftedTerm], fixed: frozenset[str] = frozenset()) -> dict[BoundTerm, Expr]:
    """Like terms added; indices that a term does not show are counted, zeros dropped."""
    sums: dict[BoundTerm, Expr] = {}
    for term in terms:
        shown = counted(term)
        case = canonical(_case(shown.atom, shown.indices), fixed)
        sums[case] = sums.get(case, sympy.Integer(0)) + shown.coefficient
    expanded = {case: sympy.cancel(sympy.together(sympy.expand(c))) for case, c in sums.items()}
    return {case: c for case, c in expanded.items() if c != 0}


def counted(term: LiftedTerm) -> LiftedTerm:
    """The term without the indices that its atom does not show."""
    text, indices, coefficient = str(term.atom), term.indices, term.coefficient
    for view in (v for v in term.indices.views if v not in text):
        coefficient *= indices.number(view)
        without = (tuple(v for v in place if v != view) for place in (indices.inside, indices.outside))
        inside, outside = without
        indices = replace(indices, inside=inside, outside=outside)
    if indices.has_set and SET not in text:
        coefficient = number_of_sets(sympy.expand(coefficient), len(indices.inside), len(indices.outside))
        indices = replace(indices, inside=(), outside=indices.views, has_set=False)
    return LiftedTerm(coefficient, term.atom, indices)


def shown(case: BoundTerm, weight: Expr, fixed: frozenset[str]) -> tuple[BoundTerm, Expr]:
    """A case and its weight without the views that its atom does not show."""
    for view in (v for v, _ in case.homes if v not in str(case.atom) and v not in fixed):
        others = [pair for pair in case.apart if view in pair]
        base = {"V": M, "in": SIZE, "out": M - SIZE}[case.home[view]]
        homes = tuple((v, home) for v, home in case.homes if v != view)
        case, weight = replace(case, homes=homes, apart=case.apart - set(others)), weight * (base - len(others))
    if case.sizes is not None and SET not in fixed and SET not in str(case.atom):
        places = list(case.home.values())
        weight = number_of_sets(sympy.expand(weight), places.count("in"), places.count("out"), case.sizes)
        case = replace(case, sizes=None, homes=tuple((v, "V") for v, _ in case.homes))
    return case, weight


def members_of(parts: Iterable[Any]) -> Iterator[tuple[Any, tuple[Range, ...]]]:
    """The parts of a list, with what their indices run over."""
    for part in parts:
        yield (part.item, part.ranges) if isinstance(part, Each) else (part, ())


def case_of(atom: Any, over: Iterable[Range]) -> BoundTerm:
    """A term under ranges as a case."""
    names = {r.index: SET for r in over if r.sizes is not None}
    named = [substituted(r, names) for r in over]
    sizes = next(((r.sizes[0] == 1, r.sizes[1] == M) for r in named if r.sizes is not None), None)
    views = [r for r in named if r.sizes is None]
    homes = tuple((r.index, _home(r)) for r in views)
    apart = frozenset(frozenset({r.index, str(a)}) for r in views for a in r.apart if a != SET)
    return BoundTerm(substituted(atom, names), homes, apart, sizes)


def _home(one: Range) -> Home:
    return "in" if one.within == SET else "out" if SET in one.apart else "V"


def _case(atom: Any, indices: Indices) -> BoundTerm:
    inside = dict.fromkeys(indices.inside, "in")
    outside: dict[str, Home] = dict.fromkeys(indices.outside, "out" if indices.has_set else "V")
    homes: dict[str, Home] = {**inside, **outside}  # type: ignore[dict-item]
    pairs = [(a, b) for group in (indices.inside, indices.outside) for a in group for b in group if a != b]
    pairs += [(a, b) for a in indices.views for b in indices.named]
    return BoundTerm(
        atom, tuple(homes.items()), frozenset(map(frozenset, pairs)), (False, False) if indices.has_set else None
    )


def canonical(case: BoundTerm, fixed: frozenset[str] = frozenset()) -> BoundTerm:
    """The case with its indices named by their order in the atom."""
    text = str(case.atom)
    free = [v for v, _ in case.homes if v not in fixed]
    order = sorted(free, key=lambda v: (text.find(v) if v in text else len(text), v))
    names = (f"«{k}»" for k in range(10))
    taken = {view: next(n for n in names if n not in fixed) for view in order}
    atom = substituted(case.atom, taken)
    homes = tuple(sorted((taken.get(v, v), home) for v, home in case.homes))
    apart = frozenset(frozenset(taken.get(v, v) for v in pair) for pair in case.apart)
    return BoundTerm(atom, homes, apart, case.sizes)


def substituted(value: Any, names: Mapping[str, str]) -> Any:
    """A value with other names in the places of indices, wherever they stand in it."""
    if not names:
        return value
    if isinstance(value, str):
        return TOKEN.sub(lambda found: names.get(found[0], found[0]), value)
    if isinstance(value, tuple | frozenset):
        return type(value)(substituted(v, names) for v in value)
    if isinstance(value, sympy.Basic):
        return value.subs({s: symbol(substituted(s.name, names)) for s in value.free_symbols if TOKEN.search(s.name)})
    return unwritten(mapped(value, lambda inner: substituted(inner, names)))


def unwritten(value: Any) -> Any:
    """A log-mean-exp with its parts in the place of its text, which is written last; anything else as it is."""
    return replace(value, text=str(value.parts)) if isinstance(value, LogMeanExp) else value


def collapsed(value: Any, view: str | None) -> Any:
    """A value with one view in the place of the set, or all views where none is given.

    Raises:
        UnlikeError: it has another form then.
    """
    if isinstance(value, sympy.Basic):
        return value.subs(SIZE, M if view is None else 1)
    if isinstance(value, tuple):
        return tuple(x for item in value for x in _spread(item, view))
    if isinstance(value, frozenset):
        return frozenset({view or ALL}) if value == {SET} else value
    if isinstance(value, Each):
        return _collapsed_list(value, view)
    if isinstance(value, Joint) and SET in str(value):
        if view is not None:
            raise UnlikeError
        return mapped(value, lambda inner: collapsed(inner, view))
    if not is_dataclass(value) or isinstance(value, type | Word):
        return value
    found = unwritten(mapped(value, lambda inner: collapsed(inner, view)))
    single = isinstance(found, Fused) and len(found.members) == 1 and not found.exponents
    return found.members[0] if single and not isinstance(found.members[0], Each) else found


def _spread(item: Any, view: str | None) -> Iterator[Any]:
    if view is not None and isinstance(item, Each) and [r.within for r in item.ranges] == [SET]:
        inner = item.item if isinstance(item.item, str) else collapsed(item.item, view)
        yield substituted(inner, {item.ranges[0].index: view})
    else:
        yield collapsed(item, view)


def _collapsed_list(value: Each, view: str | None) -> Each:
    if any(SET in r.apart or (r.within == SET and view is not None) for r in value.ranges):
        raise UnlikeError
    ranges = tuple(replace(r, within=ALL, count=M) if r.within == SET else r for r in value.ranges)
    item = value.item if isinstance(value.item, str) else collapsed(value.item, view)
    return replace(value, item=item, ranges=ranges, size=collapsed(sympy.sympify(value.size), view))


def together(
    sums: dict[BoundTerm, Expr], named: tuple[str, ...] = (), fixed: frozenset[str] = frozenset()
) -> dict[BoundTerm, Expr]:
    """The cases of a sum put together where they are alike: any view, any set."""
    pool = dict(sums)
    for merge in (_any_of_home, _any_view, _any_set):
        while any(merge(pool, case, named, fixed) for case in sorted(pool, key=lambda c: (str(c.atom), c.homes))):
            pass
    return pool


def _exchange(pool: dict[BoundTerm, Expr], parts: list[BoundTerm], whole: BoundTerm) -> bool:
    """Put one case in the place of others, where all of them are there with the same weight."""
    if any(part not in pool for part in parts) or len({pool[part] for part in parts}) > 1:
        return False
    weight = pool[parts[0]]
    for part in dict.fromkeys(parts):
        del pool[part]
    pool[whole] = weight
    return True


def _any_of_home(pool: dict[BoundTerm, Expr], case: BoundTerm, named: tuple[str, ...], fixed: frozenset[str]) -> bool:
    """A view that differs from another, and the case in which it is that."""
    del named
    if case not in pool:
        return False
    for view in (v for v, _ in case.homes if v not in fixed):
        for pair in sorted(filter(lambda p: view in p, case.apart), key=sorted):
            (other,) = pair - {view}
            equal, whole = _identified(case, view, other), replace(case, apart=case.apart - {pair})
            if _exchange(pool, [case, canonical(equal, fixed)], canonical(whole, fixed)):
                return True
    return False


def _identified(case: BoundTerm, view: str, other: str) -> BoundTerm:
    """The case in which one view is another."""
    homes = tuple((v, home) for v, home in case.homes if v != view)
    apart = frozenset(pair for pair in case.apart if view not in pair)
    return BoundTerm(substituted(case.atom, {view: other}), homes, apart, case.sizes)


def _any_view(pool: dict[BoundTerm, Expr], case: BoundTerm, named: tuple[str, ...], fixed: frozenset[str]) -> bool:
    """A view in the set and the same outside."""
    del named
    if case not in pool:
        return False
    outside = [v for v, home in case.homes if home == "out"]
    free = fixed if SET in fixed else frozenset()  # a set that is bound here may hold a view that is bound outside
    for view in (v for v, home in case.homes if home == "in" and v not in free):
        kept = frozenset(pair for pair in case.apart if view not in pair)
        for others in ([], outside):
            moved = kept | {frozenset({view, v}) for v in others}
            sibling = canonical(replace(case, homes=_moved(case, view, "out"), apart=moved), fixed)
            anywhere = canonical(replace(case, homes=_moved(case, view, "V"), apart=moved | case.apart), fixed)
            if _exchange(pool, [case, sibling], anywhere):
                return True
    return False


def _moved(case: BoundTerm, view: str, home: Home) -> tuple[tuple[str, Home], ...]:
    return tuple((v, home if v == view else h) for v, h in case.homes)


def _any_set(pool: dict[BoundTerm, Expr], case: BoundTerm, named: tuple[str, ...], fixed: frozenset[str]) -> bool:
    """A set of several views but not all, and the cases of one view, and of all."""
    if case not in pool or case.sizes is None or SET in fixed:
        return False
    for place in (0, 1):
        if case.sizes[place]:
            continue
        try:
            smaller = _of_one(case, named, fixed) if place == 0 else _of_all(case, fixed)
        except UnlikeError:
            continue
        if smaller is None:
            continue
        weight = pool[case].subs(SIZE, (ONE, M)[place])
        if smaller in pool and sympy.expand(pool[smaller] - weight) == 0:
            del pool[smaller]
            sizes = (True, case.sizes[1]) if place == 0 else (case.sizes[0], True)
            pool[replace(case, sizes=sizes)] = pool.pop(case)
            return True
    return False


def _of_one(case: BoundTerm, named: tuple[str, ...], fixed: frozenset[str]) -> BoundTerm | None:
    """The case in which the set is one view; nothing where it cannot be."""
    inside = sorted((v for v, home in case.homes if home == "in"), key=lambda v: v not in fixed)
    if any(pair <= set(inside) for pair in case.apart):
        return None
    alone = inside[0] if inside else next(f"«{k}»" for k in range(10) if f"«{k}»" not in case.home)
    atom = collapsed(substituted(case.atom, dict.fromkeys(inside, alone)), alone)
    others = tuple((v, "V") for v, home in case.homes if home != "in")
    pairs = [frozenset({v, alone}) for v, home in case.homes if home == "out"]
    pairs += [frozenset({alone, n}) for n in named]
    return canonical(BoundTerm(atom, ((alone, "V"), *others), case.apart | frozenset(pairs)), fixed)  # type: ignore[arg-type]


def _of_all(case: BoundTerm, fixed: frozenset[str]) -> BoundTerm | None:
    """The case in which the set is V; nothing where a view lies outside."""
    if any(home == "out" for _, home in case.homes):
        return None
    return canonical(BoundTerm(collapsed(case.atom, None), tuple((v, "V") for v, _ in case.homes), case.apart), fixed)


def ranges(case: BoundTerm, fixed: frozenset[str] = frozenset()) -> tuple[Range, ...]:
    """What the indices of a case run over, the set first."""
    found = []
    if case.sizes is not None and SET not in fixed:
        if any(home != "V" for v, home in case.homes if v in fixed):
            raise IrregularError("a list over the sets that hold a view")
        least, most = (1 if case.sizes[0] else 2), (M if case.sizes[1] else M - 1)
        found.append(Range(SET, sizes=(least, most), count=M))
    earlier = set(fixed)
    views = [v for v, _ in case.homes if v not in fixed]
    for view in views:
        later = {v for v in views if v not in earlier}
        apart = sorted(u for pair in case.apart if view in pair for u in pair if u not in later)
        home = case.home[view]
        outside = [SET] if home == "out" else []
        inside = home == "in"
        found.append(Range(view, SET if inside else ALL, (*apart, *outside), count=0 if inside else M))
        earlier.add(view)
    return tuple(found)


def listed(items: Iterable[tuple[Any, Indices]], outer: Indices) -> tuple[Any, ...]:
    """The members of a list that stands under some indices, those of each further index as one."""
    fixed = frozenset({*outer.views, *([SET] if outer.has_set else [])})
    cases = {canonical(_case(item, indices), fixed): ONE for item, indices in items}
    found = []
    for case in together(cases, outer.named, fixed):
        free = (n for n in (f"«l{k}»" for k in range(10)) if n not in str(case.atom))
        inner = {
            v: next(free)
            for v in ([SET] if case.sizes and SET not in fixed else []) + [v for v, _ in case.homes]
            if v not in fixed
        }
        bound = tuple(substituted(r, inner) for r in ranges(case, fixed))
        found.append(Each(substituted(case.atom, inner), bound, size=_number(bound)) if bound else case.atom)
    return tuple(sorted(found, key=str))


def _number(bound: tuple[Range, ...]) -> Expr:
    """How many members a list over some ranges has."""
    total = ONE
    for one in bound:
        if one.sizes is not None:
            least, most = one.sizes
            total *= SETS - (M if least == 2 else 0) - (0 if most == M else 1)
            continue
        within = SIZE if one.within == SET else M - SIZE if SET in one.apart else M
        total *= within - len([a for a in one.apart if a != SET])
    return total.subs(POWER, 2**M)
