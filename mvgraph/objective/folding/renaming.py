"""Atoms with other views in the places of theirs: views for indices, indices for views, sets written out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import sympy

from mvgraph.language.expr import Expr, symbol
from mvgraph.language.word import Word
from mvgraph.objective.atoms import LogMeanExp, Stratum
from mvgraph.objective.games import Match
from mvgraph.objective.keys import Centered, Expert, Fused, Joint, Mixture, Pooled, Ref
from mvgraph.objective.pending import Seen
from mvgraph.objective.ranges import ALL, Each, Range, Value, bindings
from mvgraph.objective.routes import inner
from mvgraph.objective.text import signed_sum
from mvgraph.spec.model import Spec


@dataclass(frozen=True)
class Universe:
    """The views of a spec.

    Arguments:
        views: their names, in order.
        tables: the params that have one value a view.
        taken: names that no index may have.
    """

    views: tuple[str, ...]
    tables: tuple[str, ...] = ()
    taken: frozenset[str] = frozenset()


def universe(*specs: Spec) -> Universe:
    """The views of a spec, and the names that mean something in it; or those of several, which have the same views."""
    every = [_universe(spec) for spec in specs]
    tables = dict.fromkeys(t for one in every for t in one.tables)
    return Universe(every[0].views, tuple(tables), frozenset().union(*(one.taken for one in every)))


def _universe(spec: Spec) -> Universe:
    tables = tuple(name for name, value in spec.params.items() if isinstance(value, Mapping))
    nodes = [spec.observed.name, *(v.name for v in spec.latents), *spec.conditioned]
    nodes += [*(n.name for n in spec.discretes), *(n.name for n in spec.pseudo)]
    return Universe(spec.view_names, tables, frozenset({*spec.view_names, *spec.params, *nodes}))


@dataclass
class Renaming:
    """What stands in the places of views and of sets of views.

    Arguments:
        universe: all views.
        names: other views, or indices, for views; values for indices.
        expands: whether lists over known sets are written out.
    """

    universe: Universe
    names: Mapping[str, Value] = field(default_factory=dict)
    expands: bool = False

    def view(self, name: str) -> str:
        """What stands for a view, or for an index that is one."""
        return str(self.names.get(name, name))

    def within(self, found: Value) -> Value:
        """What stands for a set, or for an index that is one."""
        return self.names.get(found, found) if isinstance(found, str) else found

    def formula(self, expr: Expr) -> Expr:
        """A coefficient: the values of params for other views, the sizes of sets where they are known."""
        found = {s: self._symbol(s) for s in expr.free_symbols} if expr.free_symbols else {}
        changed = {s: e for s, e in found.items() if s != e}
        return expr.subs(changed, simultaneous=True) if changed else expr

    def _symbol(self, one: Expr) -> Expr:
        name = one.name
        if name.startswith("|"):
            value = self.names.get(name[1:-1], name[1:-1])
            return size_of(value) if isinstance(value, str) else sympy.Integer(len(value))
        for table in self.universe.tables:
            view = name.removeprefix(f"{table}_")
            if view != name and view in self.names:
                return symbol(f"{table}_{self.names[view]}")
        return one


def size_of(index: str) -> Expr:
    """The size of a set by its index, as a symbol."""
    return symbol(f"|{index}|")


def renamed(value: Any, renaming: Renaming) -> Any:
    """A value with what stands in the places of its views."""
    reader = READERS.get(type(value))
    if reader is not None:
        return reader(value, renaming)
    if isinstance(value, tuple):
        return tuple(x for item in value for x in spread(item, renaming))
    if isinstance(value, sympy.Basic):
        return renaming.formula(value)
    return mapped(value, lambda inner: renamed(inner, renaming))


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """A dataclass with its compared fields changed; any other value as it is."""
    if isinstance(value, Word) or not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {}
    for name in compared(type(value)):
        old = getattr(value, name)
        new = change(old)
        if new is not old:
            changed[name] = new
    return replace(value, **changed) if changed else value


@cache
def compared(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass that tell two of its values apart."""
    return tuple(f.name for f in fields(kind) if f.compare and f.init)


def spread(item: Any, renaming: Renaming) -> Iterator[Any]:
    """A part of a list, which may stand for several: these where they are to be written out."""
    new = renamed(item, renaming)
    if not (renaming.expands and isinstance(new, Each)):
        yield new
        return
    for names in bindings(new.ranges, renaming.universe.views):
        yield renamed(new.item, Renaming(renaming.universe, names, expands=True))


def _ref(value: Ref, renaming: Renaming) -> Ref:
    return value if value.view is None else Ref(value.node, renaming.view(value.view))


def _expert(value: Expert, renaming: Renaming) -> Expert:
    return Expert(_ref(value.ref, renaming), renaming.view(value.view))


def _seen(value: Joint | Pooled | Seen, renaming: Renaming) -> Any:
    """A posterior that one network makes from several views."""
    found = [x for v in value.views for x in _views(v, renaming)]
    whole = mapped(value, lambda inner: inner if inner is value.views else renamed(inner, renaming))
    return replace(whole, views=tuple(found))


def _views(view: str | Each, renaming: Renaming) -> Iterator[str | Each]:
    if isinstance(view, str):
        yield renaming.view(view)
        return
    new = _each(view, renaming)
    if renaming.expands:
        yield from (str(names[new.item]) for names in bindings(new.ranges, renaming.universe.views))
    else:
        yield new


