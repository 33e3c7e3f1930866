"""What two specs say beside the form of their objectives: distributions, values, estimators, networks, training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from mvgraph.language.word import Word, inline
from mvgraph.objective.difference.naming import Names
from mvgraph.objective.evidence import random_parts
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import contests, critics, moves
from mvgraph.vocab.family import Family
from mvgraph.vocab.family.location_scale import LocationScale
from mvgraph.vocab.family.mixture_of import MixtureOf
from mvgraph.vocab.network.mlp import Mlp
from mvgraph.vocab.optimizer.adam import Adam

Settings = dict[str, str]
ABSENT = "-"
PARAMETRISED = ("scale", "floor", "init")  # options of an expert that say how a network's output is read


@dataclass(frozen=True)
class Change:
    """One setting that the two specs do not share.

    Arguments:
        what: the setting, in the names of A.
        before: as A has it; `-` where A has none.
        after: as B has it; `-` where B has none.
    """

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what}: {self.before} -> {self.after}"


def changes(of: Callable[[Spec, Names], Settings], a: Spec, b: Spec, names: Names) -> tuple[Change, ...]:
    """The settings of one kind that differ."""
    ours, theirs = of(a, Names()), of(b, names)
    found = (Change(w, ours.get(w, ABSENT), theirs.get(w, ABSENT)) for w in dict.fromkeys((*ours, *theirs)))
    return tuple(c for c in found if c.before != c.after)


def distributions(spec: Spec, names: Names) -> Settings:
    """The family of every density: those of the experts without what says how a network's output is read."""
    return dict(_distributions(spec, names))


def _distributions(spec: Spec, names: Names) -> Iterator[tuple[str, str]]:
    for latent in spec.latents:
        pooled = isinstance(latent.family, MixtureOf)  # what it is made of is in the terms
        yield f"p({names.node(latent.name)})", latent.family.word if pooled else _inline(latent.family)
    for node in spec.discretes:
        yield f"p({names.node(node.name)})", f"{node.probs} over {node.count}"
    for rule in spec.posteriors:
        name = names.node(rule.name)
        yield f"q({name})", inline(_density(rule.expert))
        if rule.fuse is not None and rule.fuse.joint:
            yield f"qJ({name})", inline(_density(rule.family(whole=True)))
        if rule.auxiliary is not None:
            yield f"r({name})", inline(rule.auxiliary)
    for view in spec.scored_views:
        yield f"p({names.node(spec.observed.name)}.{names.view(view)})", _inline(spec.view(view).likelihood)
    for upper in spec.pseudo:
        yield f"p({names.node(upper.name)})", _inline(upper.likelihood)


def _inline(family: Family | None) -> str:
    """A family as text; a scale that is 1 need not be said."""
    same = isinstance(family, LocationScale) and not family.learnt and family.scale == 1
    return inline(replace(family, scale=None) if isinstance(family, LocationScale) and same else family)


def _density(family: Family) -> Family:
    plain = {f.name: f.default for f in fields(family) if f.name in PARAMETRISED}
    return replace(family, **plain)


def parameters(spec: Spec, names: Names) -> Settings:
    """The values of the params."""
    del names  # params have names of their own
    return {name: inline(value) for name, value in spec.params.items()}


def estimators(spec: Spec, names: Names) -> Settings:
    """How expectations are estimated, and over how many random evidence sets."""
    del names
    drawn = sum(bool(random_parts(t)) for t in (*spec.maximize, *spec.minimize))
    return {**_flat(spec.estimator), **({"terms over random subsets": str(drawn)} if drawn else {})}


def networks(spec: Spec, names: Names) -> Settings:
    """The networks, and the sizes of what they give."""
    return dict(_networks(spec, names))


def _networks(spec: Spec, names: Names) -> Iterator[tuple[str, str]]:
    for latent in spec.latents:
        yield f"dim of {names.node(latent.name)}", inline(latent.dim)
        if latent.network is not None:
            yield f"network of p({names.node(latent.name)})", inline(latent.network)
    for view in spec.view_names:
        if spec.view(view).shape is not None:
            yield f"shape of {names.view(view)}", inline(spec.view(view).shape)
        yield f"encoder of {names.view(view)}", inline(spec.view(view).encoder or Mlp())
    for view in spec.scored_views:
        yield f"decoder of {names.view(view)}", inline(spec.view(view).decoder or Mlp())
    for name, game in zip(critics(spec), contests(spec), strict=True):
        yield f"critic {names.critic(name)}", inline(game.critic or Mlp())
    for rule in spec.posteriors:
        name = names.node(rule.name)
        shown = {"network": rule.network, "fusion": rule.fuse, "shares the trunk of": rule.share}
        yield from ((f"{what} of q({name})", inline(v)) for what, v in shown.items() if v is not None)
        read = {f.name: getattr(rule.expert, f.name) for f in fields(rule.expert) if f.name in PARAMETRISED}
        yield f"scale of q({name})", inline({k: v for k, v in read.items() if v is not None and v != 0})


def training(spec: Spec, names: Names) -> Settings:
    """How the parameters are found."""
    del names
    phases = {f"phase {n}": _flat(p) for n, p in enumerate(spec.phases, 1)}
    said = {f"{phase}, {k}": v for phase, own in phases.items() for k, v in own.items() if "objective" not in k}
    own = {f"move {n}, optimizer": inline(m.optimizer) for n, m in enumerate(moves(spec), 1) if m.optimizer}
    return {"optimizer": inline(Adam()), **_flat(spec.training), **own, **said}


def _flat(value: Any, before: str = "") -> Settings:
    """A record as texts by dotted names."""
    found: Settings = {}
    for field in fields(value):
        inner, name = getattr(value, field.name), f"{before}{field.name}"
        if is_dataclass(inner) and not isinstance(inner, Word):
            found |= _flat(inner, f"{name}.")
        elif isinstance(inner, Mapping | Word | tuple) or inner is not None:
            found[name] = inline(inner)
    return found
