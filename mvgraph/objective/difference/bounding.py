"""Rewritings of a difference that show whether it has a sign: each gives the same value, in other atoms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import KL, Atom, LogMeanExp
from mvgraph.objective.comparisons import CE, Deviation, PooledKL
from mvgraph.objective.difference.gaps import Entropy, Gap
from mvgraph.objective.difference.rewriting import ONE, Terms
from mvgraph.objective.difference.sums import Sum, total
from mvgraph.objective.keys import Centered, Key, Mixture, Pool, Standard
from mvgraph.objective.routes import inner
from mvgraph.vocab.center.mixture import MixtureCenter

Step = Callable[[Sum], Sum]


def forms(one: Sum) -> Iterator[Sum]:
    """A sum in every form that the steps give it, those after few steps first."""
    latest, seen = [one], [one]
    while latest:
        yield from latest
        made = [step(form) for form in latest for step in STEPS]
        latest = []
        for form in made:
            if form not in seen:
                seen.append(form)
                latest.append(form)


def _each(rule: Callable[[Atom], Terms | None]) -> Step:
    """A rule about single atoms, for a whole sum."""

    def step(one: Sum) -> Sum:
        found = ((c, rule(atom) or [(ONE, atom)]) for atom, c in one.items())
        return total((c * part, atom) for c, parts in found for part, atom in parts)

    return step


def _components(atom: Atom) -> Terms | None:
    """KL(Mix || p) = Σ w KL(q_S || p) − JS, for priors without parents (R8)."""
    if not isinstance(atom, KL) or not isinstance(atom.of, Mixture) or atom.given:
        return None
    weights = [sympy.Rational(w.numerator, w.denominator) for w in atom.of.weights]
    kls = [(w, KL(k, (p,))) for w, part in zip(weights, atom.of.parts, strict=True) for k, p in _paired(part, atom.to)]
    return [*kls, *((-c, gap) for c, gap in spread(atom.of))]


def _paired(part: tuple[Key, ...], to: tuple[Key, ...]) -> list[tuple[Key, Key]]:
    return [(k, next(p for p in to if p.ref == k.ref)) for k in part]


def spread(mixture: Mixture) -> Terms:
    """The Jensen-Shannon divergence of a mixture's components."""
    keys = sorted((part[0] for part in mixture.parts), key=str)
    if len(mixture.parts[0]) > 1 or len(set(mixture.weights)) > 1:
        return [(ONE, Gap("JS({0})", f"the components of {mixture} differ", (mixture,)))]
    center = Centered(MixtureCenter(), tuple(keys))
    return [(sympy.Rational(1, len(keys)), _deviation(k, center)) for k in keys]


def _deviation(key: Key, center: Centered) -> Deviation:
    return Deviation(key, center, None, ())  # type: ignore[arg-type]  # never drawn from


def _convex(atom: Atom) -> Terms | None:
    """KL(q || mixture) = Σ w KL(q || q_n) − what convexity in the second argument leaves."""
    if isinstance(atom, Deviation) and atom.center.rule == MixtureCenter():
        members = atom.center.members
        weighted: list[tuple[Expr, Key]] = [(sympy.Rational(1, len(members)), k) for k in members]
        return _below(atom.of, weighted, atom.center)
    if isinstance(atom, PooledKL):
        return _below(atom.of, list(_pooled(atom)), atom.to)
    return None


def _pooled(atom: PooledKL) -> Iterator[tuple[Expr, Key]]:
    pool: Pool = atom.to
    yield pool.standard, Standard(atom.of.ref)
    yield from ((sympy.expand((1 - pool.standard) / len(pool.members)), k) for k in pool.members)


def _below(of: Key, weighted: list[tuple[Expr, Key]], whole: Centered | Pool) -> Terms:
    bound: Terms = [(w, KL(of, (k,))) for w, k in weighted if k != of]
    gap = Gap("[mean KL({0} || .) - KL({0} || {1})]", "KL is convex in its second argument", (of, whole))
    return [*bound, (-ONE, gap)]


def _geometric(one: Sum) -> Sum:
    """Σ_k KL(q_k || Geo) = Σ_k KL(q_k || Mix) + K KL(Mix || Geo), where all K have one coefficient."""
    found: Sum = dict(one)
    for center in {a.center for a in one if isinstance(a, Deviation) and a.center.rule != MixtureCenter()}:
        atoms = {a: c for a, c in one.items() if isinstance(a, Deviation) and a.center == center}
        mixture = replace(center, rule=MixtureCenter())
        if {a.of for a in atoms} == set(center.members) and len(set(atoms.values())) == 1:
            weight = next(iter(atoms.values()))
            gap = Gap("KL({0} || {1})", "the mixture is the nearest center", (mixture, center))
            moved = [(c, _deviation(a.of, mixture)) for a, c in atoms.items()]
            rest = [(c, a) for a, c in found.items() if a not in atoms]
            found = total([*rest, *moved, (weight * len(center.members), gap)])
    return found


def _paired_logarithms(one: Sum) -> Sum:
    """LME - LME' of the same weights as a gap: more draws are higher, and so is one logarithm over all components."""
    found = dict(one)
    logarithms = [a for a in one if isinstance(a, LogMeanExp)]
    for x, y in combinations(logarithms, 2):
        low, high = sorted((x, y), key=lambda a: (a.strata == "inside", a.samples))
        cancels = found.get(x) is not None and found.get(y) is not None and found[x] == -found[y]
        if x.parts == y.parts and cancels and low.samples <= high.samples:
            weight = found.pop(high)
            del found[low]
            found[Gap(f"[{_name(high)} - {_name(low)}]", _reason(low, high))] = weight
    return found


def _name(atom: LogMeanExp) -> str:
    return f"LME_{atom.samples},{atom.strata}"


def _reason(low: LogMeanExp, high: LogMeanExp) -> str:
    draws = f"{high.samples} draws are higher than {low.samples}"
    inside = "one logarithm over all components is higher than their mean (Jensen)"
    said = [draws] * (low.samples != high.samples) + [inside] * (low.strata != high.strata)
    return "; ".join(said)


def _bound(atom: Atom) -> Terms | None:
    """LME_K = the bound inside it, with one draw, + what K draws gain (R4)."""
    if not isinstance(atom, LogMeanExp):
        return None
    gap = Gap(f"[{_name(atom)} - its bound]", "log-mean-exp is no less than the bound inside it (Jensen)")
    return [*inner(atom.parts), (ONE, gap)]


def _entropies(one: Sum) -> Sum:
    """CE(q || p) − KL(q || p) = H(q), where the two have opposite coefficients."""
    found = dict(one)
    for atom in [a for a in one if isinstance(a, CE)]:
        other = next((a for a in found if isinstance(a, KL) and _alike(a, atom)), None)
        if other is not None and found[atom] == -found[other] and not isinstance(atom.of, Mixture):
            weight = found.pop(atom)
            del found[other]
            entropy = Entropy(atom.of)
            found = total([*((c, a) for a, c in found.items()), (weight, entropy)])
    return found


def _alike(a: KL, b: CE) -> bool:
    return (a.of, a.to, a.given) == (b.of, b.to, b.given)


STEPS: tuple[Step, ...] = (
    _entropies,
    _paired_logarithms,
    _each(_bound),
    _each(_components),
    _geometric,
    _each(_convex),
)
