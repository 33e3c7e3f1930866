"""What can be wrong with the names in the objective: sets of views, bound variables, densities."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.errors import Path, Problem, SpecError
from mvgraph.graph.finding import (
    Check,
    Written,
    attempt,
    densities,
    error,
    plated,
    posteriors,
    references,
    routes,
    scored_node,
    used_latents,
    warning,
    written,
)
from mvgraph.language.density import Data, Density, parse_density, parse_sample
from mvgraph.language.expr import Formula
from mvgraph.language.index import parse_ranges, parse_views
from mvgraph.language.level import level_name
from mvgraph.language.table import Table
from mvgraph.registry import nearest
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import Route


def sets(spec: Spec) -> Iterator[Problem]:
    """MVG215, MVG216: `from` and `to` that name no view, or a position that does not exist."""
    for one, route in routes(spec):
        for key, text in (("from", route.from_), ("to", route.to)):
            yield from _set(spec, one, (*one.path, key), text)
    for one in written(spec):
        if isinstance(one.term, Contest) and one.term.from_ is not None:
            yield from _set(spec, one, (*one.path, "from"), one.term.from_)


def _set(spec: Spec, one: Written, path: Path, text: str) -> Iterator[Problem]:
    found = attempt(parse_views, text)
    if isinstance(found, SpecError):
        yield from (error(p.code, path, p.message, p.remedy) for p in found.problems)
        return
    for name in found.names:
        if found.listed:
            yield from _member(spec, one, path, name)
            yield from _wide(one, path, name)
        elif name not in one.term.for_ and name in spec.view_names:
            yield error("MVG215", path, f"'{name}' is a view, not a set of views", f"write [{name}]")
        elif name not in one.term.for_:
            remedy = "write V for all the views; a set of some is a variable, e.g. from: S with for: {S: subsets}"
            yield error("MVG215", path, f"the set '{name}' is not bound", remedy)


def _member(spec: Spec, one: Written, path: Path, name: str) -> Iterator[Problem]:
    count = len(spec.views)
    if name in one.term.for_ or name in spec.view_names:
        return
    if name.isdecimal() and not 1 <= int(name) <= count:
        yield error("MVG216", path, f"there is no view number {name}", f"the spec has {count} views, the first is 1")
    elif not name.isdecimal():
        known = [*spec.view_names, *one.term.for_]
        yield error("MVG215", path, f"'{name}' is neither a view nor bound by `for`", nearest(name, known))


def _wide(one: Written, path: Path, name: str) -> Iterator[Problem]:
    """A set in a list of views that is not known before the data are."""
    if any(word in one.term.for_.get(name, "") for word in ("full", "random")):
        message = f"'{name}' may stand for all observed views or for random ones, and cannot be one of a list"
        yield error("MVG215", path, message, f"write {name} by itself")


def targets(spec: Spec) -> Iterator[Problem]:
    """MVG234: `to` that names a view that is conditioned on."""
    nodes = {view: node for node, view in spec.conditioned.items()}
    for one, route in routes(spec):
        found = attempt(parse_views, route.to)
        for name in found.names if not isinstance(found, SpecError) and found.listed else ():
            view = spec.view_named(name)
            if name not in route.for_ and view in nodes:
                message = f"p is conditioned on '{nodes[view]}', the view '{view}', and does not score it"
                yield error("MVG234", (*one.path, "to"), message, "write to: V, which is all views that are scored")


def nodes(spec: Spec) -> Iterator[Problem]:
    """MVG237: `to` that names a node which is not scored."""
    known = [spec.observed.name, *(n.name for n in spec.pseudo)]
    for one, route in routes(spec):
        node = scored_node(route)
        if node and node not in known:
            yield error("MVG237", (*one.path, "to"), f"'{node}' is no node that is scored", nearest(node, known))


def drops(spec: Spec) -> Iterator[Problem]:
    """MVG238: evidence that cannot be dropped by chance."""
    for one, route in routes(spec):
        path = (*one.path, "drop")
        if route.drop is None:
            continue
        if not 0 <= route.drop.p <= 1:
            yield error("MVG238", (*path, "p"), f"p: {route.drop.p:g} is no probability", "write a number from 0 to 1")
        above = used_latents(spec, scored_node(route))
        private = [n for n in above if plated(spec, n)]
        if route.from_ != "V" or spec.mixture != "none":
            message = "evidence is dropped from all views together: from: V, without a mixture"
            yield error("MVG238", path, message, "write from: V and mixture: none, or drop: null")
        elif private:
            message = f"'{min(private)}' is inferred from its own view, which may be dropped"
            yield error("MVG238", path, message, "score the nodes of shared latents only")


def variables(spec: Spec) -> Iterator[Problem]:
    """MVG217: a bound variable that hides another name, or runs over no known range."""
    taken = {**dict.fromkeys(spec.params, "param"), **dict.fromkeys(spec.view_names, "view")}
    for one in written(spec):
        for name, text in one.term.for_.items():
            path = (*one.path, "for", name)
            if name in taken:
                message = f"the variable '{name}' hides the {taken[name]} '{name}'"
                yield error("MVG217", path, message, "choose another name")
            found = attempt(parse_ranges, text)
            if isinstance(found, SpecError):
                yield from (error(p.code, path, p.message, p.remedy) for p in found.problems)


def draws(spec: Spec) -> Iterator[Problem]:
    """MVG218: the k of random(k), a whole number or a param that is one."""
    for one in written(spec):
        for name, text in one.term.for_.items():
            found = attempt(parse_ranges, text)
            for part in () if isinstance(found, SpecError) else found:
                count = spec.params.get(part.count, part.count)
                if part.word == "random" and not str(count).isdecimal():
                    message = f"the number of random sets, '{part.count}', is not a whole number"
                    yield error("MVG218", (*one.path, "for", name), message, f"add params: {{{part.count}: 1}}")
        if sum(text.count("random") for text in one.term.for_.values()) > 1:
            message = "a term draws random sets for one variable, once"
            yield error("MVG218", (*one.path, "for"), message, "write one random(k), or two terms")


def private_draws(spec: Spec) -> Iterator[Problem]:
    """MVG231: random evidence where a private latent's rule depends on whether the evidence holds its view."""
    private = [n for n, q in posteriors(spec).items() if plated(spec, n) and q.absent != "own"]
    for one, route in routes(spec) if spec.mixture == "none" else ():
        drawn = "random" in route.for_.get(route.from_, "")
        for name in (n for n in private if drawn and route.to != route.from_):
            message = f"'{name}' is inferred from a view that the random evidence may lack"
            yield error("MVG231", (*one.path, "from"), message, f"write to: {route.from_}, or absent: own in q.{name}")


