"""What can be wrong with the nodes of p: names, parents, plates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mvgraph.deferring import defer
from mvgraph.errors import Path, Problem
from mvgraph.graph.finding import Check, error, mentioned, plated, used_latents, written
from mvgraph.registry import nearest
from mvgraph.spec.graphs import template
from mvgraph.spec.model import Spec

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = defer("networkx")  # most specs are checked without it

RESERVED = frozenset({"M", "M_obs", "V", "p", "q", "size"})
_NAME = re.compile(r"[^\W\d]\w*")
_VIEW = re.compile(r"\w[\w-]*")


def names(spec: Spec) -> Iterator[Problem]:
    """MVG201: a name that formulas or densities read otherwise, or that does not read as a name."""
    for path, name in _names(spec):
        pattern = _VIEW if path[0] == "views" else _NAME
        if name in RESERVED:
            yield error("MVG201", path, f"the name '{name}' is reserved", f"reserved: {', '.join(sorted(RESERVED))}")
        elif not pattern.fullmatch(name):
            remedy = "a name has letters, digits and _, and starts with a letter"
            yield error("MVG201", path, f"'{name}' is not a name", remedy)


def duplicates(spec: Spec) -> Iterator[Problem]:
    """MVG201: two nodes, or two views, of one name."""
    nodes: list[tuple[Path, str]] = [
        (("p", n), n) for n in (*(n for n, _ in _given(spec)), *(d.name for d in spec.discretes))
    ]
    views: list[tuple[Path, str]] = [(("views", v), v) for v in spec.view_names]
    for kind, found in (("node", nodes), ("view", views)):
        yield from (
            error("MVG201", path, f"there are two {kind}s named '{name}'", f"give each {kind} a name of its own")
            for i, (path, name) in enumerate(found)
            if name in [other for _, other in found[:i]]
        )


def parents(spec: Spec) -> Iterator[Problem]:
    """MVG202, MVG260: a parent that is neither a latent nor a condition of p, or that stands twice."""
    latents = [*(c.name for c in spec.conditions), *(v.name for v in spec.latents)]
    for child, given in _given(spec):
        for i, name in enumerate(given):
            if name in given[:i]:
                message = f"'{name}' stands twice among the parents of '{child}', and would be read twice"
                yield error("MVG260", ("p", child, "given", i), message, "name it once")
            elif name == spec.observed.name:
                message = f"'{name}' is observed and cannot be a parent of '{child}'"
                remedy = f"parents are latents{' or conditions' if spec.conditions else ''}: {', '.join(latents)}"
                yield error("MVG202", ("p", child, "given", i), message, remedy)
            elif name in [d.name for d in spec.discretes]:
                message = f"'{name}' is discrete and is no parent of '{child}' by itself: it is summed out"
                yield error("MVG202", ("p", child, "given", i), message, f"write marginal_over: {name} at a latent")
            elif name not in latents:
                message = f"unknown parent '{name}' of '{child}'"
                yield error("MVG202", ("p", child, "given", i), message, nearest(name, latents))


def positions(spec: Spec) -> Iterator[Problem]:
    """MVG261: a view that is named in the spec, and whose name is a number but not its position: it could be either."""
    named = {*(c.view for c in spec.conditions), *(n for one in written(spec) for n in mentioned(one.term))}
    for i, name in enumerate(spec.view_names):
        if name in named and name.isdecimal() and int(name) != i + 1:
            message = f"the view '{name}' has the number {i + 1}: it is not clear which view [{name}] would be"
            yield error("MVG261", ("views", name), message, f"give it a name with a letter, e.g. view_{name}")


def cycles(spec: Spec) -> Iterator[Problem]:
    """MVG203: latents that are their own ancestors."""
    parents = any(latent.given for latent in spec.latents)
    for circle in sorted(nx.simple_cycles(template(spec)), key=min) if parents else ():
        start = circle.index(min(circle))
        way = [*circle[start:], *circle[:start], circle[start]]
        message = f"p has a cycle: {' → '.join(way)}"
        yield error("MVG203", ("p", way[0], "given"), message, "drop one of these parents")


def observed(spec: Spec) -> Iterator[Problem]:
    """MVG204: an observed node without latent parents."""
    conditions = [c.name for c in spec.conditions]
    if all(g in conditions for g in spec.observed.given):
        name = spec.observed.name
        remedy = f"write given: [{spec.latents[0].name}]" if spec.latents else "add a latent and name it in given"
        yield error("MVG204", ("p", name), f"the observed node '{name}' has no latent parent", remedy)


def orphans(spec: Spec) -> Iterator[Problem]:
    """MVG205: a latent that no observed node depends on."""
    used = used_latents(spec)
    for latent in spec.latents:
        if latent.name not in used:
            message = f"nothing observed depends on the latent '{latent.name}'"
            remedy = f"name it in given of '{spec.observed.name}' or of another latent, or drop it"
            yield error("MVG205", ("p", latent.name), message, remedy)


def conditions(spec: Spec) -> Iterator[Problem]:
    """MVG232: a condition without a view, two conditions on one view, or no view left to score."""
    views: dict[str, str] = {}
    for node in spec.conditions:
        path: Path = ("p", node.name, "view")
        view = spec.view_named(node.view)
        if view is None:
            message = f"'{node.name}' is conditioned on '{node.view}', which is no view"
            yield error("MVG232", path, message, nearest(node.view, list(spec.view_names)))
        elif view in views:
            message = f"'{node.name}' and '{views[view]}' are both the view '{view}'"
            yield error("MVG232", path, message, "one node stands for a view: drop one of them")
        else:
            views[view] = node.name
    if views and not spec.scored_views:
        message = "every view is conditioned on, and none is left to score"
        yield error("MVG232", ("p",), message, "drop one of the conditions, or add a view")


def unused_conditions(spec: Spec) -> Iterator[Problem]:
    """MVG233: a condition that is nobody's parent."""
    parents = {g for _, given in _given(spec) for g in given}
    for node in (c for c in spec.conditions if c.name not in parents):
        message = f"nothing is conditioned on '{node.name}'"
        remedy = f"name it in given of '{spec.observed.name}' or of a latent, or drop it: the view is then scored"
        yield error("MVG233", ("p", node.name), message, remedy)


