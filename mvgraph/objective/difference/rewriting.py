"""One form for atoms that are the same by definition: rules as data, each from an atom to the sum that it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import KL, Atom, Likelihood, LogMeanExp
from mvgraph.objective.comparisons import Deviation, PooledKL
from mvgraph.objective.difference.gaps import Constant
from mvgraph.objective.difference.naming import Names, named
from mvgraph.objective.difference.sums import Sum, total
from mvgraph.objective.keys import Centered, Prior, Ref, Standard
from mvgraph.objective.routes import inner
from mvgraph.vocab.center.mixture import MixtureCenter

Terms = list[tuple[Expr, Atom]]
ONE, TWO = sympy.Integer(1), sympy.Integer(2)


@dataclass(frozen=True)
class Beside:
    """What the other model says that decides what is the same.

    Arguments:
        standard: the latents whose prior is N(0, I) there.
        squared: what has a squared error for its likelihood here and a standard normal there.
    """

    standard: frozenset[str] = frozenset()
    squared: frozenset[Ref] = frozenset()


def summed(terms: Iterable[tuple[Expr, Atom]], names: Names, beside: Beside) -> Sum:
    """Terms as a sum in one form: under other names, with values for params, and every rule applied."""
    return total((c * part, atom) for c, a in named(terms, names) for part, atom in rewritten(a, beside))


def rewritten(atom: Atom, beside: Beside) -> Terms:
    """What an atom is in one form: as the rules say, and a squared error as the normal score that it is twice."""
    return [(c * part, end) for c, a in _ruled(atom, beside) for part, end in _squared(a, beside)]


def _squared(atom: Atom, beside: Beside) -> Terms:
    """A squared error is twice a normal score and a constant."""
    if not isinstance(atom, Likelihood) or atom.target not in beside.squared:
        return [(ONE, atom)]
    return [(TWO, atom), (ONE, Constant("dim({0}) log(2 pi)", (atom.target,)))]


def _ruled(atom: Atom, beside: Beside) -> Terms:
    """An atom as the sum that no rule changes any more."""
    for rule in RULES:
        found = rule(atom, beside)
        if found is not None:
            return [(c * part, end) for c, a in found for part, end in _ruled(a, beside)]
    return [(ONE, atom)]


def _one_stratum(atom: Atom, _beside: Beside) -> Terms | None:
    """One component has one logarithm: inside is outside, and with one draw it is the bound itself (R4)."""
    if not isinstance(atom, LogMeanExp) or len(atom.parts) > 1:
        return None
    if atom.samples == 1:
        return inner(atom.parts)
    return None if atom.strata == "outside" else [(ONE, replace(atom, strata="outside"))]


def _unpooled(atom: Atom, _beside: Beside) -> Terms | None:
    """KL(q || h) where h is N(0, I) alone, or posteriors alone."""
    if not isinstance(atom, PooledKL) or atom.to.standard not in (0, 1):
        return None
    if atom.to.standard == 1:
        return [(ONE, KL(atom.of, (Standard(atom.of.ref),)))]
    center = Centered(MixtureCenter(), tuple(sorted(atom.to.members, key=str)))
    return [(ONE, Deviation(atom.of, center, atom.stream, ()))]


def _alone(atom: Atom, _beside: Beside) -> Terms | None:
    """No density differs from itself (R2)."""
    if isinstance(atom, Deviation) and set(atom.center.members) == {atom.of}:
        return []
    return [] if isinstance(atom, KL) and atom.to == (atom.of,) else None


def _standard(atom: Atom, beside: Beside) -> Terms | None:
    """N(0, I) is p(z) where the other model says so."""
    if not isinstance(atom, KL) or not isinstance(atom.to[0], Standard):
        return None
    ref = atom.to[0].ref
    return [(ONE, replace(atom, to=(Prior(ref),)))] if ref.node in beside.standard else None


RULES: tuple[Callable[[Atom, Beside], Terms | None], ...] = (_one_stratum, _unpooled, _alone, _standard)
