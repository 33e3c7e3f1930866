"""How many models relate, as tables: in text, in LaTeX, in Markdown, and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mvgraph.drawing.kin.svg import deed, told
from mvgraph.language import markdown as md
from mvgraph.language import tex
from mvgraph.objective.difference.kinship import Family, Step, family, steps
from mvgraph.objective.difference.matrix import Link, Matrix
from mvgraph.objective.difference.relation import Relation

ABOUT = "% Made by mvgraph; it needs \\usepackage{longtable} in the preamble."
HEAD = ("A", "B", "as they stand", "special case", "under")


def rows(matrix: Matrix) -> Iterator[tuple[str, ...]]:
    """A row for every two models that are related."""
    for link in matrix.related:
        verdict = _ordered(link) if link.verdict is Relation.ORDERED else str(link.verdict)
        found = list(steps(matrix, link))[-1]
        special = "" if link.special is None else str(link.special.relation)
        yield link.a, link.b, verdict, special, _under(found) if special else ""


def _ordered(link: Link) -> str:
    return "A ≤ B" if link.finding.lower == "A" else "A ≥ B"


def _under(step: Step) -> str:
    sides = ((step.start, step.changes), (step.end, step.others))
    said = [f"{name} {deed(change)}" for name, changes in sides for change in changes]
    return "; ".join([*said, *step.needs])


def text(matrix: Matrix) -> str:
    """A square of all pairs, classes, then the tree step by step."""
    found = family(matrix)
    parts = [str(matrix), f"{_counted(matrix)}, {_views(matrix)}"]
    if same := [" = ".join(group) for group in found.classes if len(group) > 1]:
        parts.append("\n".join(["one objective, or multiples of one, as they stand", *(f"  {line}" for line in same)]))
    if found.steps:
        parts.append("\n".join(["which becomes which", *(f"  {told(step)}" for step in found.steps)]))
    if found.alone:
        parts.append(f"few changes make no other of\n  {', '.join(found.alone)}")
    return "\n\n".join(parts) + "\n"


def _counted(matrix: Matrix) -> str:
    related = len(matrix.related)
    plural = "" if len(matrix.links) == 1 else "s"
    return f"{len(matrix.names)} models, {len(matrix.links)} pair{plural}, {related} of them related"


def _views(matrix: Matrix) -> str:
    return f"at {' or '.join(map(str, matrix.views))} view{'' if matrix.views == (1,) else 's'}"


def markdown(matrix: Matrix) -> str:
    """The tree as a list, and a table of every related pair."""
    found = family(matrix)
    parts = [f"{_counted(matrix)}. They are compared {_views(matrix)}."]
    if same := [" = ".join(map(md.code, group)) for group in found.classes if len(group) > 1]:
        parts += ["### One objective, or multiples of one, as they stand", "\n".join(f"- {line}" for line in same)]
    parts += ["### Which becomes which", "\n".join(f"- {md.text(told(step))}" for step in found.steps) or "None."]
    if found.alone:
        parts += ["### Few changes make no other of", ", ".join(map(md.code, found.alone))]
    parts += ["### Every related pair", md.table(HEAD, _cells(matrix))]
    return "\n\n".join(parts) + "\n"


def _cells(matrix: Matrix) -> Iterator[tuple[str, ...]]:
    return ((md.code(a), md.code(b), *map(md.text, rest)) for a, b, *rest in rows(matrix))


def latex(matrix: Matrix) -> str:
    """A part of a LaTeX document: the tree as a list, and a table of every related pair, which may break over pages."""
    found = family(matrix)
    lines = [tex.comment("How models are related"), ABOUT, rf"\noindent {tex.text(_counted(matrix))}.", ""]
    same = [tex.text(" = ".join(group)) for group in found.classes if len(group) > 1]
    lines += _paragraph("One objective, or multiples of one, as they stand", same)
    lines += _paragraph("Which becomes which", [tex.text(told(step)) for step in found.steps])
    lines += _paragraph("Few changes make no other of", [tex.text(", ".join(found.alone))] if found.alone else [])
    cells = (tex.cells(*map(tex.text, (a, b, _both(*found), under))) for a, b, *found, under in rows(matrix))
    columns = "".join(rf"p{{{width}\linewidth}}" for width in (0.19, 0.19, 0.19, 0.27))
    head = [tex.cells("A", "B", "relation", "under"), r"\hline"]
    lines += [r"\paragraph{Every related pair}", *tex.longtable(columns, [*head, *cells])]
    return "\n".join([*lines, ""])


def _both(standing: str, special: str) -> str:
    return f"{standing}, but {special}" if special else standing


def _paragraph(title: str, items: Sequence[str]) -> Iterator[str]:
    """A list under a title; nothing where there is nothing to be listed."""
    if items:
        yield from (rf"\paragraph{{{title}}}", r"\begin{itemize}", *(rf"\item {each}" for each in items))
        yield from (r"\end{itemize}", "")


def data(matrix: Matrix) -> dict[str, Any]:
    """Every pair and the family tree as plain data."""
    found: Family = family(matrix)
    return {
        "models": list(matrix.names),
        "pairs": [link.to_json() for link in matrix.links],
        "classes": [list(group) for group in found.classes],
        "steps": [{**vars(s), "relation": str(s.relation), "kind": s.kind} for s in found.steps],
        "alone": list(found.alone),
    }
