"""What is to be drawn: one spec or diagram, or two in one picture, so that only what differs is seen."""

from __future__ import annotations

from typing import Literal

from mvgraph import graph
from mvgraph.drawing.building import LEVELS, ROWS, diagram
from mvgraph.drawing.comparing import compare
from mvgraph.drawing.diagram import Diagram
from mvgraph.errors import SpecError
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load

Subject = Spec | Diagram
Which = Literal["p", "q", "both"]


def depict(
    a: Subject, b: Subject | None = None, *, unroll: bool = False, part: Which = "both", with_parameters: bool = False
) -> Diagram:
    """The diagram of one subject, or what a second one adds to the first, leaves out and changes.

    Of two specs, one that leaves its views open gets those of the other. Where the two do not fold the same views into
    plates, all views are drawn by name.

    Arguments:
        a: a checked spec, or a diagram, which is drawn as it is.
        b: what stands there now, where `a` stood before.
        unroll: every view and level by its name.
        part: the generative graph, the inference graph, or both in one.
        with_parameters: dots for the parameters of networks.
    """

    def drawn(subject: Subject, *, by_name: bool = unroll) -> Diagram:
        if isinstance(subject, Diagram):
            return subject.part(part)
        return diagram(subject, unroll=by_name, part=part, with_parameters=with_parameters)

    if b is None:
        return drawn(a)
    if isinstance(a, Spec) and isinstance(b, Spec):
        a, b = _with_views_of(a, b), _with_views_of(b, a)
        unlike = _views(drawn(a)) != _views(drawn(b))
        return compare(drawn(a, by_name=unroll or unlike), drawn(b, by_name=unroll or unlike))
    return compare(drawn(a), drawn(b))


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
