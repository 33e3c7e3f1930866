"""One form for atoms that are the same by definition: rules as data, each from an atom to the sum that it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import KL, Atom, LogMeanExp
from mvgraph.objective.comparisons import Deviation, PooledKL
from mvgraph.objective.difference.naming import Names, named
from mvgraph.objective.difference.sums import Sum, total
from mvgraph.objective.keys import Centered, Prior, Standard
from mvgraph.objective.routes import inner
from mvgraph.spec.model import Spec
from mvgraph.vocab.center.mixture import MixtureCenter
from mvgraph.vocab.family.mixture_of import STANDARD

Terms = list[tuple[Expr, Atom]]
ONE = sympy.Integer(1)


def summed(terms: Iterable[tuple[Expr, Atom]], names: Names, other: Spec) -> Sum:
    """Terms as a sum in one form: under other names, with values for params, and every rule applied."""
    return total((c * part, atom) for c, a in named(terms, names) for part, atom in _rewritten(a, other))


def _rewritten(atom: Atom, other: Spec) -> Terms:
    """An atom as the sum that no rule changes any more."""
    for rule in RULES:
        found = rule(atom, other)
        if found is not None:
            return [(c * part, end) for c, a in found for part, end in _rewritten(a, other)]
    return [(ONE, atom)]


def _one_stratum(atom: Atom, _other: Spec) -> Terms | None:
    """One component has one logarithm: inside is outside, and with one draw it is the bound itself (R4)."""
    if not isinstance(atom, LogMeanExp) or len(atom.parts) > 1:
        return None
    if atom.samples == 1:
        return inner(atom.parts)
    return None if atom.strata == "outside" else [(ONE, replace(atom, strata="outside"))]


def _unpooled(atom: Atom, _other: Spec) -> Terms | None:
    """KL(q || h) where h is N(0, I) alone, or posteriors alone."""
    if not isinstance(atom, PooledKL) or atom.to.standard not in (0, 1):
        return None
    if atom.to.standard == 1:
        return [(ONE, KL(atom.of, (Standard(atom.of.ref),)))]
    center = Centered(MixtureCenter(), tuple(sorted(atom.to.members, key=str)))
    return [(ONE, Deviation(atom.of, center, atom.stream, ()))]


def _alone(atom: Atom, _other: Spec) -> Terms | None:
    """No density differs from itself (R2)."""
    if isinstance(atom, Deviation) and set(atom.center.members) == {atom.of}:
        return []
    return [] if isinstance(atom, KL) and atom.to == (atom.of,) else None


def _standard(atom: Atom, other: Spec) -> Terms | None:
    """N(0, I) is p(z) where the other model says so."""
    if not isinstance(atom, KL) or not isinstance(atom.to[0], Standard):
        return None
    ref = atom.to[0].ref
    is_prior = any(v.name == ref.node and v.family == STANDARD and not v.given for v in other.latents)
    return [(ONE, replace(atom, to=(Prior(ref),)))] if is_prior else None


RULES: tuple[Callable[[Atom, Spec], Terms | None], ...] = (_one_stratum, _unpooled, _alone, _standard)
