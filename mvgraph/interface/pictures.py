"""Pictures of models."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mvgraph.deferring import defer
from mvgraph.drawing.diagram import Diagram
from mvgraph.drawing.rendering import Picture
from mvgraph.drawing.subjects import Subject, depict
from mvgraph.errors import MvgraphError, UsageError
from mvgraph.interface.specs import Source, sound
from mvgraph.registry import nearest
from mvgraph.spec.model import Spec

if TYPE_CHECKING:
    import networkx as nx

    from mvgraph.drawing import networks, page, statement
    from mvgraph.drawing.delta import page as delta_page
    from mvgraph.drawing.delta import sheet
    from mvgraph.drawing.placement import Placement
    from mvgraph.drawing.statement import Statement
    from mvgraph.objective.difference import comparing
else:
    nx = defer("networkx")
    networks, statement = defer("mvgraph.drawing.networks"), defer("mvgraph.drawing.statement")
    delta_page, sheet = defer("mvgraph.drawing.delta.page"), defer("mvgraph.drawing.delta.sheet")
    page, comparing = defer("mvgraph.drawing.page"), defer("mvgraph.objective.difference.comparing")

PARTS: dict[str, Literal["p", "q", "both"]] = {"p": "p", "q": "q", "both": "both"}


def draw(
    source: Source | Diagram | nx.Graph,
    path: str | Path | None = None,
    *,
    against: Source | Diagram | nx.Graph | None = None,
    part: str = "both",
    unroll: bool = False,
    parameters: bool = False,
    theme: str = "light",
    legend: bool = False,
    scale: float = 2.0,
    **overrides: Any,
) -> Picture:
    """Both graphs of a spec in one plate diagram, or what a second spec changes in them; notebooks show it as it is.

    >>> print(draw("mvae", part="p").text().splitlines()[-1])
      p  z → x.m

    Arguments:
        source: a spec, the name of a reference spec, a path, or a directed networkx graph; see
            `mvgraph.drawing.networks` for the attributes that a graph may have.
        path: the file to write, whose suffix says in what form; none is written unless given.
        against: a second one: the picture shows what it adds, leaves out and changes.
        part: `p`, the generative graph, `q`, the inference graph, or `both`.
        unroll: every view and level by its name, not folded into plates.
        parameters: dots for the parameters of networks.
        theme: `light` or `dark`; a .html page has both, and explains its notation.
        legend: explain the notation below the picture.
        scale: pixels a point (1/72 inch) of a .png.
        overrides: see `load`; for both specs.

    Raises:
        SpecError: a spec has errors.
        UsageError: a form, a part, a theme or a suffix is unknown; a graph cannot be drawn; there is no Graphviz.
    """
    if part not in PARTS:
        raise UsageError(f"there is no part '{part}'; {nearest(part, list(PARTS))}")
    subjects = [_subject(s, overrides) for s in (source, against) if s is not None]
    found = depict(*subjects, part=PARTS[part], unroll=unroll, with_parameters=parameters)
    only = subjects[0] if len(subjects) == 1 else None
    tell = partial(_told, only, unroll, parameters) if isinstance(only, Spec) else None
    specs = [s for s in subjects if isinstance(s, Spec)]
    compare = partial(_compared, specs[0], specs[1]) if len(specs) == 2 else None
    picture = Picture(found, theme=theme, legend=legend, scale=scale, tell=tell, compare=compare)
    if path is not None:
        picture.save(path)
    return picture


def _told(spec: Spec, unroll: bool, parameters: bool) -> Statement:
    """What is said of a spec beside its picture; only some forms ask, and it takes the objective."""
    return statement.state(spec, unroll=unroll, with_parameters=parameters)


def _compared(a: Spec, b: Spec, placement: Placement) -> str:
    """The page of two specs: that of their difference, or why their objectives are not compared, with the picture."""
    try:
        said = sheet.sheet(comparing.difference(a, b))
    except MvgraphError as refused:
        note = f"not compared: {'; '.join(problem.message for problem in refused.problems)}"
        return page.page(placement, statement.Statement(placement.diagram.name, note=note))
    return delta_page.page(said, placement)


def _subject(source: Source | Diagram | nx.Graph, overrides: Mapping[str, Any]) -> Subject:
    """What is drawn: a diagram that is one already, or a spec."""
    if isinstance(source, Diagram):
        return source
    if isinstance(source, str | Path | Mapping | Spec) or not isinstance(source, nx.Graph):
        return sound(source, **overrides)  # a spec is told first: networkx takes a while to load
    return networks.from_network(source)
