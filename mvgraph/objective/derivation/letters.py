"""Sums in print: letters for indices, neat coefficients, the terms under a logarithm."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import is_dataclass, replace
from itertools import chain, count
from typing import Any

import sympy

from mvgraph.language.expr import Expr
from mvgraph.language.word import Word
from mvgraph.objective.atoms import LogMeanExp
from mvgraph.objective.derivation.sums import (
    BoundTerm,
    canonical,
    case_of,
    members_of,
    ranges,
    shown,
    substituted,
    together,
)
from mvgraph.objective.folding.pieces import LETTERS, Piece
from mvgraph.objective.folding.renaming import exponent, mapped
from mvgraph.objective.keys import Fused
from mvgraph.objective.neatness import neat
from mvgraph.objective.ranges import Each, Range
from mvgraph.objective.text import order


def written(sums: Mapping[BoundTerm, Expr], taken: Collection[str], fixed: frozenset[str] = frozenset()) -> list[Piece]:
    """The cases of a sum as pieces, in canonical order.

    Arguments:
        sums: coefficients by case.
        taken: names that no index may have.
        fixed: letters of indices around them, which stand in their atoms.
    """
    pieces = [_piece(case, weight, taken, fixed) for case, weight in sums.items()]
    return sorted(pieces, key=lambda p: order((p.coefficient, p.value)))


def _piece(case: BoundTerm, weight: Expr, taken: Collection[str], fixed: frozenset[str]) -> Piece:
    over = ranges(case, fixed)
    names = _letters(over, (*taken, *fixed))
    value = _inside(
        substituted(case.atom, names), (*taken, *fixed, *names.values()), frozenset({*fixed, *names.values()})
    )
    return Piece(substituted(neat(weight), names), value, tuple(substituted(r, names) for r in over))


def _letters(over: Iterable[Range], taken: Collection[str]) -> dict[str, str]:
    """A letter for each index: m, n for views, S, T for sets."""
    names: dict[str, str] = {}
    for one in over:
        letters = LETTERS[one.sizes is not None]
        endless = chain(letters, (f"{letters[0]}{n}" for n in count(1)))
        names[one.index] = next(c for c in endless if c not in taken and c not in names.values())
    return names


def _inside(value: Any, taken: Collection[str], fixed: frozenset[str]) -> Any:
    """The lists inside a value with letters for their indices, other ones than around them."""
    if isinstance(value, LogMeanExp):
        parts = tuple(_inside(p, taken, fixed) for p in value.parts)
        return replace(value, parts=parts, text=" ".join(map(str, under_logarithm(value, taken, fixed))))
    if isinstance(value, Each):
        names = _letters(value.ranges, taken)
        item = substituted(value.item, names)
        inner = (
            item
            if isinstance(item, str)
            else _inside(item, (*taken, *names.values()), frozenset({*fixed, *names.values()}))
        )
        return replace(
            value,
            item=inner,
            ranges=tuple(substituted(r, names) for r in value.ranges),
            size=substituted(value.size, names),
        )
    if isinstance(value, tuple):
        return tuple(_inside(v, taken, fixed) for v in value)
    if isinstance(value, Word | type) or not is_dataclass(value):
        return value
    found = mapped(value, lambda inner: _inside(inner, taken, fixed))
    if isinstance(value, Fused) and any(isinstance(e, str) for e in value.exponents):
        named = zip(value.exponents, value.members, found.members, strict=True)
        found = replace(found, exponents=tuple(exponent(*member) for member in named))
    return found


def under_logarithm(value: LogMeanExp, taken: Collection[str], fixed: frozenset[str]) -> list[Piece]:
    """The terms that a log-mean-exp would have with one draw."""
    sums: dict[BoundTerm, Expr] = {}
    for case, weight in _terms(value):
        case, weight = shown(case, weight, fixed)
        named = canonical(case, fixed)
        sums[named] = sympy.expand(sums.get(named, sympy.Integer(0)) + weight)
    whole = together({c: w for c, w in sums.items() if w != 0}, (), fixed)
    return written(whole, taken, fixed)


def _terms(value: LogMeanExp) -> Iterator[tuple[BoundTerm, Expr]]:
    for stratum, outer in members_of(value.parts):
        for sign, terms in ((1, stratum.scores), (-1, stratum.ratios)):
            for (weight, atom), inner in members_of(terms):
                yield case_of(atom, (*outer, *inner)), sign * sympy.sympify(stratum.weight) * weight
