"""The laws of a placement, measured on its coordinates: each gives its violations in words, none where it holds.

The four that a picture must keep, or it misleads, are `FOUR`; `BESIDE` are what else makes it legible. An edge may
cross the border of a plate, and it touches the nodes at its ends. A label inside a node is covered by a line only where
the node is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

import numpy as np

from mvgraph.drawing.diagram import Edge, Node, Plate
from mvgraph.drawing.labels import size
from mvgraph.drawing.placement import Box, Placement
from mvgraph.drawing.shapes import CORNERS, SMALL, scale

from .geometry import Points, apart, bezier, border, distance, in_box, in_ellipse, length, line, shared, within

Law = Callable[[Placement], Iterator[str]]

ROUND = {"latent", "observed", "condition", "pseudo", "parameter", "auxiliary"}
DOTS = {"parameter", "auxiliary"}
CLEAR = 1.0  # between a line and a node or a label that it passes, and between labels
TIP = 2.0  # an end of a line is this near to the border of its node
GAP = 6.0  # a label stands this near to its dot, or to the ends of the line that makes room for it
SIDE = 2.0  # between parallel borders of two plates
ALONG = 16.0  # two lines lie on each other where they do so for this length, and a line on a border
SEEN = 5.0  # the least of a line on each side of its label
CROWD = 16.0  # near a node that both lines end in they may


def lines(placement: Placement) -> dict[str, Points]:
    """The line of each edge."""
    return {edge.id: line(placement.routes[edge.id]) for edge in placement.diagram.edges}


def loose(placement: Placement) -> dict[str, Box]:
    """The labels that do not stand inside a node, by what they are."""
    edges = {f"the label of '{name}'": r.label for name, r in placement.routes.items() if r.label is not None}
    dots = {f"the label of '{name}'": box for name, box in placement.labels.items()}
    return edges | dots | {f"the caption of '{name}'": box for name, box in placement.captions.items()}


def no_label_over_a_line(placement: Placement) -> Iterator[str]:
    """No edge's line, its own included, and no plate's border crosses a label."""
    borders = {f"the border of '{name}'": border(box) for name, box in placement.plates.items()}
    drawn = {f"the line of '{name}'": points for name, points in lines(placement).items()} | borders
    for label, box in loose(placement).items():
        yield from (f"{name} crosses {label}" for name, points in drawn.items() if in_box(points, box, CLEAR))


def no_node_outside_its_plate(placement: Placement) -> Iterator[str]:
    """A node, with its label, lies within the rectangles of its plates."""
    for plate in placement.diagram.plates:
        for what, name, box in _nodes(placement):
            if name in plate.nodes and not within(box, placement.plates[plate.id]):
                yield f"{what} is not within '{plate.id}'"


def no_stranger_in_a_plate(placement: Placement) -> Iterator[str]:
    """A node, with its label, does not meet the rectangle of a plate that is not its own."""
    for plate in placement.diagram.plates:
        for what, name, box in _nodes(placement):
            if name not in plate.nodes and not apart(box, placement.plates[plate.id]):
                yield f"{what} meets '{plate.id}'"


def _nodes(placement: Placement) -> Iterator[tuple[str, str, Box]]:
    yield from ((f"'{name}'", name, box) for name, box in placement.nodes.items())
    yield from ((f"the label of '{name}'", name, box) for name, box in placement.labels.items())


def no_edge_through_a_node(placement: Placement) -> Iterator[str]:
    """An edge's line stays clear of all nodes but its own, and does not run through those."""
    drawn = lines(placement)
    for edge in placement.diagram.edges:
        for node in placement.diagram.nodes:
            own = node.id in (edge.source, edge.target)
            if in_node(drawn[edge.id], node, placement.nodes[node.id], -CLEAR if own else CLEAR):
                yield f"the line of '{edge.id}' goes through '{node.id}'"


def in_node(points: Points, node: Node, box: Box, margin: float) -> bool:
    """Whether a point lies within the outline of a node, wider by a margin."""
    if node.kind in ROUND:
        return in_ellipse(points, box, margin)
    return in_box(points, box, margin, min(CORNERS[node.kind], 0.3 * box.width, 0.3 * box.height))


