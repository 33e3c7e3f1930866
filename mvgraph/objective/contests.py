"""The rule of a game: its critics, and what each of them judges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import sympy

from mvgraph.language.density import Data, Density, parse_sample
from mvgraph.objective.atoms import Draw, Stream
from mvgraph.objective.evidence import Subset, Views, components
from mvgraph.objective.family import Site, drawn, prior_key
from mvgraph.objective.frame import WHOLE, Frame
from mvgraph.objective.games import Fake, Generator, Latent, Match, Observation, Reconstruction, Sample
from mvgraph.objective.keys import Ref
from mvgraph.objective.routes import likelihood
from mvgraph.objective.terms import Scope, Term
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import contests, critics, variables
from mvgraph.vocab.network.mlp import Mlp


def contest(frame: Frame, written: Contest) -> Iterator[Term]:
    """One game for each binding of the variables of `real`; the bindings of the others are its fakes."""
    if written.weight.expr == 0:
        return
    games: dict[tuple[str, ...], list[Frame]] = {}
    for member in frame.members():
        bound = member.instance.bindings
        own = [sorted(b.views) for name, b in bound.items() if name in variables(written)]
        games.setdefault(tuple(v for views in own for v in views), []).append(member)
    for views, members in games.items():
        if frozenset(views) <= frame.observed:
            yield from _game(written, members, views)


def _game(written: Contest, members: list[Frame], views: tuple[str, ...]) -> Iterator[Term]:
    """The generator's loss in one game."""
    first = members[0]
    real = _sample(first, parse_sample(written.real), written)
    found = [f for m in members if m.instance.needs <= first.observed for f in _fakes(m, written)]
    if real is None or not found:
        return
    ordered = tuple(sorted((f for f, _ in found), key=str))
    word = written.critic or Mlp()
    match = Match(_name(first.spec, written, views), word, written.play, written.balance, real, ordered)
    evidence = Subset(frozenset().union(*(e for _, e in found)))
    targets = Subset(frozenset(first.spec.view_names))
    needs = frozenset({*views, *([str(real.ref.view)] if real.ref.view is not None else [])})
    scope = Scope(written, needs, evidence, targets, None, targets.views)
    yield first.build(sympy.Integer(1), WHOLE, Generator(match), scope)


def _name(spec: Spec, written: Contest, views: tuple[str, ...]) -> str:
    """The name of a critic, with the view that it belongs to."""
    named = zip(contests(spec), critics(spec), strict=True)
    return ".".join([next(name for each, name in named if each is written), *views])


def _sample(frame: Frame, text: Density | Data, written: Contest) -> Sample | None:
    """What is real; None where it is not observed."""
    ref = Ref(text.node, frame.weigh.copy(text.copy))
    if ref.view is not None and ref.view not in frame.observed:
        return None
    if isinstance(text, Data):
        return Observation(ref)
    if text.which == "p":
        return Latent(_prior(frame.site(Subset(frozenset()), frozenset(), frozenset()), ref))
    found = next(_fakes(frame, replace(written, fake=written.real)), None)
    return None if found is None else found[0].sample


def _prior(site: Site, ref: Ref) -> Draw:
    """A draw from the prior of a latent, its parents drawn from theirs."""
    prior = prior_key(site.spec, ref)
    given = tuple(_prior(site, p) for p in prior.given)
    stream = Stream(ref, "prior", frozenset(), 0, site.samples, tuple(d.stream for d in given))
    return Draw(ref, prior, stream, given)


def _fakes(frame: Frame, written: Contest) -> Iterator[tuple[Fake, Views]]:
    """The fakes of one binding, one for each component of the posterior, and their evidence."""
    text = parse_sample(written.fake)
    evidence = frame.subset(written.from_ or "V") if isinstance(text, Data) else _behind(frame, text)
    given = frame.at(evidence)
    if not given:
        return
    ref = Ref(text.node, frame.weigh.copy(text.copy))
    make = partial(_reconstruction, ref) if isinstance(text, Data) else partial(_draw, ref)
    site = frame.site(evidence, evidence.views, given)
    if frame.spec.mixture == "none":
        yield Fake(make(site), frame.instance.needs or None), evidence.views
        return
    for _, part in components(frame.spec, given):
        yield Fake(make(site.part(part)), part | frame.instance.needs), evidence.views


def _reconstruction(ref: Ref, site: Site) -> Reconstruction:
    found = likelihood(site, str(ref.view))
    return Reconstruction(found.target, found.draws)


def _draw(ref: Ref, site: Site) -> Latent:
    return Latent(drawn(site, ref))


def _behind(frame: Frame, density: Density) -> Subset:
    """The set behind the bar of a density: a variable, V, or names with commas."""
    text = density.views or "V"
    is_set = text == "V" or frame.term.for_.get(text, "V") != "V"
    return frame.subset(text if is_set else f"[{text}]")