def uppers(spec: Spec) -> Iterator[Problem]:
    """MVG235: pseudo-data of what has no copies, or decoded from what is no shared latent."""
    plates = [v.name for v in spec.latents if v.plate]
    shared = [v.name for v in spec.latents if not v.plate]
    for node in spec.pseudo:
        if node.pseudo not in plates:
            message = f"'{node.name}' is made of draws of '{node.pseudo}', which is no private latent"
            yield error("MVG235", ("p", node.name, "pseudo"), message, nearest(node.pseudo, plates))
        wrong = [i for i, g in enumerate(node.given) if g in plates or g in [c.name for c in spec.conditions]]
        for i in wrong:
            message = f"'{node.name}' is decoded from '{node.given[i]}', and an upper level has shared latents only"
            yield error("MVG235", ("p", node.name, "given", i), message, f"shared latents: {', '.join(shared)}")
        if not node.given:
            yield error("MVG204", ("p", node.name), f"the node '{node.name}' has no latent parent", "write given: [c]")


def leaks(spec: Spec) -> Iterator[Problem]:
    """MVG206: a shared latent below a private one, which would carry one view's private latent into the others."""
    for latent in spec.latents:
        for i, name in enumerate(latent.given):
            if plated(spec, name) and not latent.plate:
                message = f"the shared latent '{latent.name}' depends on '{name}', which is private to each view"
                remedy = f"write plate: view at '{latent.name}', or let '{name}' depend on '{latent.name}'"
                yield error("MVG206", ("p", latent.name, "given", i), message, remedy)


def partners(spec: Spec) -> Iterator[Problem]:
    """MVG207, MVG208: a latent without a posterior, and a posterior without a latent."""
    latents, inferred = [v.name for v in spec.latents], [q.name for q in spec.posteriors]
    for name in (n for n in latents if n not in inferred):
        message = f"the latent '{name}' has no posterior"
        yield error("MVG207", ("p", name), message, f"add {name}: {{expert: normal}} to q")
    for name in (n for n in inferred if n not in latents):
        yield error("MVG208", ("q", name), f"q infers '{name}', which is no latent of p", nearest(name, latents))


def _given(spec: Spec) -> list[tuple[str, tuple[str, ...]]]:
    conditions: list[tuple[str, tuple[str, ...]]] = [(c.name, ()) for c in spec.conditions]
    latents = [(v.name, v.given) for v in spec.latents]
    return [*conditions, *latents, (spec.observed.name, spec.observed.given), *((n.name, n.given) for n in spec.pseudo)]


def _names(spec: Spec) -> Iterator[tuple[Path, str]]:
    yield from ((("params", n), n) for n in spec.params)
    yield from ((("views", n), n) for n in spec.view_names)
    nodes = dict.fromkeys(x.level.node if x.level else x.name for x in spec.latents)
    yield from ((("p", n), n) for n in (*nodes, spec.observed.name, *(d.name for d in spec.discretes)))
    for one in written(spec):
        yield from (((*one.path, "for", n), n) for n in one.term.for_)


CHECKS: tuple[Check, ...] = (
    names,
    duplicates,
    parents,
    positions,
    cycles,
    observed,
    orphans,
    conditions,
    unused_conditions,
    uppers,
    leaks,
    partners,
)
