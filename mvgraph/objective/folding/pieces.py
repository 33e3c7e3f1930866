"""The parts of a folded sum: a term under index sets, as text, and written out again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass, replace
from itertools import chain, count
from typing import Any

from mvgraph.language.expr import Expr
from mvgraph.language.word import Word
from mvgraph.objective.folding.renaming import Renaming, Universe, exponent, mapped, renamed
from mvgraph.objective.keys import Fused
from mvgraph.objective.ranges import ALL, Each, Range, bindings
from mvgraph.objective.text import factor, sign_and_size

LETTERS = {False: "mnlij", True: "STU"}  # of views, and of sets


@dataclass(frozen=True)
class Piece:
    """coefficient · value, summed over the ranges.

    Arguments:
        coefficient: a formula, in which sizes of sets and params by index may stand.
        value: an atom, or a part of a list, with indices for views.
        ranges: what the indices run over; none for a term that stands alone.
        place: of the first term that it stands for, among those that were folded.
    """

    coefficient: Expr
    value: Any
    ranges: tuple[Range, ...] = ()
    place: int = 0

    def unfolded(self, universe: Universe) -> Iterator[tuple[Expr, Any]]:
        """The terms that it stands for."""
        for names in bindings(self.ranges, universe.views):
            renaming = Renaming(universe, names, expands=True)
            yield renaming.formula(self.coefficient), renamed(self.value, renaming)

    @property
    def indexed(self) -> bool:
        """Whether the coefficient depends on an index, and so stands behind the sums."""
        return bool(self.bound)

    @property
    def bound(self) -> list[Expr]:
        """The sizes and params of the coefficient that depend on an index."""
        found, indices = self.coefficient.free_symbols, [r.index for r in self.ranges]
        return [s for s in found if any(s.name == f"|{i}|" or s.name.endswith(f"_{i}") for i in indices)]

    def __str__(self) -> str:
        sign, size = sign_and_size(self.coefficient, self.value)
        weight = factor(size)
        over = sums(self.ranges)
        return f"{sign} {over}{weight}{self.value}" if self.indexed else f"{sign} {weight}{over}{self.value}"


def sums(ranges: tuple[Range, ...]) -> str:
    """The signs of sums over indices.

    >>> sums((Range("m"), Range("n", apart=("m",))))
    'Σ_m Σ_{n≠m} '
    """
    return "".join(f"Σ_{c if len(c) == 1 else f'{{{c}}}'} " for c in (r.condition for r in ranges))


def lettered(piece: Piece, universe: Universe) -> Piece:
    """A piece whose indices have letters for names: m, n for views, S, T for sets."""
    names = _letters(piece.ranges, universe, ())
    renaming = Renaming(universe, names)
    scope = tuple(names.values())
    ranges = tuple(_range(r, names, universe) for r in piece.ranges)
    value = _inside(renamed(piece.value, renaming), universe, scope)
    return replace(piece, coefficient=renaming.formula(piece.coefficient), value=value, ranges=ranges)


def _letters(ranges: tuple[Range, ...], universe: Universe, scope: tuple[str, ...]) -> dict[str, str]:
    """A letter for each index, none of them taken; views in the order of their indices."""
    names: dict[str, str] = {}
    for one in sorted(ranges, key=lambda r: r.index):
        letters = LETTERS[one.sizes is not None]
        endless = chain(letters, (f"{letters[0]}{n}" for n in count(1)))
        names[one.index] = next(c for c in endless if c not in universe.taken and c not in (*scope, *names.values()))
    return names


def _range(one: Range, names: Mapping[str, str], universe: Universe) -> Range:
    within = names.get(one.within, one.within) if isinstance(one.within, str) else one.within
    within = ALL if isinstance(within, tuple) and set(within) == set(universe.views) else within
    apart = tuple(names.get(a, a) if isinstance(a, str) else a for a in one.apart)
    return replace(one, index=names.get(one.index, one.index), within=within, apart=apart)


def _inside(value: Any, universe: Universe, scope: tuple[str, ...]) -> Any:
    """The lists inside a value, their indices named so that they differ from those around them."""
    if isinstance(value, Each):
        names = _letters(value.ranges, universe, scope)
        item = names[value.item] if isinstance(value.item, str) else renamed(value.item, Renaming(universe, names))
        inner = _inside(item, universe, (*scope, *names.values()))
        return replace(value, item=inner, ranges=tuple(_range(r, names, universe) for r in value.ranges))
    if isinstance(value, tuple):
        return tuple(_inside(v, universe, scope) for v in value)
    if isinstance(value, Word | type) or not is_dataclass(value):
        return value
    found = mapped(value, lambda inner: _inside(inner, universe, scope))
    if isinstance(value, Fused) and value.exponents:
        named = zip(value.exponents, value.members, found.members, strict=True)
        found = replace(found, exponents=tuple(exponent(*one) for one in named))
    return found
