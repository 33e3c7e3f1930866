"""A written term derived step by step: each step a rule, the sum before it, the sum after it, and what it takes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy

from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Comparison
from mvgraph.objective.canonical import merged
from mvgraph.objective.comparisons import Deviation, PooledKL
from mvgraph.objective.deriving import frames, raw
from mvgraph.objective.evaluation import is_closed
from mvgraph.objective.evidence import Views, components, random_parts, random_subsets
from mvgraph.objective.frame import Frame
from mvgraph.objective.omissions import Why, omissions
from mvgraph.objective.pending import Pending, Seen, Written
from mvgraph.objective.prose import term_line
from mvgraph.objective.routes import case, under_a_logarithm
from mvgraph.objective.text import order
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import BatchStatistic, CrossEntropy, Divergence, JensenShannon, Route, WrittenTerm

Sum = tuple[tuple[Expr, Any], ...]

RULES = {
    "written": "as it is written",
    "bindings": "one for each value of its variables, with its evidence and its targets",
    "components": "the posterior family is a mixture: one for each component, with its weight (R3)",
    "one draw": "one draw under a logarithm for each component: the bound itself (R4)",
    "factorisation": "p and q fall into factors along their graphs; log p - log q of each latent pairs to minus its KL",
    "log-weights": "p and q fall into factors along their graphs, under the logarithm of a mean of weights",
    "barren": "latents above no target integrate to one and are dropped, each with its KL",
    "cancelled": "a latent that is drawn from its prior has no KL to it: KL(p || p) = 0 (R2)",
    "surrogate": "a latent that is drawn from an auxiliary prior has its ratio left out: of another model",
    "weights": "what has the weight 0 is dropped (R2)",
    "densities": "each density is named by the networks that make it; a product of one expert is that expert (R1)",
    "linear": "each density is named by the networks that make it; a mixture's is the mean of its components' (R3)",
    "center": "each density is compared with the center of all, with equal weights (R5)",
    "gathered": "all the codes that it names are one argument of the statistic",
    "players": "all the fakes that it names are judged by one critic; this is the loss of those who make them",
    "like terms": "like terms are added and weights brought to normal form (R7)",
    "closed forms": "both densities' parameters give the divergence in closed form",
    "draws": "there is no closed form, or none is wanted: the divergence is estimated by draws",
}
NAMING: dict[type, str] = {
    Divergence: "densities",
    CrossEntropy: "linear",
    JensenShannon: "center",
    BatchStatistic: "gathered",
    Contest: "players",
}


@dataclass(frozen=True)
class Step:
    """One step of a derivation.

    Arguments:
        rule: the key of its sentence in `RULES`.
        before: the sum that it starts from.
        after: the sum that it gives.
        dropped: the terms that it takes out, where that is all that it does.
        marked: the terms that it is about, where it changes none.
    """

    rule: str
    before: Sum
    after: Sum
    dropped: Sum = ()
    marked: Sum = ()


def trail(spec: Spec, written: WrittenTerm) -> list[Step]:
    """The derivation of one written term of a spec without phases; each step starts from what the last one gave.

    >>> from mvgraph.spec.reading import load
    >>> spec = load("mopoe")
    >>> [step.rule for step in trail(spec, spec.maximize[0])]
    ['bindings', 'components', 'factorisation', 'closed forms']
    """
    states = [(rule, _ordered(after), _ordered(out)) for rule, after, out in _states(spec, written)]
    steps = (Step(rule, before, after, out) for (_, before, _), (rule, after, out) in pairwise(states))
    return [*(s for s in steps if s.before != s.after), *_evaluation(spec, states[-1][1])]


def _evaluation(spec: Spec, last: Sum) -> Iterator[Step]:
    """How the divergences of a sum are evaluated."""
    marked: dict[str, list[tuple[Expr, Any]]] = {"closed forms": [], "draws": []}
    for c, a in last:
        if isinstance(a, Comparison | Deviation | PooledKL):
            closed = not isinstance(a, PooledKL) and is_closed(spec, a)
            marked["closed forms" if closed else "draws"].append((c, a))
    yield from (Step(rule, last, last, marked=tuple(terms)) for rule, terms in marked.items() if terms)


def _ordered(terms: Sum) -> Sum:
    return tuple(sorted(((sympy.expand(c), a) for c, a in terms), key=order))


State = tuple[str, Sum, Sum]  # the rule that gave a sum, the sum, and what was dropped for it


def _states(spec: Spec, written: WrittenTerm) -> Iterator[State]:
    sign = 1 if any(t is written for t in spec.maximize) else -1
    start = Written(term_line(written), written.is_distance)
    yield "written", ((sympy.Integer(sign), start),), ()
    every = list(_frames(spec, written))
    kept = tuple((c * t.weight, t.atom) for c, f in every for t in raw(f))
    if isinstance(written, Route):
        yield from _route(written, every, kept)
    else:
        yield NAMING[type(written)], kept, ()
    yield from _ending(kept)


def _ending(kept: Sum) -> Iterator[State]:
    """Terms of weight 0 go, like ones are added."""
    nothing = tuple(t for t in kept if t[0] == 0)
    if nothing:
        yield "weights", tuple(t for t in kept if t[0] != 0), nothing
    yield "like terms", merged(kept), ()


def _frames(spec: Spec, written: WrittenTerm) -> Iterator[tuple[Expr, Frame]]:
    """The bindings of a term; those of a random set for each set that it may be, with its probability."""
    yield from ((sympy.Integer(1), frame) for frame in frames(spec, written))
    choices = random_subsets(frozenset(spec.scored_views)) if random_parts(written) else []
    for chosen in choices:
        drawn = (f for f in frames(spec, written, draws={1: chosen}) if f.instance.drawn == 1)
        yield from ((f.weigh.count(written) / len(choices), f) for f in drawn if any(t.drawn for t in raw(f)))


def _route(written: Route, every: Sequence[tuple[Expr, Frame]], kept: Sum) -> Iterator[State]:
    """Bindings, components, then all factors of p and q, then without those that are left out."""
    word = written.word
    yield "bindings", tuple(_pending(written, every, split=False)), ()
    if under_a_logarithm(written):
        yield "log-weights", kept, ()
        return
    yield "components", tuple(_pending(written, every, split=True)), ()
    if word == "iwae":
        yield "one draw", tuple(_pending(replace(written, word="elbo"), every, split=True)), ()
    out = _omitted(written, every)
    yield "factorisation", (*kept, *(t for why in WHYS for t in out[why])), ()
    for n, why in enumerate(WHYS, 1):
        if out[why]:
            yield why, (*kept, *(t for later in WHYS[n:] for t in out[later])), out[why]


WHYS: tuple[Why, ...] = ("barren", "cancelled", "surrogate")


def _omitted(written: Route, every: Iterable[tuple[Expr, Frame]]) -> dict[Why, Sum]:
    left = [(c, o) for c, f in every for o in omissions(f, written)]
    return {why: tuple((c * o.coefficient, o.atom) for c, o in left if o.why == why) for why in WHYS}


def left_out(spec: Spec, written: WrittenTerm) -> dict[Why, Sum]:
    """What the rule of a written term leaves out, by the reason; nothing of those whose rule is another."""
    if not isinstance(written, Route):
        return {}
    found = _omitted(written, list(_frames(spec, written)))
    return {why: _ordered(terms) for why, terms in found.items() if terms}


def _pending(written: Route, every: Iterable[tuple[Expr, Frame]], *, split: bool) -> Iterator[tuple[Expr, Pending]]:
    """A route with its sets, and where it is split one for each component of the posterior family."""
    for factor, frame in every:
        found = case(frame, written)
        if found is None:
            continue
        own = factor * frame.sign * frame.weigh.weight(frame.term.weight) * _rational(frame.share)
        bound = Pending(written.word, _seen(found.given), _seen(found.scored))
        if not split or len(components(frame.spec, found.given)) == 1:
            yield sympy.expand(own), bound
            continue
        for weight, part in found.parts:
            yield sympy.expand(own * _rational(weight)), replace(bound, component=_seen(part))


def _seen(views: Views) -> Seen:
    return Seen(tuple(sorted(views)))


def _rational(value: Fraction) -> Expr:
    return sympy.Rational(value.numerator, value.denominator)
