"""One of the two: a spec and its terms in the names of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import sympy

from mvgraph.language.expr import Expr, symbol
from mvgraph.objective.atoms import Atom, LogMeanExp
from mvgraph.objective.bounds import values
from mvgraph.objective.canonical import terms_of
from mvgraph.objective.comparisons import PooledKL
from mvgraph.objective.deriving import expand
from mvgraph.objective.difference.naming import SAME, Names, tables
from mvgraph.objective.difference.operations import Operation, forming
from mvgraph.objective.difference.rewriting import Beside, summed
from mvgraph.objective.difference.sums import Sum
from mvgraph.objective.terms import Term
from mvgraph.spec.model import Spec
from mvgraph.vocab.param.learnt import Learnt

Assumed = Mapping[str, Expr]
BESIDE = Beside()


MOST_KEPT = 2048  # sums that are remembered: a model is compared with many, and so is each of its variants


@lru_cache(maxsize=MOST_KEPT)
def _terms(spec: Spec) -> tuple[tuple[Expr, Atom], ...]:
    return terms_of(spec)


@lru_cache(maxsize=MOST_KEPT)
def _summed(spec: Spec, names: Names, values: frozenset[tuple[Expr, Expr]], beside: Beside) -> Sum:
    return summed(_terms(spec), replace(names, values=dict(sorted(values, key=str))), beside)


@dataclass(frozen=True)
class Side:
    """One of two specs that are compared.

    Arguments:
        spec: the spec, at the views of both.
        beside: what the spec that it is compared with says that decides what is the same.
        names: names of A, for B; none for A itself.
        assumed: values of params, by their names.
        given: how `spec` was changed, in words.
        frozen: what does not learn, in a phase that freezes it.
    """

    spec: Spec
    beside: Beside = BESIDE
    names: Names = SAME
    assumed: Assumed = field(default_factory=dict)
    given: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()

    @cached_property
    def sum(self) -> Sum:
        """The terms in one form, with what is assumed."""
        return self.at({})

    def at(self, known: Mapping[Expr, Expr]) -> Sum:
        """The terms in one form, with more values for symbols; what is assumed goes before."""
        return _summed(self.spec, self.names, frozenset({**known, **self.fixed}.items()), self.beside)

    @cached_property
    def form(self) -> tuple[Operation, ...]:
        """What brings the derived terms into this form."""
        return tuple(forming(_terms(self.spec), self.names, self.fixed, self.beside))

    @cached_property
    def fixed(self) -> dict[Expr, Expr]:
        """What is assumed, by symbols: a name stands for its values of all views, too."""
        names = {s: e for n, e in self.assumed.items() for s in (n, *self._tables.get(n, ()))}
        return {symbol(name): e for name, e in names.items()}

    @cached_property
    def declared(self) -> dict[Expr, Expr]:
        """The declared numbers, those at the end of a schedule, unless something else is assumed."""
        found = {self.names.weight(s): v for s, v in values(self.spec).items()}
        several = {symbol(v): found[symbol(n)] for n, vs in self._tables.items() if symbol(n) in found for v in vs}
        return {**several, **found, **self.fixed}

    @cached_property
    def learnt(self) -> set[Expr]:
        """The params that are learnt, unless something is assumed of them."""
        names = {n for n, value in self.spec.params.items() if isinstance(value, Learnt)}
        return {self.names.weight(symbol(v)) for n in names for v in (n, *self._tables.get(n, ()))} - set(self.fixed)

    def rests(self, part: str) -> bool:
        """Whether a part of the spec, by its name, does not learn."""
        return any(f"{part}.".startswith(f"{name}.") for name in self.frozen)

    @cached_property
    def _tables(self) -> dict[str, list[str]]:
        """The values by view of the params that have them: tables, and exponents of a product."""
        found = {n: [f"{n}_{v}" for v in self.spec.view_names] for n in tables(self.spec)}
        return {n: [self.names.params.get(v, v) for v in values] for n, values in found.items()}

    def part(self, chosen: Callable[[Term], bool]) -> Sum:
        """The terms that derived ones of some kind give, in one form."""
        terms = [(t.weight, t.atom) for t in expand(self.spec) if chosen(t)]
        return summed(terms, replace(self.names, values=self.fixed), self.beside)

    @property
    def phases(self) -> list[Side]:
        """A side for each phase of training."""
        found = zip(self.spec.by_phase.values(), self.spec.phases, strict=True)
        return [replace(self, spec=spec, frozen=phase.freeze) for spec, phase in found]

    @cached_property
    def drawn(self) -> int:
        """How many terms are drawn that in one form have a closed one.

        Logarithms of one draw, which are the bound inside them; and mixtures with one part, which is N(0, I).
        """
        return sum(self._is_drawn(a) for _, a in _terms(self.spec))

    def _is_drawn(self, atom: Atom) -> bool:
        if isinstance(atom, PooledKL):
            return bool(atom.to.standard.subs(self.fixed) == 1)
        return isinstance(atom, LogMeanExp) and atom.samples == 1 and len(atom.parts) == 1

    @cached_property
    def size(self) -> int:
        """How much there is to be compared: densities and scores, those under a logarithm and in a mixture as well."""
        return sum(1 + len(x.keys) + len(x.scored) for x in self.sum)

    @property
    def inside(self) -> set[str]:
        """The params under a logarithm, where no coefficient shows them."""
        parts = (p for x in self.sum if isinstance(x, LogMeanExp) for p in x.parts)
        return {str(s) for p in parts for c, _ in (*p.scores, *p.ratios) for s in c.free_symbols}

    @property
    def symbols(self) -> list[Expr]:
        """The params that may be given values, in the order of their names."""
        return sorted(self._symbols, key=str)

    @property
    def _symbols(self) -> Iterable[Expr]:
        return {s for c in self.sum.values() for s in c.free_symbols if isinstance(s, sympy.Symbol)}


def parted(a: Side, b: Side) -> list[tuple[Side, Side]]:
    """The phases of two sides beside each other where both have as many, else the two as they are."""
    ours, theirs = a.phases, b.phases
    return list(zip(ours, theirs, strict=True)) if ours and len(ours) == len(theirs) else [(a, b)]
