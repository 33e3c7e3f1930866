"""What every check is made of: findings, the written terms with their places, the views that a text can mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TypeVar

from mvgraph.errors import Path, Problem, SpecError
from mvgraph.language.density import Density, parse_density
from mvgraph.language.expr import Formula, Reference
from mvgraph.language.index import Range, parse_ranges, parse_views
from mvgraph.spec.games import Contest
from mvgraph.spec.model import Posterior, Spec
from mvgraph.spec.moves import variables
from mvgraph.spec.phases import Objective
from mvgraph.spec.terms import Route, WrittenTerm

A = TypeVar("A")
T = TypeVar("T")

Check = Callable[[Spec], Iterator[Problem]]


def error(code: str, path: Path, message: str, remedy: str = "") -> Problem:
    """A finding that stops the compiler."""
    return Problem(code, path, message, remedy)


def warning(code: str, path: Path, message: str, remedy: str = "") -> Problem:
    """A finding that does not stop the compiler."""
    return Problem(code, path, message, remedy, severity="warning")


@dataclass(frozen=True)
class Written:
    """A term of an objective, the list it stands in, the path to its options, and the latents that are levels."""

    term: WrittenTerm
    list: str
    path: Path
    levels: frozenset[str] = frozenset()

    @property
    def variables(self) -> dict[str, bool]:
        """The variables that the term binds: True for a view, False for a set of views."""
        return {name: text.strip() == "V" for name, text in self.term.for_.items()}

    @property
    def weighed(self) -> dict[str, bool]:
        """Those of them that its weights may name: not those that range over members inside the term."""
        if not self.term.gathers:
            return self.variables
        own = attempt(variables, self.term) if isinstance(self.term, Contest) else []
        return {} if isinstance(own, SpecError) else {n: v for n, v in self.variables.items() if n in own}


def written(spec: Spec) -> list[Written]:
    """All terms of the objective, or of the objectives of all phases, in the order of the text."""
    levels = frozenset(v.name for v in spec.latents if v.level is not None)
    return [
        Written(t, name, (*path, name, i, t.word), levels)
        for path, one in objectives(spec).items()
        for name, terms in (("maximize", one.maximize), ("minimize", one.minimize))
        for i, t in enumerate(terms)
    ]


def objectives(spec: Spec) -> dict[Path, Objective]:
    """The objectives by their places: that of the spec, and those of its phases."""
    phases: dict[Path, Objective] = {("phases", i, "objective"): p.objective for i, p in enumerate(spec.phases)}
    own = spec.objective.maximize or spec.objective.minimize or not spec.phases
    return {**({("objective",): spec.objective} if own else {}), **phases}


def routes(spec: Spec) -> Iterator[tuple[Written, Route]]:
    """The terms that are routes."""
    return ((w, w.term) for w in written(spec) if isinstance(w.term, Route))


def densities(one: Written) -> Iterator[tuple[Path, Density]]:
    """The densities that a term names with their places, those that can be read."""
    for key, text in one.term.densities:
        found = attempt(parse_density, text)
        if isinstance(found, Density):
            yield (*one.path, *key), found.among(one.levels)


def attempt(read: Callable[[A], T], argument: A) -> T | SpecError:
    """What `read` gives for an argument, or the error that it raises."""
    try:
        return read(argument)
    except SpecError as failure:
        return failure


def mentioned(term: WrittenTerm) -> Iterator[str]:
    """The views, by name or number, and the variables that a term names one by one: in lists, and behind bars."""
    for text in (term.from_, term.to) if isinstance(term, Route) else ():
        views = attempt(parse_views, text)
        yield from views.names if not isinstance(views, SpecError) and views.listed else ()
    for _, text in term.densities:
        density = attempt(parse_density, text)
        if not isinstance(density, SpecError):
            yield from filter(None, (density.copy, *(density.views or "").replace(",", " ").split()))


@dataclass(frozen=True)
class Reach:
    """The views that occur in the sets that a text can mean, and the sizes of these sets."""

    views: frozenset[str]
    sizes: frozenset[int]


def reach(spec: Spec, term: WrittenTerm, text: str) -> Reach | None:
    """What `V`, `S` or `[m, image]` can mean in a term; None where it cannot be read."""
    found = attempt(parse_views, text)
    if isinstance(found, SpecError):
        return None
    if found.all:
        return Reach(frozenset(spec.view_names), frozenset({len(spec.views)}))
    fixed = [spec.view_named(n) for n in found.names if n not in term.for_]
    bound = [_variable(spec, term.for_[n]) for n in found.names if n in term.for_]
    reaches = [b for b in bound if b is not None]
    if None in fixed or len(reaches) < len(bound):
        return None
    return _union(frozenset(v for v in fixed if v is not None), reaches, len(spec.views))


def evidence(spec: Spec, term: WrittenTerm, density: Density) -> Reach | None:
    """What stands behind the bar of a density."""
    text = density.views or ""
    return reach(spec, term, text if text == "V" else f"[{text}]")


def _union(fixed: frozenset[str], bound: list[Reach], most: int) -> Reach:
    if not fixed and len(bound) == 1:
        return bound[0]
    least = max([len(fixed), *(min(b.sizes, default=0) for b in bound)])
    largest = min(most, len(fixed) + sum(max(b.sizes, default=0) for b in bound))
    return Reach(fixed.union(*(b.views for b in bound)), frozenset(range(least, largest + 1)))


def _variable(spec: Spec, text: str) -> Reach | None:
    found = attempt(parse_ranges, text)
    if isinstance(found, SpecError):
        return None
    whole = any(part.word == "full" for part in found)  # what is conditioned on is in no other set
    views = spec.view_names if whole else spec.scored_views
    return Reach(frozenset(views), frozenset(s for part in found for s in _sizes(part, len(views))))


def _sizes(part: Range, count: int) -> range:
    spans = {"full": range(count, count + 1), "subsets": range(1, count + 1), "random": range(2, count)}
    return spans.get(part.word, range(1, 2))


def components(spec: Spec, sizes: frozenset[int]) -> frozenset[int]:
    """The sizes of the sets whose experts meet, once the posterior's mixture has been taken apart."""
    spans = {"none": sizes, "singles": frozenset({1}), "subsets": frozenset(range(1, max(sizes, default=0) + 1))}
    return spans[spec.mixture]


