"""What several values have in common that differ by the number of views alone: numbers become formulas in M."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from fractions import Fraction
from typing import Any, Protocol

import sympy

from mvgraph.language.expr import Expr
from mvgraph.language.word import Word
from mvgraph.objective.atoms import LogMeanExp, Stratum
from mvgraph.objective.folding.pieces import Piece, lettered
from mvgraph.objective.folding.renaming import Universe, compared, mapped
from mvgraph.objective.keys import Fused, Mixture
from mvgraph.objective.neatness import POWER, M
from mvgraph.objective.plates.space import IrregularError, Space
from mvgraph.objective.ranges import ALL, Each, Range

SIZES = Space((sympy.Integer(1), M, POWER))  # how long a list over views, or over sets of views, can be
Inner = Mapping[str, Sequence[Piece]]  # the terms under a logarithm, by their text


class Formulas(Protocol):
    """What finds the formula of a number."""

    def formula(self, found: Mapping[int, Expr]) -> Expr:
        """A formula in M by its values."""


@dataclass(frozen=True)
class Anything:
    """Takes every number for a formula that is not known yet, so that two numbers of views tell the form of terms."""

    def formula(self, found: Mapping[int, Expr]) -> Expr:
        """One that stands for any."""
        del found
        return sympy.Integer(1)


@dataclass(frozen=True)
class Lifting:
    """Finds what is common.

    Arguments:
        space: what coefficients can be.
        sizes: what the lengths of lists can be.
        universes: the views, by their number.
        inner: the folded terms of every log-mean-exp, by the number of views and their text.
    """

    space: Formulas
    sizes: Formulas
    universes: Mapping[int, Universe] = field(default_factory=dict)
    inner: Mapping[int, Inner] = field(default_factory=dict)

    def pieces(self, found: Mapping[int, Sequence[Piece]]) -> tuple[Piece, ...]:
        """Folded sums as one.

        Raises:
            IrregularError: they are not of one form.
        """
        if len({len(pieces) for pieces in found.values()}) > 1:
            told = ", ".join(f"{len(pieces)} at M = {m}" for m, pieces in found.items())
            raise IrregularError(f"its folded sum has another number of terms for another number of views: {told}")
        length = len(next(iter(found.values())))
        return tuple(self.piece({m: pieces[n] for m, pieces in found.items()}) for n in range(length))

    def piece(self, found: Mapping[int, Piece]) -> Piece:
        """A term under index sets."""
        ranges, value = self.value(_each(found, "ranges")), self.value(_each(found, "value"))
        coefficient = self.space.formula(_each(found, "coefficient"))
        return Piece(coefficient, value, ranges, next(iter(found.values())).place)

    def value(self, found: Mapping[int, Any]) -> Any:
        """Any part of a term."""
        values = list(found.values())
        if type(values[0]) in READERS and len({type(v) for v in values}) == 1:
            return READERS[type(values[0])](self, found)
        if isinstance(values[0], sympy.Basic):
            return self.space.formula(found)
        if all(v == values[0] for v in values):
            return values[0]
        return self._parts(found)

    def _parts(self, found: Mapping[int, Any]) -> Any:
        """A value, field by field; its place in its list by its place in the others."""
        first: Any = next(iter(found.values()))
        kind: Any = type(first)
        if {type(v) for v in found.values()} != {type(first)} or isinstance(first, Word) or not _is_record(first):
            told = ", ".join(f"{v} at M = {m}" for m, v in found.items())
            raise IrregularError(f"a part of a term does not stay the same: {told}")
        return replace(first, **{name: self.value(_each(found, name)) for name in compared(kind)})

    def _tuple(self, found: Mapping[int, tuple[Any, ...]]) -> tuple[Any, ...]:
        if len({len(v) for v in found.values()}) > 1:
            told = ", ".join(f"{len(v)} parts at M = {m}" for m, v in found.items())
            raise IrregularError(f"a list is not one over views: {told}")
        length = len(next(iter(found.values())))
        return tuple(self.value({m: v[n] for m, v in found.items()}) for n in range(length))

    def _number(self, found: Mapping[int, int | Fraction]) -> Any:
        """How many, or one over how many."""
        if len(set(found.values())) == 1:
            return next(iter(found.values()))
        several = {m: sympy.Rational(1, v) if isinstance(v, Fraction) else v for m, v in found.items()}
        count = self.sizes.formula(several)
        return 1 / count if isinstance(next(iter(found.values())), Fraction) else count

    def _fused(self, found: Mapping[int, Fused]) -> Any:
        """A product of experts; exponents that are numbers may depend on how many views there are."""
        exponents = _each(found, "exponents")
        if len(set(exponents.values())) == 1 or len({len(texts) for texts in exponents.values()}) > 1:
            return self._parts(found)
        fractions = {m: tuple(map(Fraction, texts)) for m, texts in exponents.items()}
        alike = self._parts({m: replace(one, exponents=()) for m, one in found.items()})
        return replace(alike, exponents=self.value(fractions))

    def _range(self, found: Mapping[int, Range]) -> Any:
        """An index set; one that leaves some views out is one over all views but those."""
        ordered = all(r.sorted for r in found.values())  # of up to nine views both orders are one
        plain = {m: _without(r, self.universes[m].views) for m, r in found.items()}
        return self._parts({m: replace(r, sorted=ordered) for m, r in plain.items()})

    def _log_mean_exp(self, found: Mapping[int, LogMeanExp]) -> Any:
        """A log-mean-exp, and what is printed of it."""
        pieces = self.pieces(
            {m: [lettered(p, self.universes[m]) for p in self.inner[m][v.text]] for m, v in found.items()}
        )
        return replace(self._parts(found), text=" ".join(map(str, pieces)))


def _is_record(value: Any) -> bool:
    return is_dataclass(value) and not isinstance(value, type)


def _each(found: Mapping[int, Any], name: str) -> dict[int, Any]:
    return {m: getattr(one, name) for m, one in found.items()}


def _without(one: Range, views: tuple[str, ...]) -> Range:
    if isinstance(one.within, str):
        return one
    gone = tuple(v for v in views if v not in one.within)
    return replace(one, within=ALL, apart=(*one.apart, *gone))


READERS: dict[type, Callable[[Lifting, Any], Any]] = {
    tuple: Lifting._tuple,
    int: Lifting._number,
    Fraction: Lifting._number,
    Range: Lifting._range,
    Fused: Lifting._fused,
    LogMeanExp: Lifting._log_mean_exp,
}


def settled(value: Any, number: int) -> Any:
    """A value with a number of views in the place of M."""
    if isinstance(value, tuple):
        return tuple(settled(v, number) for v in value)
    if isinstance(value, sympy.Basic):
        return value.subs(M, number)
    found = mapped(value, lambda inner: settled(inner, number))
    return NUMBERS[type(found)](found) if type(found) in NUMBERS else found


def _integer(value: Any) -> Any:
    return int(value) if isinstance(value, sympy.Integer) else value


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q)) if isinstance(value, sympy.Rational) else value


NUMBERS: dict[type, Callable[[Any], Any]] = {
    Each: lambda found: replace(found, size=_integer(found.size)),
    Range: lambda found: replace(
        found, count=_integer(found.count), sizes=found.sizes and tuple(map(_integer, found.sizes))
    ),
    Mixture: lambda found: replace(found, weights=tuple(map(_fraction, found.weights))),
    Stratum: lambda found: replace(found, weight=_fraction(found.weight)),
    Fused: lambda found: replace(found, exponents=tuple(map(str, found.exponents))),
}
