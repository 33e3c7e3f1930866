"""From a spec to its diagram."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from mvgraph.drawing import generation, inference, onlookers, parameters
from mvgraph.drawing.diagram import Diagram, Edge, Node, Plate
from mvgraph.drawing.folding import Folding, fold
from mvgraph.drawing.notes import note
from mvgraph.drawing.sketch import Line, Mark, Sketch, sketch
from mvgraph.graph import build
from mvgraph.language.symbols import latex
from mvgraph.spec.model import Spec

ROWS = "plate:n"
LEVELS = "plate:l"


def diagram(
    spec: Spec,
    *,
    unroll: bool = False,
    part: Literal["p", "q", "both"] = "both",
    with_parameters: bool = False,
) -> Diagram:
    """The picture of both graphs of a spec.

    Arguments:
        spec: a checked spec.
        unroll: every view and level by its name; folded into plates otherwise.
        part: the generative graph, the inference graph, or both in one.
        with_parameters: dots for the parameters of decoders, encoders and learnt priors.
    """
    whole = draft(spec, with_parameters=with_parameters)
    folding = Folding() if unroll else fold(spec, whole)
    return folded(spec, whole, folding).part(part)


def draft(spec: Spec, *, with_parameters: bool = False) -> Sketch:
    """Everything that there is to draw, every view and level by itself."""
    graph = build(spec)
    marks = generation.nodes(spec, graph)
    lines = [*generation.lines(spec, graph, marks), *inference.lines(spec, marks), *onlookers.lines(spec, marks)]
    lines += parameters.lines(spec, lines) if with_parameters else ()
    return sketch(marks.values(), lines, spec.view_names)


def folded(spec: Spec, whole: Sketch, folding: Folding) -> Diagram:
    """The diagram in which copies are drawn as the folding says."""
    together: dict[str, list[Mark]] = {}
    for mark in whole.marks:
        together.setdefault(folding.name(mark), []).append(mark)
    nodes = tuple(_node(name, marks, folding) for name, marks in together.items())
    plates = tuple(p for p in _plates(spec, together, folding) if p.nodes)
    return Diagram(spec.name, _title(spec, whole), nodes, plates, tuple(_edges(whole.lines, folding)))


def _node(name: str, marks: list[Mark], folding: Folding) -> Node:
    first = marks[0]
    indices = folding.indices(first)
    text = first.text(indices)
    title = f"{text}: {_together((_whose(m), m.about) for m in marks)}"
    deterministic = all(m.deterministic for m in marks)
    return Node(name, first.kind, first.label(map(latex, indices)), text, title, deterministic)


def _whose(mark: Mark) -> str:
    """Which copy a mark is."""
    level = f"l = {mark.level}" if mark.level is not None else ""
    return ", ".join(part for part in (mark.view, level) if part)


def _together(clauses: Iterable[tuple[str, str]]) -> str:
    """One clause where all are equal; each with its copies where they differ."""
    found: dict[str, list[str]] = {}
    for copy, clause in clauses:
        found.setdefault(clause, []).append(copy)
    if len(found) == 1:
        return next(iter(found))
    return "; ".join(f"{clause} ({', '.join(copies)})" for clause, copies in found.items())


def _plates(spec: Spec, together: dict[str, list[Mark]], folding: Folding) -> Iterator[Plate]:
    rows = frozenset(name for name, marks in together.items() if marks[0].per_row)
    yield Plate(ROWS, r"n = 1, \dots, N", "n = 1, ..., N", rows, "one copy for every datum")
    if folding.levels:
        levels = frozenset(name for name, marks in together.items() if marks[0].level is not None)
        count = folding.levels
        yield Plate(LEVELS, rf"l = 1, \dots, {count}", f"l = 1, ..., {count}", levels, "one copy for every level")
    for each in folding.folds:
        inside = frozenset(name for name, marks in together.items() if marks[0].view in each.views)
        title = f"one copy for every view: {', '.join(each.views)}"
        yield Plate(f"plate:{each.index}", each.label, each.text, inside, title + _more(spec))


def _more(spec: Spec) -> str:
    return " and any further one" if spec.open_views is not None and spec.open_views.most is None else ""


def _edges(lines: Iterable[Line], folding: Folding) -> Iterator[Edge]:
    together: dict[str, list[Line]] = {}
    for line in lines:
        together.setdefault(folding.edge(line), []).append(line)
    for name, copies in together.items():
        source, target = folding.name(copies[0].source), folding.name(copies[0].target)
        label, text = note(copies, folding.levels)
        title = "; ".join(dict.fromkeys(_said(line, folding) for line in copies if line.about))
        arrow = copies[0].target.kind != "factor"
        yield Edge(name, source, target, copies[0].part, arrow, label, text, title)


def _said(line: Line, folding: Folding) -> str:
    source, target = (mark.text(folding.indices(mark)) for mark in (line.source, line.target))
    return line.about.replace("{source}", source).replace("{target}", target)


def _title(spec: Spec, whole: Sketch) -> str:
    """One sentence for those who do not see the picture."""
    latents = [m for m in whole.marks if m.kind == "latent"]
    said = [
        f"{word} latent{'s' if len(names) > 1 else ''} {', '.join(names)}"
        for word, plated in (("shared", False), ("private", True))
        if (names := list(dict.fromkeys(m.name for m in latents if (m.view is not None) == plated)))
    ]
    return f"Plate diagram of {spec.name}: {' and '.join(said)}; {spec.observed.name} is observed."
