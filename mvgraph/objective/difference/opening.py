"""Two specs at the same views, and which name of the second stands for which of the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import count, islice, permutations, product

from mvgraph.language.table import Table
from mvgraph.objective.difference.naming import Names, tables
from mvgraph.spec.model import Latent, Spec
from mvgraph.spec.moves import critics
from mvgraph.spec.reading import load

MOST_NAMINGS = 24  # tried one after another


def opened(a: Spec, b: Spec, views: int | None = None) -> tuple[Spec, Spec]:
    """Both specs with as many views where their number is open: so many, else those of the other one."""
    if views is not None:
        return _with(a, views), _with(b, views)
    if len(a.views) == len(b.views):
        return a, b
    if a.open_views and b.open_views:
        most = max(len(a.views), len(b.views))
        return _with(a, most), _with(b, most)
    return _with(a, len(b.views)), _with(b, len(a.views))


def _with(spec: Spec, views: int) -> Spec:
    found = spec.open_views
    return load(spec, views=views) if found is not None and len(spec.views) != views else spec


def namings(a: Spec, b: Spec) -> Iterator[Names]:
    """Names of A for the nodes and views of B, the likeliest first."""
    choices = product(_view_names(a, b), _node_names(a, b), _critic_names(a, b))
    for views, nodes, judges in islice(choices, MOST_NAMINGS):
        moved = (Table(_moved(n)) for n in (nodes, views, _params(b, views), judges))
        yield replace(Names(*moved), copies=Table(_copies(a, b, nodes)))


def _moved(names: Mapping[str, str]) -> dict[str, str]:
    return {old: new for old, new in names.items() if old != new}


def _view_names(a: Spec, b: Spec) -> Iterator[dict[str, str]]:
    """By name where all are the same; by place, then in any other order, where they are not."""
    ours, theirs = a.view_names, b.view_names
    if set(ours) == set(theirs) or len(ours) != len(theirs):
        yield {}
        return
    known = {v for v in theirs if v in ours}
    rest = [v for v in theirs if v not in known]
    for order in permutations([v for v in ours if v not in known]):
        yield dict(zip(rest, order, strict=True))


def _node_names(a: Spec, b: Spec) -> Iterator[dict[str, str]]:
    """By name, then by role: shared latents for shared ones, private for private, data for data."""
    alone = len(a.views) == len(b.views) == 1
    ours, theirs = _roles(a, alone), _roles(b, alone)
    open_ = {role: [n for n in names if n not in ours.get(role, ())] for role, names in theirs.items()}
    free = {role: [n for n in names if n not in theirs.get(role, ())] for role, names in ours.items()}
    roles = [role for role, names in open_.items() if names and free.get(role)]
    known = {n for found in (ours, theirs) for names in found.values() for n in names}
    own = [n for names in theirs.values() for n in names]
    for orders in product(*(_matches(open_[role], free[role]) for role in roles)):
        yield _apart({old: new for order in orders for old, new in order.items()}, own, known)


def _apart(names: dict[str, str], own: Sequence[str], known: Set[str]) -> dict[str, str]:
    """With new names for those nodes of B whose own ones now belong to others."""
    taken = [n for n in own if n not in names and n in names.values()]
    new = (name for name in (f"{n}{k}" for k in count(2) for n in taken) if name not in known)
    return {**names, **dict(zip(taken, new, strict=False))}


def _matches(old: list[str], new: list[str]) -> Iterator[dict[str, str]]:
    size = min(len(old), len(new))
    for order in permutations(new, size):
        yield dict(zip(old[:size], order, strict=True))


def _copies(a: Spec, b: Spec, nodes: Mapping[str, str]) -> dict[str, str]:
    """At one view: the latents of B that have no copy of their own and stand for one, by the view; or the other way."""
    if not len(a.views) == len(b.views) == 1:
        return {}
    plated = {latent.name: bool(latent.plate) for latent in a.latents}
    pairs = ((own.name, own.plate, plated.get(nodes.get(own.name, own.name))) for own in b.latents)
    view = a.view_names[0]
    return {name: view if there else "" for name, here, there in pairs if there is not None and there != bool(here)}


def _critic_names(a: Spec, b: Spec) -> Iterator[dict[str, str]]:
    """The critics of several games in any order: their numbers follow the text, and mean nothing."""
    ours, theirs = critics(a), critics(b)
    more = [f"C{n}" for n in range(len(ours) + 1, len(theirs) + 1)]
    yield from _matches(theirs, [*ours, *more]) if ours and theirs and len(ours) + len(theirs) > 2 else [{}]


def _roles(spec: Spec, alone: bool) -> dict[object, list[str]]:
    found: dict[object, list[str]] = {"data": [spec.observed.name]}
    for latent in spec.latents:
        found.setdefault(_role(latent, alone), []).append(latent.name)
    for kind, nodes in (("condition", spec.conditions), ("discrete", spec.discretes), ("pseudo", spec.pseudo)):
        found.setdefault(kind, []).extend(n.name for n in nodes)
    return found


def _role(latent: Latent, alone: bool) -> tuple[str, bool]:
    """A latent and whether views share it: the only view shares with none."""
    return "latent", bool(latent.plate) and not alone


def _params(spec: Spec, views: Mapping[str, str]) -> dict[str, str]:
    """The values of a param that has one a view, under the names of the views."""
    return {f"{n}_{old}": f"{n}_{new}" for n in tables(spec) for old, new in views.items()}
