"""The difference of two objectives as operations on sums of terms: applied to the one they give the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from mvgraph.errors import UsageError
from mvgraph.language.expr import Expr, symbol
from mvgraph.language.table import Table
from mvgraph.objective.atoms import Atom
from mvgraph.objective.difference.naming import Names, named
from mvgraph.objective.difference.relation import ONE, Weighted
from mvgraph.objective.difference.rewriting import Beside, rewritten
from mvgraph.objective.difference.structure import parts, values
from mvgraph.objective.difference.sums import ZERO, Sum, listed, normal, pairs, total
from mvgraph.objective.neatness import formula_text
from mvgraph.registry import nearest

Lines = dict[str, str]  # coefficients by atoms, as texts


def lines(terms: Iterable[Weighted]) -> Lines:
    """A sum of terms as plain data for people: the text of every atom, and its coefficient."""
    return {str(atom): formula_text(coefficient) for coefficient, atom in terms}


@dataclass(frozen=True)
class Operation(ABC):
    """One change of a sum of terms."""

    word: ClassVar[str]

    @abstractmethod
    def change(self, one: Sum) -> None:
        """Change a sum in place.

        Raises:
            UsageError: what is taken or changed is not there, or has another coefficient.
        """

    @property
    def texts(self) -> dict[str, Any]:
        """The operation as people read it."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """The operation as plain data: texts for people, and the `structure` by which it is read back."""
        return {"op": self.word, **self.texts, "structure": parts(self)}


@dataclass(frozen=True)
class _OfTerm(Operation):
    """An operation on one term."""

    atom: Atom
    coefficient: Expr

    @property
    def texts(self) -> dict[str, Any]:
        return {"atom": str(self.atom), "coefficient": formula_text(self.coefficient)}

    def _require(self, one: Sum, expected: Expr) -> None:
        """Refuse a sum in which the atom has another coefficient than the one that is expected; 0 is none."""
        found = one.get(self.atom, ZERO)
        if found != expected:
            there = f"its coefficient is {found}" if found != 0 else "it is not there"
            raise UsageError(f"cannot {self.word} {self.atom}: {there}")


@dataclass(frozen=True)
class Remove(_OfTerm):
    """Take a term away."""

    word: ClassVar[str] = "remove"

    def change(self, one: Sum) -> None:
        self._require(one, self.coefficient)
        del one[self.atom]


@dataclass(frozen=True)
class Add(_OfTerm):
    """Add a term that is not there."""

    word: ClassVar[str] = "add"

    def change(self, one: Sum) -> None:
        self._require(one, ZERO)
        one[self.atom] = self.coefficient


@dataclass(frozen=True)
class Reweigh(_OfTerm):
    """Give a term another coefficient.

    Arguments:
        atom, coefficient: the term as it becomes.
        was: the coefficient that it has before.
    """

    was: Expr

    word: ClassVar[str] = "reweigh"

    @property
    def texts(self) -> dict[str, Any]:
        return {**super().texts, "was": formula_text(self.was)}

    def change(self, one: Sum) -> None:
        self._require(one, self.was)
        one[self.atom] = self.coefficient


@dataclass(frozen=True)
class Rewrite(Operation):
    """Put the sum that an atom is by definition in its place.

    Arguments:
        atom: what is rewritten.
        into: the sum.
    """

    atom: Atom
    into: tuple[Weighted, ...]

    word: ClassVar[str] = "rewrite"

    @property
    def texts(self) -> dict[str, Any]:
        return {"atom": str(self.atom), "into": lines(self.into)}

    def change(self, one: Sum) -> None:
        coefficient = one.pop(self.atom, ZERO)
        for part, atom in self.into:
            one[atom] = normal(one.get(atom, ZERO) + coefficient * part)
            if one[atom] == 0:
                del one[atom]


@dataclass(frozen=True)
class _Renaming(Operation):
    """An operation on what terms are named by."""

    @property
    @abstractmethod
    def names(self) -> Names:
        """The other names, and values."""

    def change(self, one: Sum) -> None:
        found = total(named(pairs(one), self.names))
        one.clear()
        one.update(found)


@dataclass(frozen=True)
class Rename(_Renaming):
    """Give nodes, views, critics, copies of nodes, and the params that have one value a view other names."""

    nodes: Table[str]
    views: Table[str]
    params: Table[str]
    critics: Table[str]
    copies: Table[str]

    word: ClassVar[str] = "rename"

    @property
    def names(self) -> Names:
        return Names(self.nodes, self.views, self.params, self.critics, self.copies)


@dataclass(frozen=True)
class Assume(_Renaming):
    """Give params values, all at once."""

    values: Table[Expr]

    word: ClassVar[str] = "assume"

    @property
    def texts(self) -> dict[str, Any]:
        return {"values": {name: formula_text(value) for name, value in self.values.items()}}

    @property
    def names(self) -> Names:
        return Names(values={symbol(name): value for name, value in self.values.items()})


OPERATIONS: dict[str, type[Operation]] = {cls.word: cls for cls in (Remove, Reweigh, Add, Rewrite, Rename, Assume)}


def operation(data: Mapping[str, Any]) -> Operation:
    """The operation that some data are, by their structure.

    Raises:
        UsageError: there is no such operation, or its structure cannot be read.
    """
    word = str(data.get("op"))
    if word not in OPERATIONS:
        raise UsageError(f"there is no operation '{word}'; {nearest(word, sorted(OPERATIONS))}")
    return OPERATIONS[word](**values(OPERATIONS[word], data.get("structure")))


def apply(operations: Iterable[Operation], terms: Iterable[Weighted]) -> tuple[Weighted, ...]:
    """What operations, one after another, make of a sum of terms; in canonical order.

    Raises:
        UsageError: an operation does not fit: what it takes or changes is not there, or has another coefficient.
    """
    result = total(named(terms))
    for each in operations:
        each.change(result)
    return listed(result)


def forming(terms: Sequence[Weighted], names: Names, known: Mapping[Expr, Expr], beside: Beside) -> Iterator[Operation]:
    """What brings derived terms into the form in which two objectives are compared.

    Arguments:
        terms: as they are derived.
        names: other names.
        known: what is assumed, by symbols.
        beside: what the other model says.
    """
    tables = names.nodes, names.views, names.params, names.critics, names.copies
    if any(tables):
        yield Rename(*tables)
    if known:
        yield Assume(Table({str(s): value for s, value in known.items()}))
    found = {a: rewritten(a, beside) for a in dict.fromkeys(a for _, a in named(terms, replace(names, values=known)))}
    changed = [(a, total(into)) for a, into in found.items() if into != [(ONE, a)]]
    for atom, into in sorted(changed, key=lambda pair: (pair[0] not in pair[1], str(pair[0]))):
        yield Rewrite(atom, listed(into))  # what stays in its own sum goes first: others may become it
