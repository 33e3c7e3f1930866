"""Atoms under other names of nodes and views, with numbers for params, their parts in canonical order again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import sympy

from mvgraph.graph.inference import exponents_of
from mvgraph.language.expr import Expr, symbol
from mvgraph.language.table import Table
from mvgraph.language.word import Word
from mvgraph.objective.atoms import KL, Atom, Comparison, Draw, Likelihood, LogMeanExp, Stratum
from mvgraph.objective.comparisons import CE
from mvgraph.objective.games import Match
from mvgraph.objective.keys import (
    Centered,
    Expert,
    Fused,
    Joint,
    Key,
    Marginalised,
    Mixture,
    Pool,
    Pooled,
    Ref,
    fused,
)
from mvgraph.objective.routes import inner
from mvgraph.objective.statistics import Statistical
from mvgraph.objective.text import signed_sum
from mvgraph.spec.model import Spec
from mvgraph.vocab.fusion.poe import PoE


@dataclass(frozen=True)
class Names:
    """Other names, and values; what is not named stays as it is.

    Arguments:
        nodes, views: other names for those.
        params: other names for the params that have one value a view.
        critics: other names for the critics, without the views that they belong to.
        copies: at one view, the view whose copy a shared latent stands for; nothing for a copy that stands for one.
        values: expressions in the place of params, by the symbols of these (under their other names).
    """

    nodes: Table[str] = field(default_factory=Table)
    views: Table[str] = field(default_factory=Table)
    params: Table[str] = field(default_factory=Table)
    critics: Table[str] = field(default_factory=Table)
    copies: Table[str] = field(default_factory=Table)
    values: Mapping[Expr, Expr] = field(default_factory=dict, hash=False)

    def node(self, name: str) -> str:
        """The other name of a node."""
        return self.nodes.get(name, name)

    def view(self, name: str) -> str:
        """The other name of a view."""
        return self.views.get(name, name)

    def copy(self, node: str, view: str | None) -> str | None:
        """The view of a copy of a node, by its own name, under its other name; none where the node has no copies."""
        own = None if view is None else self.view(view)
        return self.copies.get(node, own or "") or None

    def critic(self, name: str) -> str:
        """The other name of a critic, or of all critics of a game that has one a view."""
        return self.critics.get(name, name)

    def exponent(self, name: str) -> str:
        """An exponent of a product: its name, or its value where that is known."""
        found = symbol(self.params.get(name, name))
        return str(self.values.get(found, found))

    def weight(self, coefficient: Expr) -> Expr:
        """A coefficient in other symbols, or in numbers."""
        for change in (self.symbols, self.values):
            coefficient = coefficient.subs(change, simultaneous=True) if change else coefficient
        return coefficient

    @cached_property
    def symbols(self) -> dict[Expr, Expr]:
        """The params' symbols."""
        return {symbol(old): symbol(new) for old, new in self.params.items()}


SAME = Names()


def tables(spec: Spec) -> list[str]:
    """The params that have a value for each view: tables, and exponents of a product."""
    found = [n for n, value in spec.params.items() if isinstance(value, Mapping)]
    exponents = [str(w) for q in spec.posteriors if (w := exponents_of(q)) is not None]
    return [*found, *(name for name in exponents if name in spec.params)]


A = TypeVar("A", bound=Atom)
SHARED = (Expert, Joint, Pooled, Fused, Mixture, Pool, Centered)  # all that is in them is compared
MOST_KEPT = 4096


def named(terms: Iterable[tuple[Expr, Atom]], names: Names = SAME) -> list[tuple[Expr, Atom]]:
    """Terms under other names, and in one form for every order of the views."""
    return [(names.weight(c), renamed(a, names)) for c, a in terms]


def renamed(value: Any, names: Names = SAME) -> Any:
    """An atom, or a part of one, under other names; streams of draws, which are never compared, stay as they are."""
    if isinstance(value, tuple):
        return tuple(renamed(v, names) for v in value)
    if isinstance(value, sympy.Basic):
        return names.weight(value)
    if isinstance(value, Word) or not is_dataclass(value):
        return value
    return _remembered(value, names) if isinstance(value, SHARED) else _made(value, names)