def nothing_overlaps(placement: Placement) -> Iterator[str]:
    """Nodes and labels lie apart."""
    boxes = {f"'{name}'": box for name, box in placement.nodes.items()} | loose(placement)
    for (one, first), (other, second) in combinations(boxes.items(), 2):
        if not apart(first, second, CLEAR):
            yield f"{one} overlaps {other}"


def captions_at_home(placement: Placement) -> Iterator[str]:
    """A caption lies within its plate."""
    for name, box in placement.captions.items():
        if not within(box, placement.plates[name]):
            yield f"the caption of '{name}' is not within it"


def all_on_the_page(placement: Placement) -> Iterator[str]:
    """Everything lies within the picture."""
    page = Box(placement.width / 2, placement.height / 2, placement.width, placement.height)
    boxes = {f"'{name}'": box for name, box in (*placement.nodes.items(), *placement.plates.items())} | loose(placement)
    yield from (f"{name} is not on the page" for name, box in boxes.items() if not within(box, page))
    for name, points in lines(placement).items():
        low, high = points.min(0), points.max(0)
        if min(low) < 0 or high[0] > placement.width or high[1] > placement.height:
            yield f"the line of '{name}' is not on the page"


def plates_meet_where_they_share(placement: Placement) -> Iterator[str]:
    """A plate in another lies within it; two that share nodes overlap; two that share none lie apart."""
    for first, second in combinations(placement.diagram.plates, 2):
        if not _fits(first, second, placement.plates[first.id], placement.plates[second.id]):
            yield f"'{first.id}' and '{second.id}' do not meet as their nodes do"


def _fits(first: Plate, second: Plate, one: Box, other: Box) -> bool:
    if first.nodes == second.nodes:
        return within(one, other) or within(other, one)
    if first.nodes <= second.nodes:
        return within(one, other)
    if second.nodes <= first.nodes:
        return within(other, one)
    return apart(one, other) == (not first.nodes & second.nodes)


def borders_apart(placement: Placement) -> Iterator[str]:
    """The borders of two plates do not run along each other."""
    for (one, first), (other, second) in combinations(placement.plates.items(), 2):
        across = min(first.right, second.right) > max(first.left, second.left)
        along = min(first.bottom, second.bottom) > max(first.top, second.top)
        rows = across and _near((first.top, first.bottom), (second.top, second.bottom))
        columns = along and _near((first.left, first.right), (second.left, second.right))
        if rows or columns:
            yield f"the borders of '{one}' and '{other}' coincide"