def used_latents(spec: Spec, node: str | None = None) -> set[str]:
    """The latents above the nodes that are scored, or above one of them."""
    given = {v.name: v.given for v in spec.latents}
    above = [spec.observed.given, *(n.given for n in spec.pseudo)] if node is None else [spec.target(node).given]
    names = [g for parents in above for g in parents if g in given]
    for name in names:  # grows while it is walked
        names += [g for g in given[name] if g in given and g not in names]
    return set(names)


def scored_node(route: Route) -> str:
    """The node that a route names in `to`; empty for the observed one."""
    found = attempt(parse_views, route.to)
    return "" if isinstance(found, SpecError) else found.node


def plated(spec: Spec, name: str) -> bool:
    """Whether a name is that of a latent with one copy a view."""
    return any(v.plate for v in spec.latents if v.name == name)


def posteriors(spec: Spec) -> dict[str, Posterior]:
    """The posteriors of latents that exist, by name."""
    known = {v.name for v in spec.latents}
    return {q.name: q for q in spec.posteriors if q.name in known}


def value(spec: Spec, formula: Formula) -> float | None:
    """The number that a formula is, given the plain numbers of the spec; None where it is not known yet."""
    found = attempt(partial(numeric, spec), formula)
    return None if found is None or isinstance(found, SpecError) else float(found)


def numeric(spec: Spec, formula: Formula) -> float | Fraction | None:
    """The same; a formula that cannot be computed is refused."""
    return formula.number(partial(number, spec))


def references(formula: Formula) -> tuple[Reference, ...]:
    """The names that a formula uses."""
    return formula.references


def number(spec: Spec, reference: Reference) -> Fraction | None:
    """The number behind a name of a formula, where it is plain."""
    if reference.index is not None or reference.size:
        return None
    if reference.name == "M":
        return Fraction(len(spec.scored_views))
    known = spec.params.get(reference.name)
    return Fraction(str(known)) if isinstance(known, int | float) else None