@lru_cache(MOST_KEPT)
def _remembered(key: Key, names: Names) -> Key:
    """A density that stands in many terms."""
    made: Key = _made(key, names)
    return made


def _made(value: Any, names: Names) -> Any:
    own = {f.name: getattr(value, f.name) for f in fields(value) if f.compare}
    inside = {name: renamed(v, names) for name, v in own.items()}
    made: Any = value
    changed: Any = replace(made, **{**inside, **OWN.get(type(value), _nothing)(value, names)})
    return ARRANGED.get(type(value), _as_it_is)(changed)


def _nothing(_value: Any, _names: Names) -> dict[str, Any]:
    return {}


def _as_it_is(value: Any) -> Any:
    return value


def _ref(ref: Ref, names: Names) -> dict[str, Any]:
    return {"node": names.node(ref.node), "view": names.copy(ref.node, ref.view)}


def _seen(key: Joint | Pooled, names: Names) -> dict[str, Any]:
    return {"views": tuple(sorted(map(names.view, key.views)))}


def _critic(match: Match, names: Names) -> dict[str, Any]:
    first, *views = match.critic.split(".", 1)
    return {"critic": ".".join([names.critic(first), *map(names.view, views)])}


OWN: dict[type, Callable[[Any, Names], Mapping[str, Any]]] = {
    Ref: _ref,
    Expert: lambda key, names: {"view": names.view(key.view)},
    Joint: _seen,
    Pooled: _seen,
    Marginalised: lambda key, names: {"over": names.node(key.over)},
    Fused: lambda key, names: {"exponents": tuple(map(names.exponent, key.exponents))},
    Match: _critic,
    Stratum: lambda _stratum, _names: {"component": None},  # for masks only
}


def _sorted(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(values, key=str))


def _fused(key: Fused) -> Key:
    """The fusion with its members sorted; a product whose exponents are all 1 is the plain one (R1)."""
    if key.exponents and set(key.exponents) == {"1"}:
        return fused(PoE.symbol, key.members)
    return fused(key.rule, key.members, key.exponents, single_is_expert=False)


def _mixture(key: Mixture) -> Mixture:
    whole = (_sorted(part) for part in key.parts)
    parts = sorted(zip(key.weights, whole, strict=True), key=lambda p: [str(k) for k in p[1]])
    return Mixture(tuple(w for w, _ in parts), tuple(k for _, k in parts))


def _comparison(atom: Comparison) -> Comparison:
    return replace(atom, to=_sorted(atom.to), given=_sorted(atom.given))


def _log_mean(atom: LogMeanExp) -> LogMeanExp:
    parts = tuple(sorted(map(_stratum, atom.parts), key=lambda p: signed_sum([*p.scores, *p.ratios])))
    return replace(atom, parts=parts, text=signed_sum(inner(parts), separator=" "))


def _stratum(part: Stratum) -> Stratum:
    return replace(part, scores=_weighed(part.scores), ratios=_weighed(part.ratios))


def _weighed(terms: tuple[tuple[Expr, A], ...]) -> tuple[tuple[Expr, A], ...]:
    return tuple(sorted((t for t in terms if t[0] != 0), key=lambda t: str(t[1])))


ARRANGED: dict[type, Callable[[Any], Any]] = {
    Fused: _fused,
    Mixture: _mixture,
    Centered: lambda key: replace(key, members=_sorted(key.members)),
    Pool: lambda key: replace(key, members=_sorted(key.members)),
    Draw: lambda draw: replace(draw, given=_sorted(draw.given)),
    Likelihood: lambda atom: replace(atom, draws=tuple(sorted(atom.draws, key=lambda d: str(d.ref)))),
    LogMeanExp: _log_mean,
    Statistical: lambda atom: replace(atom, draws=_sorted(atom.draws)),
    Match: lambda match: replace(match, fakes=_sorted(match.fakes)),
    KL: _comparison,
    CE: _comparison,
}
