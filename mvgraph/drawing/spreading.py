"""The horizontal axis: the places of nodes in their rows, and the left and right borders of plates."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from mvgraph.drawing.candidates import LOOP
from mvgraph.drawing.diagram import Diagram, Node, Plate
from mvgraph.drawing.ordering import Grid
from mvgraph.drawing.plates import CLEAR, PAD, STEP, crossing, disjoint, nested, span
from mvgraph.drawing.separating import Apart, Choice, decide
from mvgraph.drawing.settling import Spring, settle
from mvgraph.drawing.shapes import DOTS, beside, extent, note
from mvgraph.drawing.stacking import LEG, Heights

COLUMN = 15.0  # between nodes in a row
BESIDE = 4.0  # between a node and the place of an edge
PASSAGE = 8.0  # half the width that an edge needs to pass a row
ASIDE = 3.0  # between a dot and its label
STRENGTH = {"p": 6.0, "q": 1.0, "game": 1.0}  # of the springs that are edges
UPRIGHT = 4.0  # how much stronger they are where edges pass a row, so that these are straight


@dataclass(frozen=True)
class Widths:
    """Horizontal places: of nodes (and of the slots of long edges), and of the borders of plates by their ids.

    Arguments:
        left_labels: the dots whose label stands on their left.
        given_up: what no rectangles could keep, in words.
    """

    nodes: Mapping[Hashable, float]
    lefts: Mapping[str, float]
    rights: Mapping[str, float]
    left_labels: frozenset[str]
    given_up: tuple[str, ...]


def spread(diagram: Diagram, cells: Grid, heights: Heights) -> Widths:
    """Nodes near those they are joined with, members within their plates, strangers outside."""
    first = _spread(diagram, cells, heights, _left_labels(diagram, cells.guess))
    turned = _left_labels(diagram, first.nodes)
    return first if turned == first.left_labels else _spread(diagram, cells, heights, turned)


def _spread(diagram: Diagram, cells: Grid, heights: Heights, left_labels: frozenset[str]) -> Widths:
    reach = _reach(diagram, cells, left_labels)
    things: list[Hashable] = [*cells.guess, *((s, p.id) for p in diagram.plates for s in ("left", "right"))]
    choices = [
        *_plates_apart(diagram, cells),
        *_strangers(diagram, cells, reach),
        *_borders(diagram, cells, heights),
        *_captions(diagram, cells),
        *_neighbours(diagram, cells, reach),
    ]
    order, given_up = decide(things, [*_fixed(diagram, reach)], choices)
    found = settle(things, order.kept, [*_springs(diagram, cells)])
    return Widths(
        {thing: found[thing] for thing in cells.guess},
        {p.id: found["left", p.id] for p in diagram.plates},
        {p.id: found["right", p.id] for p in diagram.plates},
        left_labels,
        given_up,
    )


def _left_labels(diagram: Diagram, places: Mapping[Any, float]) -> frozenset[str]:
    """A dot's label stands away from what the dot is joined with."""
    found = set()
    for node in diagram.nodes:
        others = [
            e.target if e.source == node.id else e.source for e in diagram.edges if node.id in (e.source, e.target)
        ]
        if node.kind in DOTS and sum(places[o] - places[node.id] for o in others) > 0:
            found.add(node.id)
    return frozenset(found)


def _reach(diagram: Diagram, cells: Grid, left_labels: frozenset[str]) -> dict[Hashable, tuple[float, float]]:
    """How far everything extends to the left and to the right of its place."""
    found: dict[Hashable, tuple[float, float]] = dict.fromkeys(cells.guess, (PASSAGE, PASSAGE))
    for node in diagram.nodes:
        half, label = extent(node)[0] / 2, beside(node)[0]
        far = half + ASIDE + label if label else half
        found[node.id] = (far, half) if node.id in left_labels else (half, far)
    dots = {n.id for n in diagram.nodes if n.kind in DOTS}
    for edge in diagram.edges:
        if edge.source == edge.target:
            left, right = found[edge.source]
            loop = LOOP + note(edge)[0] / 2
            away = edge.source in dots - left_labels
            found[edge.source] = (left + loop, right) if away else (left, right + loop)
    return found


def _fixed(diagram: Diagram, reach: Mapping[Hashable, tuple[float, float]]) -> Iterator[Apart]:
    for plate in diagram.plates:
        left, right = ("left", plate.id), ("right", plate.id)
        for name in sorted(plate.nodes):
            yield Apart(left, name, reach[name][0] + PAD)
            yield Apart(name, right, reach[name][1] + PAD)
        yield Apart(left, right, note(plate)[0] + 2 * PAD)
    for outer, inner in nested(diagram):
        yield Apart(("left", outer.id), ("left", inner.id), STEP)
        yield Apart(("right", inner.id), ("right", outer.id), STEP)


def _sorted(ways: Sequence[tuple[float, tuple[Apart, ...]]]) -> tuple[tuple[Apart, ...], ...]:
    """Cheap ways first."""
    return tuple(way for _, way in sorted(ways, key=lambda w: w[0]))


def _plates_apart(diagram: Diagram, cells: Grid) -> Iterator[Choice]:
    for one, other in disjoint(diagram):
        (a, b), (c, d) = span(one, cells.rows), span(other, cells.rows)
        if a <= d and c <= b:
            middles = [sum(cells.guess[n] for n in p.nodes) / len(p.nodes) for p in (one, other)]
            first, second = (one, other) if middles[0] <= middles[1] else (other, one)
            ways = (
                (Apart(("right", first.id), ("left", second.id), STEP),),
                (Apart(("right", second.id), ("left", first.id), STEP),),
            )
            yield Choice(ways, f"{first.id} and {second.id} share no node, but as rectangles they must overlap")


