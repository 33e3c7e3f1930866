"""The family of the reference models in docs/family.md: every pair of them compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

import mvgraph as mg
from mvgraph.drawing.kin.svg import svg, told
from mvgraph.drawing.kin.table import HEAD, rows
from mvgraph.drawing.themes import THEMES
from mvgraph.errors import MvgraphError
from mvgraph.interface.objectives import relate
from mvgraph.objective.difference.kinship import Family, Step, family, steps
from mvgraph.objective.difference.matrix import Matrix

FOLDER = "images/family"
MORE = 3  # views, at which the steps are looked at again
Table = Callable[[tuple[str, ...], Iterable[tuple[str, ...]]], list[str]]


@cache
def matrix() -> Matrix:
    """All reference models, at as many views as their specs have."""
    return relate(*mg.names())


@cache
def tree() -> Family:
    """Their family."""
    return family(matrix())


def pictures() -> Iterator[tuple[str, str]]:
    """The tree in both themes, by the names of files."""
    for name, theme in THEMES.items():
        yield f"{FOLDER}/tree-{name}.svg", svg(tree(), theme)


def classes() -> Iterator[str]:
    """Models whose objectives are one, or multiples of each other, as they stand."""
    for group in tree().classes:
        if len(group) > 1:
            first, *others = group
            verdicts = [f"`{n}` ({matrix().link(first, n).verdict})" for n in others]
            yield f"- `{first}` and {', '.join(verdicts)}"


def which(table: Table) -> Iterator[str]:
    """The steps of the tree, with what they are at three views."""
    yield from table(("step", f"at {MORE} views"), ((told(s), at_more(s)) for s in tree().steps))


def at_more(step: Step) -> str:
    """Whether a step is the same at more views, and what it is there where it is not."""
    try:
        found = relate(step.start, step.end, views=MORE)
    except MvgraphError:
        return "there are two views, always"
    (link,) = found.links
    others = list(steps(found, link))
    if any((s.relation, s.changes, s.others) == (step.relation, step.changes, step.others) for s in others):
        return "the same"
    return told(others[-1]) if others else "not related"


def pairs(table: Table) -> Iterator[str]:
    """Every two models that are related."""
    yield from table(HEAD, ((f"`{a}`", f"`{b}`", *rest) for a, b, *rest in rows(matrix())))


def alone() -> Iterator[str]:
    """Models that are related to no other."""
    yield ", ".join(f"`{name}`" for name in tree().alone) or "None."
