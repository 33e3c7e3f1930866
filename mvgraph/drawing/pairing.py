"""Two specs in one diagram: with the same views, folded alike, so that only what differs is seen."""

from __future__ import annotations

from functools import partial
from typing import Literal

from mvgraph import graph
from mvgraph.drawing.building import LEVELS, ROWS, diagram
from mvgraph.drawing.comparing import compare
from mvgraph.drawing.diagram import Diagram
from mvgraph.errors import SpecError
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load


def pair(
    a: Spec,
    b: Spec,
    *,
    unroll: bool = False,
    part: Literal["p", "q", "both"] = "both",
    with_parameters: bool = False,
) -> Diagram:
    """What `b` adds to `a`, leaves out and changes.

    A spec that leaves its views open gets those of the other. Where the two do not fold the same views into plates,
    all views are drawn by name.

    Arguments:
        a: the model before.
        b: the model now.
        unroll: every view and level by its name.
        part: the generative graph, the inference graph, or both in one.
        with_parameters: dots for the parameters of networks.
    """
    drawn = partial(diagram, part=part, with_parameters=with_parameters)
    first, second = _with_views_of(a, b), _with_views_of(b, a)
    unlike = _views(drawn(first)) != _views(drawn(second))
    return compare(drawn(first, unroll=unroll or unlike), drawn(second, unroll=unroll or unlike))


def _with_views_of(spec: Spec, other: Spec) -> Spec:
    """A spec with the views of another, if it leaves its own open and allows those."""
    if spec.open_views is None or other.open_views is not None:
        return spec
    try:
        found = load(spec, views={name: {} for name in other.view_names})
    except SpecError:
        return spec
    return spec if any(p.severity == "error" for p in graph.check(found)) else found


def _views(diagram: Diagram) -> set[tuple[str, str]]:
    """The plates of views."""
    return {(p.id, p.text) for p in diagram.plates if p.id not in (ROWS, LEVELS)}
