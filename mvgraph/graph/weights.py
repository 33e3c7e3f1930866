"""What can be wrong with the weights: names in formulas, tables of params, params that nothing uses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from mvgraph.errors import Path, Problem, SpecError
from mvgraph.graph.extents import Assignment, extent
from mvgraph.graph.finding import (
    Check,
    Written,
    attempt,
    error,
    plated,
    posteriors,
    references,
    value,
    warning,
    written,
)
from mvgraph.graph.inference import weights_of
from mvgraph.graph.pooling import pools, standard_names
from mvgraph.language.expr import Formula, Reference
from mvgraph.language.index import parse_ranges
from mvgraph.language.level import node_of
from mvgraph.language.table import Table
from mvgraph.registry import nearest
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import Route
from mvgraph.vocab.param.learnt import Learnt

COUNTS = ("M", "M_obs")


@dataclass(frozen=True)
class Weight:
    """A formula of the objective with its place; `scored` where a view is at hand that an unbound `m` stands for."""

    one: Written
    path: Path
    formula: Formula
    scored: bool = False


def weights(spec: Spec) -> Iterator[Weight]:
    """All formulas of the objective."""
    for one in written(spec):
        term = one.term
        yield Weight(one, (*one.path, "weight"), term.weight)
        if isinstance(term, Route):
            yield from _table(spec, one, "beta", term.beta)
            yield from _table(spec, one, "likelihood_weight", term.likelihood_weight)


def _table(spec: Spec, one: Written, key: str, weight: Formula | Table[Formula]) -> Iterator[Weight]:
    if isinstance(weight, Formula):
        yield Weight(one, (*one.path, key), weight, scored=key == "likelihood_weight")
        return
    for name, formula in weight.items():
        scored = key == "likelihood_weight" or plated(spec, name)
        yield Weight(one, (*one.path, key, name), formula, scored)


def tables(spec: Spec) -> Iterator[Problem]:
    """MVG222: a table of weights with a key that is no latent (beta) or no view (likelihood_weight)."""
    latents = dict.fromkeys(name for v in spec.latents for name in (v.name, node_of(v.name)))
    for one in written(spec):
        if isinstance(one.term, Route):
            yield from _keys(one, "beta", one.term.beta, list(latents), "latent")
            yield from _keys(
                one, "likelihood_weight", one.term.likelihood_weight, list(spec.scored_views), "scored view"
            )


def _keys(one: Written, key: str, weight: object, known: list[str], noun: str) -> Iterator[Problem]:
    for name in weight if isinstance(weight, Table) else ():
        if name not in known:
            yield error("MVG222", (*one.path, key, name), f"{key} names no {noun}: '{name}'", nearest(name, known))


def formulas(spec: Spec) -> Iterator[Problem]:
    """MVG122, MVG223, MVG224: a name that a formula cannot use, or values at which it is no real number."""
    for weight in weights(spec):
        found = attempt(references, weight.formula)
        if isinstance(found, SpecError):
            yield from (error(p.code, weight.path, p.message, p.remedy) for p in found.problems)
            continue
        faults = [f for r in found if (f := _reference(spec, weight, r))]
        yield from (error(code, weight.path, message, remedy) for code, message, remedy in faults)
        span = None if faults else attempt(partial(extent, spec, one=weight.one), weight.formula)
        if isinstance(span, SpecError):
            yield from (error(p.code, weight.path, p.message, p.remedy) for p in span.problems)


def _reference(spec: Spec, weight: Weight, reference: Reference) -> tuple[str, str, str] | None:
    name, index = reference.name, reference.index
    variables = weight.one.weighed
    if reference.size and name not in variables:
        return "MVG223", f"size({name}) needs a variable bound by `for`", f"add for: {{{name}: subsets}}"
    if reference.size:
        drawn = "random" in weight.one.term.for_[name]
        message = f"the size of '{name}' is not known before the set is drawn"
        return ("MVG223", message, "drop it, or let a term of its own draw random sets") if drawn else None
    if name in variables:
        return "MVG223", f"'{name}' stands for views and is not a number", f"write size({name}), or lam[{name}]"
    if name in COUNTS:
        return ("MVG224", f"{name} is one number and has no '{index}'", f"write {name}") if index else None
    if name not in spec.params:
        return "MVG223", f"unknown param '{name}'", nearest(name, [*spec.params, *COUNTS])
    if index is not None and not _is_view(spec, weight, index):
        known_views = [*spec.view_names, *(v for v, single in variables.items() if single)]
        return "MVG224", f"'{index}' in {name}[{index}] is not a view", nearest(index, known_views)
    return _subscript(spec, weight, reference)


def _is_view(spec: Spec, weight: Weight, index: str) -> bool:
    return index in spec.view_names or weight.one.weighed.get(index, weight.scored and index == "m")


def _subscript(spec: Spec, weight: Weight, reference: Reference) -> tuple[str, str, str] | None:
    name, param = reference.name, spec.params[reference.name]
    if isinstance(param, Learnt) and param.per:
        remedy = f"drop per: {param.per}; only the weights of a fusion may have it"
        return "MVG224", f"'{name}' is learnt per {param.per} and is not one number", remedy
    if isinstance(param, Table) and reference.index is None and not weight.scored:
        return "MVG224", f"'{name}' has one number a view: which one is meant?", f"write {name}[m] with for: {{m: V}}"
    return None


def param_tables(spec: Spec) -> Iterator[Problem]:
    """MVG225: a table of numbers that does not have exactly one number a view."""
    for name, param in spec.params.items():
        for view in param if isinstance(param, Table) else ():
            if view not in spec.view_names:
                message = f"the table '{name}' has a number for '{view}', which is no view"
                yield error("MVG225", ("params", name, view), message, nearest(view, list(spec.view_names)))
        missing = [v for v in spec.scored_views if isinstance(param, Table) and v not in param]
        if missing:
            message = f"the table '{name}' has no number for the view '{missing[0]}'"
            yield error("MVG225", ("params", name), message, f"add {missing[0]}: 1")


def starts(spec: Spec) -> Iterator[Problem]:
    """MVG323: a learnt number whose first value is no number, or lies outside its bounds."""
    for name, param in spec.params.items():
        if not isinstance(param, Learnt):
            continue
        path: Path = ("params", name, "learnt", "init")
        formula, (low, high) = Formula(str(param.init)), param.clamp or (-math.inf, math.inf)
        names = attempt(references, formula)
        if not isinstance(names, SpecError) and (unknown := [r for r in names if r != Reference("M")]):
            message = f"'{unknown[0]}' is not known before training, and '{name}' starts with it"
            yield error("MVG323", path, message, "write a number, or a formula over M such as 1/M")
            continue
        first = names if isinstance(names, SpecError) else attempt(partial(extent, spec), formula)
        if isinstance(first, SpecError):
            yield from (error(p.code, path, p.message, p.remedy) for p in first.problems)
        elif first is not None and not low <= first[0].number <= high:
            message = f"'{name}' starts with {first[0].number:g}, outside clamp [{low:g}, {high:g}]"
            yield error("MVG323", path, message, "start between the two")


def runaways(spec: Spec) -> Iterator[Problem]:
    """MVG807 (warning): a learnt number without bounds that weighs a term, so that it pays to change it without end."""
    for weight in weights(spec):
        found = attempt(references, weight.formula)
        for name in () if isinstance(found, SpecError) else dict.fromkeys(r.name for r in found):
            param = spec.params.get(name)
            if isinstance(param, Learnt) and param.clamp is None and param.per is None:
                message = f"the learnt '{name}' weighs a term and has no bounds: it pays to change it without end"
                remedy = f"keep it between bounds, {name}: {{learnt: {{clamp: [0, 1]}}}}, or write a number"
                yield warning("MVG807", ("params", name), message, remedy)


def unused_params(spec: Spec) -> Iterator[Problem]:
    """MVG226 (warning): a param that no formula, fusion or range uses."""
    used = {r.name for q in posteriors(spec).values() for r in weights_of(q)}
    used |= {r.name for family in pools(spec).values() for r in standard_names(family)}
    for weight in weights(spec):
        found = attempt(references, weight.formula)
        used |= set() if isinstance(found, SpecError) else {r.name for r in found}
    for one in written(spec):
        ranges = [attempt(parse_ranges, text) for text in one.term.for_.values()]
        used |= {part.count for r in ranges if not isinstance(r, SpecError) for part in r}
    for name in spec.params:
        if name not in used:
            message = f"the param '{name}' is never used"
            yield warning("MVG226", ("params", name), message, "use it in a weight, or drop it")


def negatives(spec: Spec) -> Iterator[Problem]:
    """MVG310 (warning): a weight that is negative, or becomes negative, so that its term pulls the other way."""
    for weight in weights(spec):
        least = attempt(partial(_least, spec), weight)
        if isinstance(least, Assignment) and least.number < 0:
            where = "" if value(spec, weight.formula) is not None else f" at {least.place}"
            message = f"the weight '{weight.formula}' is {least.number:g}{where}: its term pulls the wrong way"
            yield warning("MVG310", weight.path, message, "a weight is 0 or more; maximize and minimize give the sign")


def _least(spec: Spec, weight: Weight) -> Assignment | None:
    known = all(r.size or r.name in COUNTS or r.name in spec.params for r in references(weight.formula))
    span = extent(spec, weight.formula, weight.one) if known else None
    return None if span is None else span[0]


CHECKS: tuple[Check, ...] = (tables, formulas, param_tables, starts, unused_params, runaways, negatives)