def unused_variables(spec: Spec) -> Iterator[Problem]:
    """MVG219 (warning): a bound variable that only repeats the term."""
    for one in written(spec):
        for name in one.term.for_:
            if name not in _mentioned(one):
                message = f"the variable '{name}' is bound but never used: the term is repeated as it is"
                yield warning("MVG219", (*one.path, "for", name), message, "use it, or drop it from `for`")


def _mentioned(one: Written) -> set[str]:
    term = one.term
    if isinstance(term, Route):
        read = [attempt(parse_views, text) for text in (term.from_, term.to)]
        names = [n for v in read if not isinstance(v, SpecError) for n in v.names]
        weights = [term.weight, *_formulas(term.beta), *_formulas(term.likelihood_weight)]
    else:
        names, weights = _unscored(one), [term.weight]
    names += [n for _, d in densities(one) for n in (*_views(d), d.copy or "")]
    read_weights = [attempt(references, formula) for formula in weights]
    found = [r for names_ in read_weights if not isinstance(names_, SpecError) for r in names_]
    return {*names, *(r.name for r in found), *(r.index or "" for r in found)}


def _unscored(one: Written) -> list[str]:
    """The views of a game's data, and those that its reconstructions are made from."""
    if not isinstance(one.term, Contest):
        return []
    read = [attempt(parse_sample, text) for _, text in one.term.samples]
    given = attempt(parse_views, one.term.from_ or "V")
    views = [] if isinstance(given, SpecError) else given.names
    return [*(d.copy for d in read if isinstance(d, Data)), *views]