def _fused(value: Fused, renaming: Renaming) -> Any:
    """Experts, and the exponent of each by the name that follows from its view."""
    exponents = value.exponents or ("",) * len(value.members)
    pairs = [
        (new, exponent(e, old, new))
        for old, e in zip(value.members, exponents, strict=True)
        for new in spread(old, renaming)
    ]
    if len(pairs) == 1 and not value.exponents and not isinstance(pairs[0][0], Each):
        return pairs[0][0]  # R1
    return Fused(value.rule, tuple(m for m, _ in pairs), tuple(e for _, e in pairs) if value.exponents else ())


def exponent(text: str, old: Any, new: Any) -> str:
    """The name of a member's exponent, by those of the member before and after a change of its view."""
    before, after = viewed(old), viewed(new)
    of_view = before and after and str(text).endswith(f"_{before}")
    return f"{text.removesuffix(before)}{after}" if of_view else text


def viewed(member: Any) -> str:
    """The view of an expert, or of the experts of a list."""
    inner = member.item if isinstance(member, Each) else member
    return inner.view if isinstance(inner, Expert) else ""


def _share(weight: Any, renaming: Renaming) -> Any:
    """The weight of a component: a number, or a formula in the size of a set."""
    found = renaming.formula(weight) if isinstance(weight, sympy.Basic) else weight
    return Fraction(int(found.p), int(found.q)) if isinstance(found, sympy.Rational) else found


def _mixture(value: Mixture, renaming: Renaming) -> Mixture:
    weighted = zip(value.weights, value.parts, strict=True)
    pairs = [(_share(w, renaming), new) for w, part in weighted for new in spread(part, renaming)]
    pairs = sorted(pairs, key=lambda p: [str(k) for k in p[1]]) if renaming.expands else pairs
    return Mixture(tuple(w for w, _ in pairs), tuple(p for _, p in pairs))


def _each(value: Each, renaming: Renaming) -> Each:
    ranges = tuple(_range(r, renaming) for r in value.ranges)
    expands, renaming.expands = renaming.expands, False
    item = renaming.view(value.item) if isinstance(value.item, str) else renamed(value.item, renaming)
    renaming.expands = expands
    return replace(value, item=item, ranges=ranges, size=_size(value, ranges))


def _size(value: Each, ranges: tuple[Range, ...]) -> int | Expr:
    """How many parts there are, once these are the ranges: a number, or that of a set by its index."""
    outside = {r.within for r in ranges if isinstance(r.within, str)} - {ALL, *(r.index for r in ranges)}
    if plain(ranges):
        return size_of(str(ranges[0].within)) if outside else ranges[0].count
    return 0 if outside else value.size


def plain(ranges: tuple[Range, ...]) -> bool:
    """Whether there is one part for each view of a set, so that the size of the set is their number."""
    return len(ranges) == 1 and ranges[0].sizes is None and not ranges[0].apart


def _range(value: Range, renaming: Renaming) -> Range:
    within = renaming.within(value.within)
    size = len(within) if isinstance(within, tuple) else len(renaming.universe.views) if within == ALL else 0
    apart = tuple(map(renaming.within, value.apart))
    return replace(value, index=renaming.view(value.index), within=within, apart=apart, count=size)


def _match(value: Match, renaming: Renaming) -> Any:
    head, *views = value.critic.split(".")
    critic = ".".join([head, *map(renaming.view, views)])
    return replace(mapped(value, lambda inner: renamed(inner, renaming)), critic=critic)


def _log_mean_exp(value: LogMeanExp, renaming: Renaming) -> LogMeanExp:
    """A log-mean-exp stands for itself: its views have no indices, whatever is folded in it."""
    if not renaming.expands:
        return value
    spreaded = (_in_order(x) for part in value.parts for x in spread(part, renaming))
    parts = tuple(sorted(spreaded, key=lambda p: (len(p.component or ()), sorted(p.component or ()))))
    return replace(value, parts=parts, text=signed_sum(inner(parts), separator=" "))


def _in_order(stratum: Stratum) -> Stratum:
    """A stratum whose terms stand in the order of their views, the latents' in that of the first of each."""
    nodes = list(dict.fromkeys(str(a.keys[0].ref.node) for _, a in stratum.ratios))
    return replace(
        stratum,
        weight=_share(stratum.weight, Renaming(Universe(()))),
        scores=tuple(sorted(stratum.scores, key=lambda s: str(s[1].target.view))),
        ratios=tuple(
            sorted(stratum.ratios, key=lambda r: (nodes.index(r[1].keys[0].ref.node), str(r[1].keys[0].ref.view)))
        ),
    )


def _set(value: frozenset[str], renaming: Renaming) -> frozenset[str]:
    if value == {ALL} and renaming.expands:
        return frozenset(renaming.universe.views)
    sets = (renaming.names.get(v) for v in sorted(value))
    views = [
        view if isinstance(view, tuple) else (renaming.view(name),)
        for name, view in zip(sorted(value), sets, strict=True)
    ]
    return frozenset(view for part in views for view in part)


def _centered(value: Centered, renaming: Renaming) -> Centered:
    members = tuple(x for m in value.members for x in spread(m, renaming))
    return replace(value, members=tuple(sorted(members, key=str)) if renaming.expands else members)


READERS: dict[type, Callable[[Any, Renaming], Any]] = {
    Ref: _ref,
    Expert: _expert,
    Joint: _seen,
    Pooled: _seen,
    Fused: _fused,
    Mixture: _mixture,
    Each: _each,
    Match: _match,
    LogMeanExp: _log_mean_exp,
    Centered: _centered,
    Seen: _seen,
    frozenset: _set,
}

__all__ = ["ALL", "Renaming", "Universe", "compared", "mapped", "plain", "renamed", "size_of", "spread", "viewed"]
