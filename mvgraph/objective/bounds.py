"""Whether an objective is a lower bound of log p(X): a proof by sufficient conditions, or the reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import sympy

from mvgraph.graph.pooling import pools
from mvgraph.language.expr import Expr, symbol
from mvgraph.language.index import parse_views
from mvgraph.objective.evidence import Subset, Views, instance_count, instances, random_subsets
from mvgraph.objective.family import relevant
from mvgraph.objective.flags import fitted_divergences, improper_latents, pseudo_views, surrogate_refs
from mvgraph.objective.neatness import formula_text
from mvgraph.objective.terms import OBSERVED_COUNT, Term
from mvgraph.objective.weighing import Weigher
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import contests
from mvgraph.spec.nodes import Pseudo
from mvgraph.spec.terms import BatchStatistic, CrossEntropy, Route
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


def judge(spec: Spec, derived: Sequence[Term]) -> Verdict:
    """The verdict on a spec without phases and its derived terms, at the final values of its schedules.

    Sufficient: λ = 1, β ≥ 1 (β = 1 inside a log-mean over several draws), every route scores all the views with a
    weight ≥ 0, divergences are minimised with a weight ≥ 0, and no density is missing or replaced. A route of weight
    w then bounds w log p(X).
    """
    every = len(spec.scored_views)
    routes = _routes(spec, every)
    failures = [*_densities(spec, derived), *_games(spec), *_maximized(spec)]
    failures += _reweighted(spec, every) or _where_views_are_missing(spec)
    if failures:
        return Verdict(False, "; ".join(dict.fromkeys(failures)))
    total = sum((r.times for r in routes), start=sympy.Integer(0))
    if total == 0:
        return Verdict(False, "no route scores data")
    warm = " once its schedules have ended" if any(isinstance(p, Schedule) for p in spec.params.values()) else ""
    times = "" if total == 1 else f"{total} "
    return Verdict(True, f"a lower bound of {times}{evidence_text(spec)}{warm}")


def _routes(spec: Spec, seen: int) -> list[_Weighted]:
    """Every binding of every route, for a datum of which so many views are seen."""
    return [r for t in spec.maximize if isinstance(t, Route) for r in _weighted(spec, t, seen)]


def _reweighted(spec: Spec, seen: int) -> list[str]:
    """The weights that are those of no bound, for a datum of which so many views are seen."""
    return [*(f for r in _routes(spec, seen) for f in _failures(r)), *_minimized(spec, seen)]


def _where_views_are_missing(spec: Spec) -> list[str]:
    """What is a bound for complete data alone: a weight in which M_obs stands may be too small for others."""
    for seen in range(len(spec.scored_views) - 1, 0, -1):
        if failures := _reweighted(spec, seen):
            views = "one view is" if seen == 1 else f"{seen} views are"
            return [f"where {views} seen, {failure}" for failure in dict.fromkeys(failures)]
    return []


def concluded(spec: Spec, holds: bool, reasons: Sequence[str], flags: Iterable[str]) -> Iterator[str]:
    """What an objective is, line by line: a bound, or each reason for which it is none; then its flags."""
    if holds:
        yield f"a bound: {reasons[0]}"
    else:
        yield f"no bound of {evidence_text(spec)} is proven:"
        yield from (f"  - {reason}" for reason in reasons)
    yield from (f"! {flag}" for flag in flags)


def evidence_text(spec: Spec) -> str:
    """What an objective may bound: `log p(X)`, or `log p(y|x)` where the model has conditions."""
    return f"log p({spec.observed.name}|{','.join(spec.conditioned)})" if spec.conditions else "log p(X)"


def together(phases: Mapping[str, Verdict]) -> Verdict:
    """The verdict on several phases: a bound where each is one; every reason with the phase that it is about."""
    told = [(n, v) for n, v in phases.items() if not v.holds] or list(phases.items())
    reasons = [f"phase {n}: {r}" for n, v in told for r in v.reason.split("; ")]
    return Verdict(all(v.holds for v in phases.values()), "; ".join(reasons))


def values(spec: Spec, seen: int | None = None) -> dict[Expr, Expr]:
    """The params that have a number at the end of training, as substitutions; and M_obs, M unless views are missing."""
    found = {OBSERVED_COUNT: sympy.Integer(len(spec.scored_views) if seen is None else seen)}
    for name, value in spec.params.items():
        if isinstance(value, Schedule):
            found[symbol(name)] = _rational(value.final())
        elif isinstance(value, Mapping):
            found |= {symbol(f"{name}_{view}"): _rational(v) for view, v in value.items()}
        elif isinstance(value, int | float):
            found[symbol(name)] = _rational(value)
    return found


def _rational(value: float) -> Expr:
    """The number as a short fraction where it is one to the last digit (5/6), else as its decimals."""
    short = Fraction(value).limit_denominator(10**6)
    return sympy.Rational(short) if float(short) == value else sympy.Rational(str(value))


def _densities(spec: Spec, derived: Sequence[Term]) -> Iterator[str]:
    for node in spec.pseudo:
        yield f"{node.name} is pseudo-data: draws of {node.pseudo}, scored as if they were data"
    if views := pseudo_views(spec):
        yield f"the likelihood of {', '.join(views)} is no density"
    if refs := sorted(surrogate_refs(derived)):
        replaced = f"the prior of {', '.join(refs)} is replaced by an auxiliary one in some routes"
        yield f"{replaced} (each bounds another model)"
    if latents := improper_latents(spec):
        yield f"the prior of {', '.join(latents)} is improper: log p(X) is not defined"
    for to in sorted({to for to, _ in fitted_divergences(spec, derived)}):
        yield f"a KL to {to} is a fitted formula, not the divergence itself"
    if made := pools(spec):
        yield f"the prior of {', '.join(made)} is made of posteriors, so there is no joint density p(X) to be bounded"


def _games(spec: Spec) -> Iterator[str]:
    known = values(spec)
    for written in contests(spec):
        if any(Weigher(spec, i).weight(written.weight).subs(known) != 0 for i in instances(spec, written)):
            yield "a game: its players minimise losses of their own, and no one objective is optimised"


@dataclass(frozen=True)
class _Weighted:
    """One binding of a route with the numbers that decide.

    Arguments:
        times: its weight, divided among its siblings where they are averaged.
        targets: what it scores.
        scores: λ of each view.
        ratios: β of each latent.
        whole: the views that can be scored.
        several: whether its draws stand under a log-mean.
    """

    times: Expr
    targets: Subset
    scores: tuple[Expr, ...]
    ratios: tuple[Expr, ...]
    whole: Views
    several: bool


def _weighted(spec: Spec, route: Route, seen: int) -> Iterator[_Weighted]:
    """Every binding of a route that scores data and whose weight is not zero."""
    if isinstance(spec.target(parse_views(route.to).node), Pseudo):
        return
    known, whole = values(spec, seen), frozenset(spec.scored_views)
    refs = relevant(spec, whole)
    several = route.word == "iwae" and (route.samples > 1 or route.strata == "inside")
    share = sympy.Rational(1, instance_count(spec, route, len(spec.scored_views)) if route.combine == "mean" else 1)
    for instance in instances(spec, route):
        weigh = Weigher(spec, instance)
        times = share * weigh.weight(route.weight).subs(known)
        targets = instance.subset(spec, route.to)
        targets = replace(targets, views=targets.views & whole)
        drawn = any(b.drawn for b in instance.bindings.values())
        if times == 0 or not targets.views or (drawn and not random_subsets(frozenset(spec.scored_views))):
            continue
        scores = tuple(weigh.score(route, v).subs(known) for v in spec.scored_views)
        ratios = tuple(weigh.beta(route, r).subs(known) for r in refs)
        yield _Weighted(times, targets, scores, ratios, whole, several)


def _failures(route: _Weighted) -> Iterator[str]:
    if route.targets.drawn:
        yield "a route scores random views only"
    elif route.targets.views != route.whole:
        yield f"a route scores {', '.join(sorted(route.targets.views))} only, not all views"
    weights = (route.times, *route.scores, *route.ratios)
    if unknown := [w for w in weights if not w.is_number]:
        yield from (f"the weight {formula_text(w)} has no number" for w in unknown)
    elif route.times < 0:
        yield "a route has a weight below 0"
    elif route.several and {*route.scores, *route.ratios} != {1}:
        yield "inside a log-mean over several draws every weight must be 1"
    else:
        yield from (f"re-weighted: a log-likelihood has the weight {w}" for w in route.scores if w != 1)
        yield from (f"re-weighted: a KL has the weight {w} < 1" for w in route.ratios if w < 1)


def _maximized(spec: Spec) -> Iterator[str]:
    if any(isinstance(t, BatchStatistic) for t in spec.maximize):
        yield "a statistic of the batch is no mean over data"
    if any(t.is_distance for t in spec.maximize):
        yield "a divergence is maximised"


def _minimized(spec: Spec, seen: int) -> Iterator[str]:
    known = values(spec, seen)
    for written in spec.minimize:
        if not written.is_distance:
            yield "a route is minimised"
            continue
        if isinstance(written, CrossEntropy):
            yield "a cross-entropy may be below 0"
        weights = {Weigher(spec, i).weight(written.weight).subs(known) for i in instances(spec, written)}
        unknown = (w for w in weights if not (w.is_number and w >= 0))
        yield from (f"the weight {formula_text(w)} of a minimised divergence is not known to be >= 0" for w in unknown)
