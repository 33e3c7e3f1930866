"""What has to be the same, beside the terms, for two objectives to be one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mvgraph.graph.pooling import pools
from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import Atom
from mvgraph.objective.bounds import values
from mvgraph.objective.difference.naming import SAME, Names
from mvgraph.objective.difference.playing import turns
from mvgraph.objective.difference.resting import at_rest
from mvgraph.objective.difference.settings import changes, distributions
from mvgraph.objective.difference.sides import Side, parted
from mvgraph.objective.difference.sums import Sum, normal
from mvgraph.objective.evidence import drop_rates
from mvgraph.objective.keys import Auxiliary, Empirical, Joint, Key, Marginalised, Prior, Ref, Standard, leaves
from mvgraph.objective.terms import OBSERVED_COUNT, Term
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import BatchStatistic, Route
from mvgraph.vocab.family import Family
from mvgraph.vocab.family.mixture_of import STANDARD
from mvgraph.vocab.family.mse import Mse
from mvgraph.vocab.param.learnt import Learnt


def conditions(a: Side, b: Side) -> tuple[str, ...]:
    """What the two specs do not share and the terms do not show, as what a relation of the terms would need."""
    used = in_use(a.sum) & in_use(b.sum)
    return (*_conditions(a.spec, b.spec, b.names, used), *_evidence(a, b), *_resting(a, b))


def _evidence(a: Side, b: Side) -> Iterator[str]:
    """Which terms lose a part of their evidence by chance, how often, and which share of their weight."""
    ours, theirs = dropped(a), dropped(b)
    both = {key for key in (*ours, *theirs) if key[1] in a.sum and key[1] in b.sum}
    if any(ours.get(key) != theirs.get(key) for key in both):
        yield "the same random evidence"


def dropped(side: Side) -> dict[tuple[float, Atom], Expr]:
    """The share of each term that has random evidence, by the probability with which a part of it is lost."""
    rates = set(drop_rates(side.spec))
    sums = {rate: side.part(partial(_drops, rate)) for rate in rates}
    return {(r, x): normal(c / side.sum[x]) for r, one in sums.items() for x, c in one.items() if x in side.sum}


def _drops(rate: float, term: Term) -> bool:
    written = term.scope.term
    return isinstance(written, Route) and written.drop is not None and written.drop.p == rate


def _resting(a: Side, b: Side) -> Iterator[str]:
    """What a phase freezes of that which its objective depends on."""
    names = list(a.spec.by_phase)
    for number, (one, other) in enumerate(parted(a, b)):
        if not one.spec.phases and at_rest(one, in_use(one.sum)) != at_rest(other, in_use(other.sum)):
            yield "the same parts at rest" + (f" in the phase {names[number]}" if names else "")


def in_use(terms: Sum) -> set[str]:
    """The densities that terms evaluate or draw from, as `distributions` names them."""
    keys = (leaf for atom in terms for key in atom.keys for leaf in leaves(key))
    targets = (likelihood.target for atom in terms for likelihood in atom.scored)
    return {name for k in keys for name in _names(k)} | {f"p({t})" for r in targets for t in (r, r.node)}


def _names(key: Key) -> Iterator[str]:
    if isinstance(key, Marginalised):
        yield f"p({key.over})"
    yield f"{WRITTEN.get(type(key), 'q')}({key.ref.node})"


WRITTEN: dict[type, str] = {
    **dict.fromkeys((Prior, Standard, Marginalised, Empirical), "p"),
    Joint: "qJ",
    Auxiliary: "r",
}


def _conditions(a: Spec, b: Spec, names: Names, used: set[str]) -> Iterator[str]:
    ours, theirs = distributions(a, SAME), distributions(b, names)
    shown = {f"p({name})" for refs in squared(a, b, names) for ref in refs for name in (ref, ref.node)}
    shown |= {f"p({n.node(v)})" for s, n in ((a, SAME), (b, names)) for v in pools(s)}  # the terms have what is in it
    both = [c.what for c in changes(distributions, a, b, names) if c.what in ours and c.what in theirs]
    if other := [what for what in both if what in used and what not in shown]:
        yield f"the same distributions: {', '.join(other)}"
    if turns(a) and turns(b) and turns(a) != turns(b):
        yield "the same moves of the players"
    statistics = all(any(isinstance(t, BatchStatistic) for t in (*s.maximize, *s.minimize)) for s in (a, b))
    if statistics and a.training.batch_size != b.training.batch_size:
        yield "the same size of a batch"
    if len(a.phases) != len(b.phases):
        yield f"the phases of {'both' if a.phases and b.phases else 'A' if a.phases else 'B'} trained as one"


def squared(a: Spec, b: Spec, names: Names) -> tuple[frozenset[Ref], frozenset[Ref]]:
    """What has a squared error for its likelihood in A and a standard normal in B, and the other way round.

    -|x - x'|^2 = 2 log N(x; x', I) + D log 2 pi, so that the terms can tell what sets the two apart.
    """
    if any(isinstance(t, Route) and t.word == "iwae" for s in (a, b) for t in s.maximize):
        return frozenset(), frozenset()  # inside a logarithm there is no such constant
    ours, theirs = _likelihoods(a, SAME), _likelihoods(b, names)
    pairs = {r: (ours[r], theirs[r]) for r in ours if r in theirs}
    return (
        frozenset(r for r, (own, other) in pairs.items() if isinstance(own, Mse) and other == STANDARD),
        frozenset(r for r, (own, other) in pairs.items() if isinstance(other, Mse) and own == STANDARD),
    )


def _likelihoods(spec: Spec, names: Names) -> dict[Ref, Family]:
    """The likelihoods of data, and of what is scored as if it were data."""
    data = [(spec.observed.name, v, spec.view(v).likelihood) for v in spec.scored_views]
    upper = [(node.name, v, node.likelihood) for node in spec.pseudo for v in spec.view_names]
    return {Ref(names.node(n), names.view(v)): family for n, v, family in (*data, *upper) if family is not None}


def unequal(a: Spec, b: Spec) -> tuple[str, ...]:
    """The params of both whose declared numbers, at the end of a schedule, are not the same; or only one is learnt."""
    ours, theirs = values(a), values(b)
    numbers = {str(s) for s in ours if s in theirs and ours[s] != theirs[s] and s != OBSERVED_COUNT}
    moving = {
        n for n in a.params if n in b.params and isinstance(a.params[n], Learnt) != isinstance(b.params[n], Learnt)
    }
    return tuple(sorted(numbers | moving))