def _near(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return any(abs(a - b) < SIDE for a in first for b in second)


def edges_end_at_their_nodes(placement: Placement) -> Iterator[str]:
    """An edge's line begins and ends at the borders of its nodes."""
    for edge in placement.diagram.edges:
        pieces = placement.routes[edge.id].pieces
        for name, point in ((edge.source, pieces[0][0]), (edge.target, pieces[-1][-1])):
            node, box, at = placement.diagram.node(name), placement.nodes[name], np.array([point])
            if in_node(at, node, box, -TIP) or not in_node(at, node, box, TIP):
                yield f"the line of '{edge.id}' does not end at the border of '{name}'"


def edges_apart(placement: Placement) -> Iterator[str]:
    """No two edges' lines lie on each other."""
    drawn = lines(placement)
    for first, second in combinations(placement.diagram.edges, 2):
        common = {first.source, first.target} & {second.source, second.target}
        one, other = (_away(drawn[e.id], [placement.nodes[n] for n in common]) for e in (first, second))
        if len(one) and len(other) and shared(one, other, 1.0) >= ALONG:
            yield f"the lines of '{first.id}' and '{second.id}' lie on each other"


def _away(points: Points, ends: list[Box]) -> Points:
    for box in ends:
        x, y = abs(points - (box.x, box.y)).T
        points = points[(x > box.width / 2 + CROWD) | (y > box.height / 2 + CROWD)]
    return points


def lines_off_borders(placement: Placement) -> Iterator[str]:
    """No edge's line lies on the border of a plate; it may cross it."""
    borders = {name: border(box) for name, box in placement.plates.items()}
    for name, points in lines(placement).items():
        for plate, drawn in borders.items():
            if shared(points, drawn, CLEAR) >= ALONG:
                yield f"the line of '{name}' lies on the border of '{plate}'"


def lines_seen(placement: Placement) -> Iterator[str]:
    """Something of an edge's line is to be seen on each side of its label."""
    for name, route in placement.routes.items():
        if any(length(bezier(piece)) < SEEN for piece in route.pieces):
            yield f"the label of '{name}' hides its line"


def labels_near(placement: Placement) -> Iterator[str]:
    """A label stands beside its dot, or in the gap of its own line."""
    for name, box in placement.labels.items():
        if apart(placement.nodes[name], box, GAP):
            yield f"the label of '{name}' is far from it"
    for name, route in placement.routes.items():
        ends = [p for a, b in pairwise(route.pieces) for p in (a[-1], b[0])]
        if route.label is not None and (not ends or max(distance(p, route.label) for p in ends) > GAP):
            yield f"the label of '{name}' does not stand in a gap of its line"


def labels_fit(placement: Placement) -> Iterator[str]:
    """There is room for every label, as large as it is drawn."""
    diagram = placement.diagram
    for node in diagram.nodes:
        box = placement.labels[node.id] if node.kind in DOTS and node.label else placement.nodes[node.id]
        width, height = size(node.label, scale(node.kind))
        across, along = width / box.width, height / box.height
        full = across**2 + along**2 if node.kind in ROUND - DOTS else max(across, along)
        if full > 1.001 and node.label:
            yield f"the label of '{node.id}' has no room"
    notes = [(e.id, e.label, placement.routes[e.id].label) for e in diagram.edges]
    notes += [(p.id, p.label, placement.captions.get(p.id)) for p in diagram.plates]
    for name, label, space in notes:
        width, height = size(label, SMALL) if space is not None else (0.0, 0.0)
        if space is not None and (width > space.width + 0.01 or height > space.height + 0.01):
            yield f"the label of '{name}' has no room"


def nothing_missing(placement: Placement) -> Iterator[str]:
    """Every node, plate, edge and label has its place, and nothing else has."""
    diagram = placement.diagram
    wanted = (
        ("node", placement.nodes, [n.id for n in diagram.nodes]),
        ("label", placement.labels, [n.id for n in diagram.nodes if n.kind in DOTS and n.label]),
        ("plate", placement.plates, [p.id for p in diagram.plates]),
        ("caption", placement.captions, [p.id for p in diagram.plates if p.label]),
        ("edge", placement.routes, [e.id for e in diagram.edges]),
        ("label", [n for n, r in placement.routes.items() if r.label is not None], _labelled(diagram.edges)),
    )
    for what, found, names in wanted:
        yield from (f"the {what} of '{name}' is missing or too much" for name in sorted(set(found) ^ set(names)))


def _labelled(edges: tuple[Edge, ...]) -> list[str]:
    return [e.id for e in edges if e.label]


FOUR: tuple[Law, ...] = (
    no_label_over_a_line,
    no_node_outside_its_plate,
    no_stranger_in_a_plate,
    no_edge_through_a_node,
)
BESIDE: tuple[Law, ...] = (
    nothing_missing,
    nothing_overlaps,
    captions_at_home,
    all_on_the_page,
    plates_meet_where_they_share,
    borders_apart,
    edges_end_at_their_nodes,
    edges_apart,
    lines_off_borders,
    lines_seen,
    labels_near,
    labels_fit,
)
LAWS = (*FOUR, *BESIDE)


def violations(placement: Placement, laws: tuple[Law, ...] = LAWS) -> list[str]:
    """What is wrong, in words; what is missing is said alone."""
    missing = list(nothing_missing(placement))
    return missing or [said for law in laws for said in law(placement)]
