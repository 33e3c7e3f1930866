"""The value of an objective by the definition of its words, straight from the spec: no derivation, no canonical form.

A route infers from the views in E and scores those in T: for each component S of the posterior family, every latent
above the targets is drawn, log-likelihoods are added, and log q - log p of what was inferred is taken off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from mvgraph.language.density import Data, parse_sample
from mvgraph.language.expr import Formula
from mvgraph.language.index import parse_ranges
from mvgraph.spec.games import Contest
from mvgraph.spec.terms import BatchStatistic, CrossEntropy, Divergence, JensenShannon, Route, WrittenTerm

from .readings import Binding, Bound, Reading, subsets
from .sites import Site
from .world import Array, Blend, Density, World, geometric


def members(world: World, term: JensenShannon) -> Iterator[tuple[Density | Blend, Array, object]]:
    """The densities of a Jensen-Shannon divergence, each with a draw from it and what it is."""
    for text in term.of:
        seen = {}
        for binding, _ in bindings(world, term):
            reading = Reading(world, term, binding)
            found, ref, behind = reading.named(text)
            variable = binding.get(str(found.views))
            seen[ref, behind, variable is not None and variable.whole] = reading
        for (ref, behind, _), reading in seen.items():
            found = reading.named(text)[0]
            ((_, site),) = reading.parts(text)
            own = found.which, ref, site.of(ref) if found.which == "q" else behind and None, site.source(ref)
            yield reading.taken(text, site), reading.value_drawn(text, site)[0], own


def jensen_shannon(world: World, term: JensenShannon) -> Array:
    """Σ_k 1/K E_k[log q_k - log center]."""
    found = list(members(world, term))
    if len({own for *_, own in found}) < 2:
        return 0.0
    densities = [d for d, *_ in found]
    share = 1 / len(found)
    center = Blend([share] * len(found), densities) if term.center.symbol == "Mix" else geometric(densities)
    return sum(share * (d.log(z) - center.log(z)) for d, z, _ in found)


def bindings(world: World, term: WrittenTerm) -> Iterator[tuple[Binding, float]]:
    """The values of a term's variables, each with its share of a draw at random."""
    choices = [[(n, b, share) for b, share in _values(world, term, n)] for n in term.for_]
    for found in product(*choices):
        yield {n: b for n, b, _ in found}, float(np.prod([share for *_, share in found]))


def _values(world: World, term: WrittenTerm, name: str) -> Iterator[tuple[Bound, float]]:
    """What a variable runs over; one that nothing is said of only repeats the term, whether there are sets or not."""
    every = frozenset(world.spec.view_names)
    for part in parse_ranges(term.for_[name]):
        if part.word == "full":
            yield Bound(every, True), 1.0
        elif part.word == "subsets":
            yield from ((Bound(s), 1.0) for s in subsets(every))
        elif part.word == "random":
            chosen = [s for s in subsets(every) if 2 <= len(s) < len(every)]
            count = float(world.coefficient(Formula(part.count).expr))
            chosen = chosen if name in _mentioned(term) else [every]
            yield from ((Bound(s), count / len(chosen)) for s in chosen)
        else:
            yield from ((Bound(frozenset({v})), 1.0) for v in sorted(every))


def _mentioned(term: WrittenTerm) -> set[str]:
    """The words of the sets and densities of a term."""
    texts = [term.from_, term.to] if isinstance(term, Route) else [text for _, text in term.densities]
    return set(re.findall(r"\w+", " ".join(texts)))


def siblings(world: World, term: WrittenTerm) -> float:
    """How many bindings a mean is over, those of random sets that do not exist too."""
    count = len(world.spec.view_names)
    sizes = {"V": count, "singles": count, "full": 1, "subsets": 2**count - 1}
    every = [parse_ranges(text) for text in term.for_.values()]
    one = [
        sum(sizes[r.word] if r.word in sizes else world.coefficient(Formula(r.count).expr) for r in parts)
        for parts in every
    ]
    return float(np.prod(one))


def valued(world: World) -> Array:
    """The objective, to be maximised, for every row."""
    spec, total = world.spec, np.zeros(world.rows)
    for sign, terms in ((1.0, spec.maximize), (-1.0, spec.minimize)):
        for term in terms:
            total = total + sign * _term(world, term)
    return total


def _term(world: World, term: WrittenTerm) -> Array:
    return (
        Reading(world, term, {}).weight(term.weight) * WHOLE[type(term)](world, term)
        if term.gathers
        else _each(world, term)
    )


def _each(world: World, term: WrittenTerm) -> Array:
    """The sum, or the mean, over the bindings of a term's variables."""
    share = 1 / siblings(world, term) if term.combine == "mean" else 1.0
    found = 0.0
    for binding, chance in bindings(world, term):
        reading = Reading(world, term, binding)
        weight = share * chance * reading.weight(term.weight)
        found = found + (weight * BOUND[type(term)](reading, term) if weight else 0.0)
    return found


def statistic(world: World, term: BatchStatistic) -> Array:
    """Something that depends on the codes of a whole batch, in any order."""
    codes = {}
    for text in term.of:
        for binding, _ in bindings(world, term):
            reading = Reading(world, term, binding)
            _, ref, behind = reading.named(text)
            site = Site(world, behind)
            codes[site.stream(ref)] = site.draw(ref)
    return world.statistic(list(codes.values()))


def game(world: World, term: Contest) -> Array:
    """The generators' losses: the mean over the fakes of each game, one for each binding of the variables of `real`."""
    games: dict[tuple[str, ...], list[Array]] = {}
    real = parse_sample(term.real)
    named = {real.copy, *(() if isinstance(real, Data) else (n.strip() for n in (real.views or "").split(",")))}
    for binding, _ in bindings(world, term):
        own = tuple(v for n, b in binding.items() if n in named for v in sorted(b.views))
        games.setdefault(own, []).extend(fakes(Reading(world, term, binding), term))
    return sum(sum(world.judged(term.play.word, own, fake) for fake in each) / len(each) for own, each in games.items())


def fakes(reading: Reading, term: Contest) -> Iterator[Array]:
    """Draws of a latent, or reconstructions of a view, one for each component of the posterior."""
    fake = parse_sample(term.fake)
    if isinstance(fake, Data):
        view = str(reading.at(fake.copy, None))
        for _, views in reading.components(reading.set(term.from_ or "V")):
            yield reading.reproduced(Site(reading.world, views), view)
        return
    _, ref, behind = reading.named(term.fake)
    for _, views in reading.components(behind):
        yield Site(reading.world, views).draw(ref)


BOUND: dict[type, Callable[[Reading, Any], Array]] = {
    Route: Reading.route,
    Divergence: Reading.divergence,
    CrossEntropy: Reading.divergence,
}
WHOLE: dict[type, Callable[[World, Any], Array]] = {
    JensenShannon: jensen_shannon,
    BatchStatistic: statistic,
    Contest: game,
}
