"""Whether an objective is a lower bound of log p(X): a proof by sufficient conditions, or the reason why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy

from mvgraph.language.expr import Expr, symbol
from mvgraph.objective.atoms import Likelihood, LogMeanExp
from mvgraph.objective.deriving import expand
from mvgraph.objective.flags import pseudo_views, surrogate_refs
from mvgraph.objective.terms import OBSERVED_COUNT, Term
from mvgraph.spec.model import Divergence, Route, Spec
from mvgraph.vocab.param import Schedule


@dataclass(frozen=True)
class Verdict:
    """Does the objective bound n · log p(X) from below?

    Arguments:
        holds: a proof was found.
        reason: the proof's last line, or every condition that fails.
    """

    holds: bool
    reason: str


def judge(spec: Spec) -> Verdict:
    """The verdict on a spec, at the final values of its schedules.

    Sufficient: λ = 1, β ≥ 1 (β = 1 inside a log-mean over several draws), every route scores all the views with a
    weight ≥ 0, divergences are minimised with a weight ≥ 0, and no density is missing or replaced.
    """
    failures = [*_densities(spec), *dict.fromkeys(f for t in spec.maximize for f in _route(spec, t)), *_minimized(spec)]
    if failures:
        return Verdict(False, "; ".join(failures))
    total = sum((_route_weight(spec, t) for t in spec.maximize), start=sympy.Integer(0))
    warm = " once its schedules have ended" if any(isinstance(p, Schedule) for p in spec.params.values()) else ""
    times = "" if total == 1 else f"{total} "
    return Verdict(True, f"a lower bound of {times}log p(X){warm}")


def values(spec: Spec) -> dict[Expr, Expr]:
    """The params that have a number at the end of training, as substitutions."""
    found = {OBSERVED_COUNT: sympy.Integer(len(spec.views))}
    for name, value in spec.params.items():
        if isinstance(value, Schedule):
            found[symbol(name)] = _rational(value.final())
        elif isinstance(value, Mapping):
            found |= {symbol(f"{name}_{view}"): _rational(v) for view, v in value.items()}
        elif isinstance(value, int | float):
            found[symbol(name)] = _rational(value)
    return found


def _rational(value: float) -> Expr:
    return sympy.Rational(str(value))


def _densities(spec: Spec) -> Iterator[str]:
    if views := pseudo_views(spec):
        yield f"the likelihood of {', '.join(views)} is no density"
    if refs := sorted(surrogate_refs(spec)):
        replaced = f"the prior of {', '.join(refs)} is replaced by an auxiliary one in some routes"
        yield f"{replaced} (each bounds another model)"


def _route(spec: Spec, written: Route | Divergence) -> Iterator[str]:
    if isinstance(written, Divergence):
        yield "a divergence is maximised"
        return
    known = values(spec)
    everything = frozenset(spec.view_names)
    for term in (t for t in expand(spec, draws={1: everything}) if t.scope.term is written):
        yield from _coefficients(term, known)
        if term.scope.targets.drawn:
            yield "a route scores random views only"
        elif term.scope.targets.views != everything:
            yield f"a route scores {', '.join(sorted(term.scope.targets.views))} only, not all views"


def _coefficients(term: Term, known: Mapping[Expr, Expr]) -> Iterator[str]:
    weight = _weight(term).subs(known)
    if isinstance(term.atom, LogMeanExp):
        scores = {c.subs(known) for p in term.atom.parts for c, _ in p.scores}
        ratios = {c.subs(known) for p in term.atom.parts for c, _ in p.ratios}
        if any(c != 1 for c in scores | ratios):
            yield "inside a log-mean over several draws every weight must be 1"
        return
    own = (term.coefficient.subs(known) / weight) if weight != 0 else sympy.Integer(0)
    if not own.is_number:
        yield f"the weight {own} has no number"
    elif isinstance(term.atom, Likelihood) and own != 1:
        yield f"re-weighted: a log-likelihood has the weight {own}"
    elif not isinstance(term.atom, Likelihood) and own > -1:
        yield f"re-weighted: a KL has the weight {-own} < 1"


def _weight(term: Term) -> Expr:
    return term.scope.term.weight.expr if isinstance(term.scope.term, Route) else sympy.Integer(1)


def _minimized(spec: Spec) -> Iterator[str]:
    known = values(spec)
    for written in spec.minimize:
        if isinstance(written, Route):
            yield "a route is minimised"
            continue
        weight = written.weight.expr.subs({**known, symbol("M"): sympy.Integer(len(spec.views))})
        if not (weight.is_number and weight >= 0):
            yield f"the weight {weight} of a minimised divergence is not known to be >= 0"


def _route_weight(spec: Spec, written: Route | Divergence) -> Expr:
    """The number of times that a route bounds log p(X): its weight, summed over its bindings."""
    scopes: dict[object, Fraction] = defaultdict(Fraction)
    for term in expand(spec):
        if term.scope.term is written and isinstance(term.atom, Likelihood | LogMeanExp):
            view = term.atom.target if isinstance(term.atom, Likelihood) else None
            scopes[view] += term.share if isinstance(term.atom, Likelihood) else Fraction(1)
    times = max(scopes.values(), default=Fraction(0))
    return sympy.Rational(times.numerator, times.denominator) * written.weight.expr.subs(values(spec))


