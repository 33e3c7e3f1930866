"""The rules of explicit terms, with bound indices; and the table of all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from mvgraph.graph.finding import mentioned
from mvgraph.language.density import Data, parse_density, parse_sample
from mvgraph.objective.atoms import KL, Draw
from mvgraph.objective.comparisons import CE, Deviation
from mvgraph.objective.derivation.binding import Binding, bindings, components, mixture_of, several
from mvgraph.objective.derivation.indices import ALL_VIEWS, ONE, Indices
from mvgraph.objective.derivation.posterior import LiftedSite
from mvgraph.objective.derivation.routes import route
from mvgraph.objective.derivation.sums import LiftedTerm, listed
from mvgraph.objective.family import prior_key
from mvgraph.objective.games import Fake, Generator, Latent, Match, Observation, Reconstruction
from mvgraph.objective.keys import Centered, Key, Mixture, Ref
from mvgraph.objective.plates.space import IrregularError
from mvgraph.objective.ranges import Each, count
from mvgraph.objective.statistics import Statistical
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import contests, critics, variables
from mvgraph.spec.terms import BatchStatistic, CrossEntropy, Divergence, JensenShannon, Route, WrittenTerm
from mvgraph.vocab.center.mixture import MixtureCenter
from mvgraph.vocab.network.mlp import Mlp


def _given(site: LiftedSite, *keys: Key | Mixture) -> tuple[Draw, ...]:
    """Draws of the latents that a density is conditioned on."""
    for key in keys:
        refs = _parents(key)
        if refs:
            return tuple(site.drawn(r) for r in refs)
    return ()


def _parents(key: Any) -> tuple[Ref, ...]:
    given = tuple(getattr(key, "given", ()))
    members = getattr(key, "members", ())
    return given or tuple(r for m in members for r in _parents(m))


def divergence(binding: Binding, written: Divergence, sign: int) -> Iterator[LiftedTerm]:
    """KL(of ‖ to)."""
    weight = sign * binding.share * binding.weight(written.weight)
    of, to = (_key(binding, text) for text in (written.of, written.to))
    site = binding.site(binding.behind(binding.density(written.of)))
    if isinstance(to, Mixture):
        members: list[Any] = [replace(p, item=p.item[0]) if isinstance(p, Each) else p[0] for p in to.parts]
        center = Centered(MixtureCenter(), tuple(sorted(members, key=str)))
        yield LiftedTerm(weight, Deviation(of, center, site.drawn(of.ref).stream, ()), binding.indices)
    elif of != to:
        yield LiftedTerm(weight, KL(of, (to,), _given(site, to, of)), binding.indices)


def _key(binding: Binding, text: str) -> Any:
    """A density that a text names, a mixture where its posterior is one."""
    density = binding.density(text)
    ref, evidence = binding.ref(density), binding.behind(density)
    if density.which == "p":
        return prior_key(binding.spec, ref)
    if ref.view is None and several(binding.spec, evidence):
        return mixture_of(binding.spec, evidence, binding.indices, [ref])
    return binding.site(evidence).drawn(ref).key


def cross_entropy(binding: Binding, written: CrossEntropy, sign: int) -> Iterator[LiftedTerm]:
    """CE(of ‖ to): linear in `of`, so that of a mixture is the mean over its components."""
    weight = sign * binding.share * binding.weight(written.weight)
    density, to = binding.density(written.of), _key(binding, written.to)
    if isinstance(to, Mixture):
        return
    ref, evidence = binding.ref(density), binding.behind(density)
    plain = density.which == "p" or ref.view is not None
    parts = [(ONE, evidence, binding.indices)] if plain else components(binding.spec, evidence, binding.indices)
    for share, part, indices in parts:
        site = binding.site(part, indices)
        of = prior_key(binding.spec, ref) if density.which == "p" else site.drawn(ref).key
        yield LiftedTerm(weight * share, CE(of, (to,), _given(site, to, of)), indices)


def members(spec: Spec, term: WrittenTerm, text: str, indices: Indices) -> list[tuple[Any, Indices]]:
    """The densities that a text names, one for each value of the variables that it mentions, and their draws."""
    density = parse_density(text).among([x.name for x in spec.latents])
    mentioned = tuple(n for n in term.for_ if n in {density.copy, *(density.views or "").replace(",", " ").split()})
    found = []
    for binding in bindings(spec, term, indices, mentioned):
        ref, site = binding.ref(density), binding.site(binding.behind(density))
        found.append((site.from_prior(ref) if density.which == "p" else site.drawn(ref), binding.indices))
    return found


def jensen_shannon(spec: Spec, written: JensenShannon, indices: Indices, sign: int) -> Iterator[LiftedTerm]:
    """Σ_k 1/K KL(q_k ‖ center), of K densities."""
    if any(several(spec, ALL_VIEWS) and "V" in text for text in written.of):
        raise IrregularError("a center of mixtures")
    draws = [(draw, inner) for text in written.of for draw, inner in members(spec, written, text, indices)]
    keys = listed(((draw.key, inner) for draw, inner in draws), indices)
    if len(keys) < 2 and not any(isinstance(k, Each) for k in keys):
        return
    weight = sign * Binding(spec, written, {}, indices).weight(written.weight) / count(keys)
    for draw, inner in draws:
        yield LiftedTerm(weight, Deviation(draw.key, Centered(written.center, keys), draw.stream, ()), inner)


def statistic(spec: Spec, written: BatchStatistic, indices: Indices, sign: int) -> Iterator[LiftedTerm]:
    """The statistic of the codes that a term names."""
    draws = [d for text in written.of for d in members(spec, written, text, indices)]
    weight = sign * Binding(spec, written, {}, indices).weight(written.weight)
    yield LiftedTerm(weight, Statistical(written.value, listed(draws, indices)), indices)


def contest(spec: Spec, written: Contest, indices: Indices, sign: int) -> Iterator[LiftedTerm]:
    """One game for each binding of the variables of `real`; the bindings of the others are its fakes."""
    if written.weight.expr == 0:
        return
    own = tuple(n for n in written.for_ if n in variables(written))
    others = tuple(n for n in written.for_ if n not in own)
    name = next(n for term, n in zip(contests(spec), critics(spec), strict=True) if term is written)
    for game in bindings(spec, written, indices, own):
        fakes = []
        for inner in bindings(spec, written, game.indices, others):
            both = replace(inner, values={**game.values, **inner.values})
            fakes += [(Fake(sample), at) for sample, at in _samples(both, written.fake, written)]
        real = parse_sample(written.real)
        if isinstance(real, Data):
            genuine: Any = Observation(game.ref(real))
        elif real.which == "p":
            genuine = Latent(_prior(game.site(ALL_VIEWS), game.ref(real)))
        else:
            genuine = _samples(game, written.real, written)[0][0]
        critic = ".".join([name, *(game.values[n].views[0] for n in own)])
        match = Match(
            critic, written.critic or Mlp(), written.play, written.balance, genuine, listed(fakes, game.indices)
        )
        yield LiftedTerm(sign * game.weight(written.weight), Generator(match), game.indices)


def _samples(binding: Binding, text: str, written: Contest) -> list[tuple[Any, Indices]]:
    """Fakes of one binding, one for each component of the posterior."""
    sample = parse_sample(text)
    ref = binding.ref(sample)
    evidence = binding.subset(written.from_ or "V") if isinstance(sample, Data) else binding.behind(sample)
    found: list[tuple[Any, Indices]] = []
    for _, part, indices in components(binding.spec, evidence, binding.indices):
        site = binding.site(part, indices)
        if isinstance(sample, Data):
            scored = site.likelihood(str(ref.view))
            found.append((Reconstruction(scored.target, scored.draws), indices))
        else:
            found.append((Latent(site.drawn(ref)), indices))
    return found


def _prior(site: LiftedSite, ref: Ref) -> Draw:
    draw = site.from_prior(Ref(ref.node, ref.view))
    return replace(draw, given=tuple(_prior(site, d.ref) for d in draw.given))


BOUND: dict[type, Callable[[Binding, Any, int], Iterator[LiftedTerm]]] = {
    Route: route,
    Divergence: divergence,
    CrossEntropy: cross_entropy,
}
GATHERED: dict[type, Callable[[Spec, Any, Indices, int], Iterator[LiftedTerm]]] = {
    BatchStatistic: statistic,
    JensenShannon: jensen_shannon,
    Contest: contest,
}


def lifted(spec: Spec, written: WrittenTerm, indices: Indices) -> Iterator[LiftedTerm]:
    """The terms of a written one."""
    sign = 1 if any(t is written for t in spec.maximize) else -1
    if type(written) in GATHERED:
        yield from GATHERED[type(written)](spec, written, indices, sign)
        return
    for binding in bindings(spec, written, indices):
        yield from BOUND[type(written)](binding, written, sign)


def named_views(spec: Spec) -> tuple[str, ...]:
    """The views that a spec calls by name or by number."""
    found = dict.fromkeys(spec.conditioned.values())
    for term in (*spec.maximize, *spec.minimize):
        views = (spec.view_named(name) for name in mentioned(term) if name not in term.for_)
        found |= dict.fromkeys(view for view in views if view is not None)
    return tuple(found)
