"""Whether a difference is constant, or never negative."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import KL, Atom
from mvgraph.objective.comparisons import Deviation, PooledKL
from mvgraph.objective.difference.bounding import forms
from mvgraph.objective.difference.gaps import Constant, Entropy, Gap, Spread
from mvgraph.objective.difference.relating import written
from mvgraph.objective.difference.relation import APART, Finding, Relation
from mvgraph.objective.difference.sides import Side
from mvgraph.objective.difference.sums import Sum, listed, minus, scaled
from mvgraph.objective.keys import Expert, Fused, Joint, Key, Prior
from mvgraph.vocab.center.mixture import MixtureCenter

Known = Mapping[Expr, Expr]


def sorted_out(a: Side, b: Side, sums: tuple[Sum, Sum]) -> Finding:
    """Equal up to a constant, ordered, or different; the least number of rewritings that show it.

    Arguments:
        a, b: the two sides.
        sums: their terms, with the values that count.
    """
    residual = minus(sums[1], sums[0])
    known = {**b.declared, **a.declared}
    for find in (_none, _constant, _ordered):
        for form in forms(residual):
            if (found := find(a, b, form, known)) is not None:
                return found
    return APART


def _none(a: Side, b: Side, form: Sum, known: Known) -> Finding | None:
    """Nothing is left, by what the divergences to mixtures and centers are made of."""
    del a, b, known
    return None if form else Finding(Relation.EXPECTED, notes=("one value, by other divergences",))


def _constant(a: Side, b: Side, form: Sum, known: Known) -> Finding | None:
    """What no parameter that is trained changes."""
    del known
    if not form or not all(_still(a, b, atom) for atom in form):
        return None
    return Finding(Relation.SHIFTED, constant=written(scaled(form, sympy.Integer(-1))))


def _still(a: Side, b: Side, atom: Atom) -> bool:
    return isinstance(atom, Constant) or (isinstance(atom, Entropy) and all(_rests(s, atom.of) for s in (a, b)))


def _rests(side: Side, key: Key) -> bool:
    """Whether a density has no parameter that is trained."""
    if isinstance(key, Fused):
        return all(_rests(side, m) for m in key.members)
    if isinstance(key, Prior):
        fixed = not getattr(side.spec.latent(_own(side, key)).family, "learnt", ()) and not key.given
        return fixed or side.rests(f"p.{_own(side, key)}")
    if isinstance(key, Joint):
        return side.rests(f"q.{_own(side, key)}.joint")
    return isinstance(key, Expert) and side.rests(f"q.{_own(side, key)}.experts")


def _own(side: Side, key: Key) -> str:
    """The name that a side's spec has for a latent."""
    return next((old for old, new in side.names.nodes.items() if new == key.ref.node), key.ref.node)


@dataclass(frozen=True)
class _Sign:
    """The sign of a coefficient, and what it rests on."""

    value: int
    condition: str = ""


def _ordered(a: Side, b: Side, form: Sum, known: Known) -> Finding | None:
    """Parts that are never negative, all with one sign."""
    improper = {v.name for s in (a, b) for v in s.spec.latents if v.family.improper}
    if not form or not all(_never_negative(x, improper) for x in form):
        return None
    signs = [_sign(c, known) for c in form.values()]
    values = {s.value for s in signs}
    if len(values) > 1 or 0 in values:
        return None
    (value,) = values
    gap = scaled(_spreads(form), sympy.Integer(value))
    notes = tuple(dict.fromkeys((*_reasons(gap), *(s.condition for s in signs if s.condition))))
    return Finding(Relation.ORDERED, lower="A" if value > 0 else "B", gap=listed(gap), notes=notes)


def _never_negative(atom: Atom, improper: set[str]) -> bool:
    if isinstance(atom, KL):
        return not any(k.ref.node in improper for k in atom.to)
    return isinstance(atom, Deviation | PooledKL | Gap)


def _sign(coefficient: Expr, known: Known) -> _Sign:
    """By its form where all its params are taken to be no less than 0, else at the declared numbers."""
    if coefficient.is_Number:
        return _Sign(1 if coefficient > 0 else -1)
    monomials = sympy.Add.make_args(sympy.expand(coefficient))
    signs = {m.as_coeff_Mul()[0] > 0 for m in monomials}
    plain = all(s.is_Symbol for m in monomials for s in m.as_coeff_Mul()[1].as_powers_dict())
    if len(signs) == 1 and plain:
        names = ", ".join(sorted(map(str, coefficient.free_symbols)))
        return _Sign(1 if signs.pop() else -1, f"for {names} >= 0")
    value = coefficient.subs(known)
    return _Sign(int(sympy.sign(value)) if value.is_number else 0, "at the declared values of the params")


def _reasons(form: Sum) -> Iterator[str]:
    """Why the parts are never negative, where that is not plain, and how large they can be."""
    yield from (x.reason for x in form if isinstance(x, Gap | Spread))


def _spreads(form: Sum) -> Sum:
    """The divergences of all densities from their own mean, where they have one weight, as one."""
    found = dict(form)
    for center in {x.center for x in form if isinstance(x, Deviation) and x.center.rule == MixtureCenter()}:
        atoms = [x for x in form if isinstance(x, Deviation) and x.center == center]
        if {x.of for x in atoms} == set(center.members) and len({form[x] for x in atoms}) == 1:
            found[Spread(center.members)] = len(atoms) * form[atoms[0]]
            found = {x: c for x, c in found.items() if x not in atoms}
    return found
