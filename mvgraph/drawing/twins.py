"""Nodes that play the same part, such as the views of a model, stand in the order in which the diagram names them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from mvgraph.drawing.diagram import Diagram

T = TypeVar("T", bound=Hashable)
Colours = dict[str, int]


def colours(diagram: Diagram) -> Colours:
    """A number for every node; two have the same one if neither kind, plates nor neighbours tell them apart.

    Colours are refined by those of the neighbours until nothing changes (Weisfeiler & Leman 1968).
    """
    plates = {n.id: tuple(i for i, p in enumerate(diagram.plates) if n.id in p.nodes) for n in diagram.nodes}
    found = _numbered({n.id: (n.kind, n.deterministic, plates[n.id]) for n in diagram.nodes})
    for _ in diagram.nodes:
        finer = _numbered({name: (found[name], *_neighbours(diagram, name, found)) for name in found})
        if len(set(finer.values())) == len(set(found.values())):
            break
        found = finer
    return found


def _neighbours(diagram: Diagram, name: str, found: Colours) -> list[tuple[str, bool, int]]:
    leaving = [(e.part, True, found[e.target]) for e in diagram.edges if e.source == name]
    entering = [(e.part, False, found[e.source]) for e in diagram.edges if e.target == name]
    return sorted(leaving + entering)


def _numbered(marks: Mapping[str, Hashable]) -> Colours:
    numbers = {mark: i for i, mark in enumerate(sorted(set(marks.values()), key=repr))}
    return {name: numbers[mark] for name, mark in marks.items()}


def sorted_twins(groups: Mapping[Hashable, Sequence[T]], places: Mapping[T, float]) -> dict[T, float]:
    """The same places, taken by each group in its order from left to right."""
    found = dict(places)
    for group in groups.values():
        found.update(zip(group, sorted(places[thing] for thing in group), strict=True))
    return found


def grouped(things: Mapping[T, Hashable]) -> dict[Hashable, list[T]]:
    """What has the same mark, in order."""
    found: dict[Hashable, list[T]] = defaultdict(list)
    for thing, mark in things.items():
        found[mark].append(thing)
    return found
