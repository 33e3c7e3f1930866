"""Folding: terms, and the parts of lists, that are alike but for their views, as one under an index set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from itertools import product
from typing import Any

import sympy

from mvgraph.language.expr import Expr
from mvgraph.language.word import Word
from mvgraph.objective.atoms import LogMeanExp
from mvgraph.objective.folding.fitting import fitted
from mvgraph.objective.folding.patterns import Pattern, pattern
from mvgraph.objective.folding.pieces import Piece, lettered
from mvgraph.objective.folding.renaming import Renaming, Universe, mapped, plain, renamed, spread, viewed
from mvgraph.objective.folding.shapes import Choice, describe
from mvgraph.objective.keys import Centered, Fused, Joint, Mixture, Pool, Pooled
from mvgraph.objective.pending import Seen
from mvgraph.objective.ranges import ALL, Each, Range, Value, bindings
from mvgraph.objective.routes import inner
from mvgraph.objective.text import order

ONE = sympy.Integer(1)
MOST_INDICES = 3  # of a pattern whose special cases are looked for
MOST_CLAIMS = 500  # of special cases of one pattern that are looked for


@dataclass
class _Kind:
    """All terms of one pattern: for each choice of its indices the coefficient, and where the term stands."""

    pattern: Pattern
    terms: dict[Choice, tuple[Expr, int]] = field(default_factory=dict)


@dataclass
class Folder:
    """Folds sums and lists over the views of one spec.

    Arguments:
        universe: the views.
    """

    universe: Universe
    known: dict[tuple[int, int], tuple[Any, Any]] = field(default_factory=dict)
    written: dict[str, list[Piece]] = field(default_factory=dict)  # what stands under a logarithm, by its text

    def fold(self, terms: Sequence[tuple[Expr, Any]], depth: int = 0) -> list[Piece]:
        """Terms as pieces, in the order of the first term of each."""
        kinds = self._kinds(terms, depth)
        if kinds is None or len(kinds) == len(terms):
            return [Piece(c, self.condensed(v, depth + 1), place=n) for n, (c, v) in enumerate(terms)]
        natives = {p: (kind.pattern, choice) for kind in kinds.values() for choice, (_, p) in kind.terms.items()}
        self._claim(kinds, depth)
        pieces = [piece for kind in kinds.values() for piece in self._pieces(kind, natives)]
        return sorted(pieces, key=lambda piece: piece.place)

    def _kinds(self, terms: Sequence[tuple[Expr, Any]], depth: int) -> dict[Any, _Kind] | None:
        """Terms by their patterns; none where two are the same term."""
        kinds: dict[Any, _Kind] = {}
        for place, (coefficient, value) in enumerate(terms):
            found = pattern(self.condensed(value, depth + 1), self.universe, depth)
            kind = kinds.setdefault(found.value, _Kind(found))
            if found.choice in kind.terms:
                return None
            kind.terms[found.choice] = (self._general(coefficient, found.indices, found.choice), place)
        return kinds

    def _general(self, coefficient: Expr, indices: Sequence[str], choice: Choice) -> Expr:
        """A coefficient with indices in the places of views."""
        if not coefficient.free_symbols:
            return coefficient
        names = {v: i for i, v in reversed(list(zip(indices, choice, strict=True))) if isinstance(v, str)}
        return Renaming(self.universe, names).formula(coefficient)

    def _claim(self, kinds: Mapping[Any, _Kind], depth: int) -> None:
        """Terms of a special case (two equal views, a set of one view, or of all) join those of the general one."""
        count = Counter(type(kind.pattern.value) for kind in kinds.values())
        several = (kind for kind in kinds.values() if count[type(kind.pattern.value)] > 1)
        for kind in sorted(several, key=_special_last):
            indices = kind.pattern.indices
            for choice in self._special(kind):
                names = dict(zip(indices, choice, strict=True))
                value = renamed(kind.pattern.value, Renaming(self.universe, names, expands=True))
                found = pattern(self.condensed(value, depth + 1), self.universe, depth)
                other = kinds.get(found.value)
                if other is not None and other is not kind and found.choice in other.terms and choice not in kind.terms:
                    coefficient, place = other.terms.pop(found.choice)
                    back = Renaming(self.universe, found.names).formula(coefficient)
                    kind.terms[choice] = (self._general(back, indices, choice), place)

    def _special(self, kind: _Kind) -> list[Choice]:
        """Choices that another pattern may have taken."""
        views, first = self.universe.views, kind.pattern.choice
        sets = sum(isinstance(v, tuple) for v in first)
        if sets > 1 or len(first) > MOST_INDICES:
            return []
        small: list[Value] = [*((v,) for v in views), tuple(sorted(views))]
        axes = [list(views) if isinstance(v, str) else small for v in first]
        found = list(product(*axes)) if sets or len(first) > 1 else []
        return [c for c in found if sets or len(set(c)) < len(c)][:MOST_CLAIMS]

    def _pieces(self, kind: _Kind, natives: Mapping[int, tuple[Pattern, Choice]]) -> Iterator[Piece]:
        """The terms of one pattern as pieces."""
        left = dict(kind.terms)
        for coefficient, choices in _classes(kind):
            for found in describe(kind.pattern.indices, choices, self.universe.views):
                own = {id(natives[left[c][1]][0].value) for c in found.choices}
                if len(own) == 1 and natives[left[found.choices[0]][1]][0].value is not kind.pattern.value:
                    continue  # all of a special case: shown as what it is
                renaming = Renaming(self.universe, found.fixed)
                place = min(left[c][1] for c in found.choices)
                value = renamed(kind.pattern.value, renaming)
                yield Piece(renaming.formula(coefficient), value, found.ranges, place)
                for choice in found.choices:
                    del left[choice]
        yield from self._rest(kind, left, natives)

    def _rest(
        self, kind: _Kind, left: Mapping[Choice, tuple[Expr, int]], natives: Mapping[int, tuple[Pattern, Choice]]
    ) -> Iterator[Piece]:
        """What is no part of an index set of the general case: of its own, or alone."""
        own: dict[int, _Kind] = {}
        for choice, (coefficient, place) in left.items():
            found, names = natives[place]
            back = Renaming(self.universe, dict(zip(kind.pattern.indices, choice, strict=True))).formula(coefficient)
            one = own.setdefault(id(found.value), _Kind(found))
            one.terms[names] = (self._general(back, found.indices, names), place)
        for one in own.values():
            if one.pattern.value is not kind.pattern.value:
                yield from self._pieces(one, {p: (one.pattern, c) for c, (_, p) in one.terms.items()})
                continue
            for choice, (coefficient, place) in one.terms.items():
                renaming = Renaming(self.universe, dict(zip(one.pattern.indices, choice, strict=True)))
                yield Piece(renaming.formula(coefficient), renamed(one.pattern.value, renaming), place=place)

    # --- lists inside a value ----------------------------------------------------------------------------------------

    def condensed(self, value: Any, depth: int) -> Any:
        """A value with its lists folded, each where it is a list of one thing for each view of a set."""
        if isinstance(value, tuple):
            return self.listed(tuple(self.condensed(v, depth + 1) for v in value), depth)
        if not is_dataclass(value) or isinstance(value, Word | type):
            return value
        key = (id(value), depth)
        if key not in self.known:
            reader = READERS.get(type(value), _plain)
            self.known[key] = (value, reader(self, value, depth))  # the value is kept, and its identity with it
        return self.known[key][1]

    def listed(self, items: tuple[Any, ...], depth: int, *, factors: bool = False) -> tuple[Any, ...]:
        """A list whose parts are condensed, as a shorter one; as it is where that would not give it back."""
        if len(items) < 2 or not all(is_dataclass(x) or isinstance(x, tuple) for x in items):
            return items
        pieces = self.fold([(ONE, item) for item in items], depth)
        for ordered in (True, False):
            found = tuple(self._each(piece, ordered=ordered, factors=factors) for piece in pieces)
            if len(found) < len(items) and self._written(found) == self._written(items):
                return found
        return items

    def _written(self, items: tuple[Any, ...]) -> tuple[Any, ...]:
        plain = Renaming(self.universe, expands=True)
        return tuple(x for item in items for x in spread(item, plain))

    def _each(self, piece: Piece, *, ordered: bool, factors: bool) -> Any:
        if not piece.ranges:
            return piece.value
        ranges = tuple(replace(r, within=self._explicit(r.within), sorted=ordered) for r in piece.ranges)
        size = sum(1 for _ in bindings(ranges, self.universe.views))
        return Each(piece.value, ranges, factors, size)

    def whole(self, ranges: Sequence[Range]) -> bool:
        """Whether indices run over all views, or sets of these."""
        return all(set(r.within) == set(self.universe.views) for r in ranges)

    def _explicit(self, within: Value) -> Value:
        """A set of views by its members, so that it is one with other sets of the same."""
        return tuple(sorted(self.universe.views)) if within == ALL else within


def _special_last(kind: _Kind) -> tuple[int, int]:
    """The order of claims: sets before views, many indices before few."""
    return -sum(isinstance(v, tuple) for v in kind.pattern.choice), -len(kind.pattern.indices)


def _classes(kind: _Kind) -> list[tuple[Expr, list[Choice]]]:
    """The choices that have one coefficient, which may be a formula in the size of a set."""
    classes: dict[Expr, list[Choice]] = {}
    for choice, (coefficient, _) in kind.terms.items():
        classes.setdefault(coefficient, []).append(choice)
    return fitted(kind.pattern.indices, classes) if len(classes) > 1 else list(classes.items())


def _plain(folder: Folder, value: Any, depth: int) -> Any:
    return mapped(value, lambda inner: folder.condensed(inner, depth))


def _fused(folder: Folder, value: Fused, depth: int) -> Fused:
    """A product; the exponents of its experts follow from their views."""
    members = folder.listed(tuple(folder.condensed(m, depth) for m in value.members), depth, factors=True)
    if not value.exponents or members == value.members:
        return replace(value, members=members)
    pairs = [(viewed(m), e) for m, e in zip(value.members, value.exponents, strict=True)]
    by_view = all(view and e.endswith(f"_{view}") for view, e in pairs)  # else they are numbers
    stems = {e.removesuffix(view) if by_view else e for view, e in pairs}
    exponents = tuple(stem + (viewed(m) if by_view else "") for stem in stems for m in members)
    found = replace(value, members=members, exponents=exponents)
    written = len(stems) == 1 and renamed(found, Renaming(folder.universe, expands=True)) == value
    return found if written else value


def _mixture(folder: Folder, value: Mixture, depth: int) -> Mixture:
    """A mixture of equal weights."""
    if len(set(value.weights)) > 1:
        return value
    parts = folder.listed(tuple(folder.condensed(p, depth + 1) for p in value.parts), depth)
    return replace(value, weights=value.weights[: len(parts)], parts=parts)


def _even(folder: Folder, value: Centered | Pool, depth: int) -> Any:
    """Densities of equal weights, which say how many there are: that can be told for a set, or for sets among V."""
    found = _plain(folder, value, depth)
    ranges = [m.ranges for m in found.members if isinstance(m, Each)]
    return found if all(plain(r) or folder.whole(r) for r in ranges) else value


def _seen(folder: Folder, value: Joint | Pooled | Seen, depth: int) -> Any:
    """A posterior that one network makes of several views: of a set."""
    whole = _plain(folder, value, depth)
    if len(value.views) < 2:
        return whole
    index = f"\0{depth}v"
    for ordered in (True, False):
        views = Each(
            index, (Range(index, tuple(sorted(map(str, value.views))), sorted=ordered),), size=len(value.views)
        )
        found = replace(whole, views=(views,))
        if renamed(found, Renaming(folder.universe, expands=True)) == value:
            return found
    return whole


def _log_mean_exp(folder: Folder, value: LogMeanExp, depth: int) -> LogMeanExp:
    """A log-mean-exp: its inner terms folded in its text, its strata where all that they draw is drawn to score."""
    pieces = folder.fold(sorted(inner(value.parts), key=order))
    text = " ".join(str(lettered(p, folder.universe)) for p in pieces)
    folder.written[text] = pieces
    scored = {d.ref for part in value.parts for _, a in part.scores for d in a.draws}
    compared = {key.ref for part in value.parts for _, a in part.ratios for key in a.to}
    return replace(value, text=text, parts=folder.condensed(value.parts, depth) if compared <= scored else value.parts)


READERS: dict[type, Callable[[Folder, Any, int], Any]] = {
    Fused: _fused,
    Mixture: _mixture,
    Centered: _even,
    Pool: _even,
    Joint: _seen,
    Pooled: _seen,
    LogMeanExp: _log_mean_exp,
    Seen: _seen,
}
