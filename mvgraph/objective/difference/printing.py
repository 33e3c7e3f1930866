"""The difference of two models as text: the verdict, terms aligned, graphs and settings apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from mvgraph.language.expr import Expr
from mvgraph.objective.difference.relation import ONE, Finding, Relation
from mvgraph.objective.difference.rows import Rows, legend, rows
from mvgraph.objective.difference.settings import Change
from mvgraph.objective.text import signed

if TYPE_CHECKING:
    from mvgraph.objective.difference.delta import Difference
    from mvgraph.objective.difference.graphs import Gained

INDENT = "  "
MOST_LINES = 12  # of one kind of change


def printed(delta: Difference) -> str:
    """A difference as text, without a line break at the end."""
    parts = [_heading(delta), _verdict(delta), *_objective(delta), *_graph(delta), *_settings(delta)]
    return "\n\n".join(parts)


def _heading(delta: Difference) -> str:
    lines = [f"A  {delta.a.name}", f"B  {delta.b.name}", delta.about]
    moved = [f"{new} is {old} in B" for old, new in (*delta.names.views.items(), *delta.names.nodes.items())]
    lines += [f"named alike: {', '.join(moved)}"] if moved else []
    lines += [f"assuming {_values(delta.assuming)}"] if delta.assuming else []
    return "\n".join(lines)


def _values(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())


def _verdict(delta: Difference) -> str:
    lines = list(_finding(delta.finding))
    if delta.special is not None:
        first, *rest = _finding(delta.special)
        lines += [f"but {first}", *rest]
    lines += delta.plates.fewer if delta.plates else ()
    return "\n".join(lines)


def found_text(found: Finding) -> str:
    """A relation in words, and what it needs."""
    needs = _needs(found)
    return WORDS[found.relation](found) + (f" under: {'; '.join(needs)}" if needs else "")


def _needs(found: Finding) -> list[str]:
    return [*found.given, *([_values(found.under)] if found.under else [])]


def _finding(found: Finding) -> Iterator[str]:
    """A relation, what it needs, and what it rests on; on one line where it needs one thing."""
    needs = _needs(found)
    yield found_text(found) if len(needs) < 2 else f"{WORDS[found.relation](found)} under:"
    yield from (f"{INDENT}{need}" for need in needs[: len(needs) if len(needs) > 1 else 0])
    yield from (f"{INDENT}{note}" for note in found.notes)
    upper = "B - A" if found.lower == "A" else "A - B"
    yield from (f"{INDENT}{upper}: {signed(-c, a).replace('- ', '+ ', 1)}" for c, a in found.gap)


def _factor(found: Finding, text: str) -> str:
    return text if found.factor == ONE else f"{text}, A = {_bracketed(found.factor)} B"


def _times(found: Finding) -> str:
    return "" if found.factor == ONE else f"{_bracketed(found.factor)} "


def _bracketed(factor: Expr) -> str:
    return f"({factor})" if factor.is_Add or factor.is_Mul or factor.is_Pow else str(factor)


def _ordered(found: Finding) -> str:
    return "ordered: A <= B" if found.lower == "A" else "ordered: A >= B"


WORDS: dict[Relation, Callable[[Finding], str]] = {
    Relation.IDENTICAL: lambda _found: "identical",
    Relation.SCALED: lambda found: _factor(found, "equal up to a positive scale"),
    Relation.EXPECTED: lambda found: _factor(found, "equal in expectation"),
    Relation.SHIFTED: lambda found: f"equal up to a constant, A = {_times(found)}B {found.constant}",
    Relation.ORDERED: _ordered,
    Relation.DIFFERENT: lambda _found: "different",
}


def _objective(delta: Difference) -> Iterator[str]:
    """The terms beside each other: in phases, where both have them."""
    parts = [(f"phase {name}", terms) for name, terms in delta.phases.items()] or [("objective", delta.terms)]
    yield from ("\n".join([title, *_lines(delta, rows(delta, terms))]) for title, terms in parts)


MARKS = {"shared": "=", "changed": "~", "removed": "A", "added": "B"}


def _lines(delta: Difference, found: Rows) -> Iterator[str]:
    """Every term once: `=` for shared ones, `~` for other coefficients, `A` for A's alone, `B` for B's alone."""
    yield from (f"{INDENT}{MARKS[row.kind]}  {row}" for row in found.rows)
    where = legend(delta, [found])
    yield from [f"{INDENT}where {where}"] if where else []


def _graph(delta: Difference) -> Iterator[str]:
    titles = {
        "nodes": "nodes of p",
        "generative": "edges of p",
        "inference": "edges of q",
        "independences": "independences in p",
        "encoders": "networks of q in use",
        "decoders": "likelihoods in use",
    }
    for kind, title in titles.items():
        found: Gained = getattr(delta.graph, kind)
        if found:
            rows = [*(("A", t) for t in found.lost), *(("B", t) for t in found.gained)]
            shown = [f"{INDENT}{mark}  {text}" for mark, text in rows[:MOST_LINES]]
            shown += [f"{INDENT}and {len(rows) - MOST_LINES} more"] if len(rows) > MOST_LINES else []
            yield "\n".join([f"{title} that only one has", *shown])


def _settings(delta: Difference) -> Iterator[str]:
    for title in ("players", "distributions", "params", "estimator", "networks", "training"):
        found: tuple[Change, ...] = getattr(delta, title)
        if found:
            width = max(len(c.what) for c in found)
            yield "\n".join([title, *(f"{INDENT}{c.what.ljust(width)}  {c.before} -> {c.after}" for c in found)])