def _strangers(diagram: Diagram, cells: Grid, reach: Mapping[Hashable, tuple[float, float]]) -> Iterator[Choice]:
    """Nodes in the rows of a plate that are not in it stand left or right of it; clear cases first."""
    found: list[tuple[float, Choice]] = []
    for plate in diagram.plates:
        first, last = span(plate, cells.rows)
        low = min(cells.guess[n] for n in plate.nodes)
        high = max(cells.guess[n] for n in plate.nodes)
        for node in diagram.nodes:
            if node.id not in plate.nodes and first <= cells.rows[node.id] <= last:
                x = cells.guess[node.id]
                ways = [
                    (max(0.0, x - low), (Apart(node.id, ("left", plate.id), reach[node.id][1] + CLEAR),)),
                    (max(0.0, high - x), (Apart(("right", plate.id), node.id, reach[node.id][0] + CLEAR),)),
                ]
                why = f"{node.id} is not in {plate.id}, but no rectangles of all plates leave it outside"
                found.append((-abs(ways[0][0] - ways[1][0]), Choice(_sorted(ways), why)))
    return (choice for _, choice in sorted(found, key=lambda f: f[0]))


def _borders(diagram: Diagram, cells: Grid, heights: Heights) -> Iterator[Choice]:
    """Borders of plates that cross do not coincide, and leave captions alone."""
    for pair in crossing(diagram):
        wide, narrow = sorted(pair, key=lambda p: _breadth(p, cells), reverse=True)
        for plate, other in (pair, pair[::-1]):
            if heights.bottoms[other.id] > heights.bottoms[plate.id] - 12.0 and plate.label:
                yield from _caption_free(plate, other)
        yield Choice(
            (
                (Apart(("left", wide.id), ("left", narrow.id), STEP),),
                (Apart(("left", narrow.id), ("left", wide.id), STEP),),
            ),
            f"the left borders of {wide.id} and {narrow.id} coincide",
        )
        yield Choice(
            (
                (Apart(("right", narrow.id), ("right", wide.id), STEP),),
                (Apart(("right", wide.id), ("right", narrow.id), STEP),),
            ),
            f"the right borders of {wide.id} and {narrow.id} coincide",
        )


def _caption_free(plate: Plate, other: Plate) -> Iterator[Choice]:
    for side in ("left", "right"):
        border = (side, other.id)
        ways = (
            (Apart(border, ("right", plate.id), note(plate)[0] + PAD + 3.0),),
            (Apart(("right", plate.id), border, STEP),),
        )
        yield Choice(ways, f"the {side} border of {other.id} crosses the caption of {plate.id}")


def _captions(diagram: Diagram, cells: Grid) -> Iterator[Choice]:
    """Where an edge leaves a plate downwards its caption stands aside, if that is possible."""
    for plate in diagram.plates:
        last = span(plate, cells.rows)[1]
        for edge in diagram.edges:
            upper, lower = cells.ends(edge)
            if upper in plate.nodes and cells.rows[lower] > last and plate.label:
                chain = cells.chain(edge.id, upper, lower)
                passed = [thing for thing in chain if last <= cells.row(thing) <= last + 1]
                yield Choice((tuple(Apart(t, ("right", plate.id), note(plate)[0] + PAD + PASSAGE) for t in passed),))


def _breadth(plate: Plate, cells: Grid) -> float:
    places = [cells.guess[n] for n in plate.nodes]
    return max(places) - min(places)


def _neighbours(diagram: Diagram, cells: Grid, reach: Mapping[Hashable, tuple[float, float]]) -> Iterator[Choice]:
    """Things in a row stand side by side; near pairs first, from which most of the others follow."""
    labels = {frozenset[Hashable]((e.source, e.target)): note(e)[0] + 2 * LEG for e in diagram.edges if e.label}
    pairs = []
    for row in range(max(cells.rows.values(), default=0) + 1):
        line = sorted((t for t in cells.guess if cells.row(t) == row), key=lambda t: (cells.guess[t], str(t)))
        pairs += [(j - i, line[i], line[j]) for i, j in combinations(range(len(line)), 2)]
    for _, a, b in sorted(pairs, key=lambda p: p[0]):
        both = isinstance(a, str) and isinstance(b, str)
        gap = max(COLUMN if both else BESIDE, labels.get(frozenset[Hashable]((a, b)), 0.0))
        ways = (Apart(a, b, reach[a][1] + gap + reach[b][0]),), (Apart(b, a, reach[b][1] + gap + reach[a][0]),)
        yield Choice(ways, f"{a} and {b} overlap")


def _springs(diagram: Diagram, cells: Grid) -> Iterator[Spring]:
    for edge in diagram.edges:
        chain = cells.chain(edge.id, *cells.ends(edge))
        for a, b in pairwise(chain):
            if a != b:
                yield Spring(a, b, STRENGTH[edge.part] * (UPRIGHT if len(chain) > 2 and edge.part == "p" else 1.0))
    for plate in diagram.plates:
        yield Spring(("left", plate.id), ("right", plate.id), 0.05)
    for row in range(max(cells.rows.values(), default=0) + 1):
        line = sorted((t for t in cells.rows if cells.rows[t] == row), key=lambda t: (cells.guess[t], t))
        yield from (Spring(a, b, 0.05) for a, b in pairwise(line))


def label_of(node: Node, x: float, on_left: bool) -> float:
    """The centre of a dot's label."""
    away = extent(node)[0] / 2 + ASIDE + beside(node)[0] / 2
    return x - away if on_left else x + away