def _formulas(weight: Formula | Table[Formula]) -> list[Formula]:
    return [weight] if isinstance(weight, Formula) else list(weight.values())


def _views(density: Density) -> list[str]:
    return [n.strip() for n in (density.views or "").split(",") if n.strip()]


def density_names(spec: Spec) -> Iterator[Problem]:
    """MVG220: a density of an unknown latent, of a wrong copy, or given unknown views."""
    for one in written(spec):
        for key, text in one.term.densities:
            path = (*one.path, *key)
            found = attempt(parse_density, text)
            if isinstance(found, SpecError):
                yield from (error(p.code, path, p.message, p.remedy) for p in found.problems)
            else:
                yield from _density(spec, one, path, found.among(one.levels))


def _density(spec: Spec, one: Written, path: Path, density: Density) -> Iterator[Problem]:
    latents = [v.name for v in spec.latents]
    node, which = density.node, density.which
    if level_name(node, 1) in one.levels:
        message = f"'{node}' has levels: which one is meant?"
        yield error("MVG220", path, message, f"write {which}({level_name(node, 1)} …)")
    elif node not in latents:
        yield error("MVG220", path, f"'{node}' is no latent of p", nearest(node, latents))
    elif density.copy is None and plated(spec, node):
        yield error("MVG220", path, f"'{node}' has one copy a view: which one is meant?", f"write {which}({node}.m …)")
    elif density.copy is not None and not plated(spec, node):
        yield error("MVG220", path, f"'{node}' is shared by all views and has no copies", f"write {which}({node} …)")
    if which == "p" and density.views:
        yield error("MVG220", path, "a prior is not given any view", f"write p({node})")
    if density.copy is not None:
        yield from _member(spec, one, path, density.copy)
        if one.variables.get(density.copy) is False:
            message = f"'{density.copy}' is a set of views, and a copy belongs to one view"
            yield error("MVG220", path, message, "bind a view: for: {m: V}")
    given = _views(density)
    for name in (n for n in given if n != "V"):
        yield from _member(spec, one, path, name)
        yield from _wide(one, path, name) if len(given) > 1 else ()
    if density.copy is not None and given and density.copy not in given and given != ["V"]:
        message = f"the copy of '{node}' in '{density.copy}' is inferred from that view alone"
        yield error("MVG220", path, message, f"write {which}({node}.{density.copy} | {density.copy})")


def pairs(spec: Spec) -> Iterator[Problem]:
    """MVG221: one comparison of densities of different latents or of different copies."""
    for one in (w for w in written(spec) if w.term.compares):
        latents, word = {v.name for v in spec.latents}, one.term.word
        found = [(path, density) for path, density in densities(one) if density.node in latents]
        for path, density in found[1:]:
            first, other = _copy(found[0][1]), _copy(density)
            if first != other:
                message = f"a {word} compares densities of one latent, here '{first}' and '{other}'"
                yield error("MVG221", path, message, f"write {density.which}({first} …)")
        for path, density in found if one.term.gathers else ():
            if density.copy in one.term.for_:
                message = f"'{_copy(density)}' is another latent for every {density.copy}, and a {word} has one latent"
                yield error("MVG221", path, message, "name one view, or a latent that all views share")


def _copy(density: Density) -> str:
    return density.node if density.copy is None else f"{density.node}.{density.copy}"


CHECKS: tuple[Check, ...] = (
    sets,
    targets,
    nodes,
    drops,
    variables,
    draws,
    private_draws,
    unused_variables,
    density_names,
    pairs,
)
