"""A family tree as SVG: a box a class of models, a line a step with what it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from mvgraph.drawing.kin.tree import Branch, branches
from mvgraph.drawing.labels import outline
from mvgraph.drawing.markup import anchor, element, number, write
from mvgraph.drawing.themes import LIGHT, Theme
from mvgraph.language.symbols import prose
from mvgraph.objective.difference.kinship import Family, Step

BOX = 104.0  # width of a class
GAP = 196.0  # between columns: room for a label
LINE, LETTER = 10.5, 0.78  # height of a line of text; size of its letters
SMALL = 0.66  # size of letters of labels
PAD, MARGIN, APART = 6.0, 12.0, 9.0
HEAD = 6.0
DASHES = {"meeting": "5 3", "bound": "1.5 2.5"}
TITLE = "Family tree"


@dataclass(frozen=True)
class _Place:
    x: float
    y: float
    height: float


def svg(family: Family, theme: Theme = LIGHT) -> str:
    """A whole SVG document; letters are outlines, so that no font is needed.

    Arrows lead from the more general model to its special case. A dashed line joins two that meet when both are
    changed; a dotted one leads from an objective to one that is never below it.
    """
    found = branches(family)
    places = _places(found)
    width = max(p.x for p in places) + BOX + MARGIN
    height = max(p.y + p.height / 2 for p in places) + MARGIN
    lines = [_joined(found, places, n, theme) for n, b in enumerate(found) if b.step is not None]
    boxes = [_box(b, p, theme) for b, p in zip(found, places, strict=True)]
    root = element(
        "svg",
        element("title", TITLE, id="title-family"),
        element("desc", " ".join(told(b.step) for b in found if b.step is not None), id="description-family"),
        element("rect", width=width, height=height, fill=theme.paper),
        *lines,
        *boxes,
        xmlns="http://www.w3.org/2000/svg",
        width=f"{number(width)}pt",
        height=f"{number(height)}pt",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_labelledby="title-family description-family",
    )
    return write(root, lines=True)


def _places(found: Sequence[Branch]) -> list[_Place]:
    """Rows as high as the highest thing in them; parents between their children."""
    leaves = {b.row: 0.0 for b in found if b.row == int(b.row)}
    for branch in found:
        row = min(leaves, key=lambda r: abs(r - branch.row))
        leaves[row] = max(leaves[row], _height(branch), LINE * len(branch.label) + PAD)
    tops, y = {}, MARGIN
    for row in sorted(leaves):
        tops[row] = y + leaves[row] / 2
        y += leaves[row] + APART
    return [_Place(MARGIN + b.depth * (BOX + GAP), _between(tops, b.row), _height(b)) for b in found]


def _between(tops: dict[float, float], row: float) -> float:
    below, above = int(row), int(row) + (row != int(row))
    return tops[below] + (tops[above] - tops[below]) * (row - below)


def _height(branch: Branch) -> float:
    return LINE * len(branch.names) * 1.15 + 2 * PAD


def _box(branch: Branch, place: _Place, theme: Theme) -> Element:
    size = {"x": place.x, "y": place.y - place.height / 2, "width": BOX, "height": place.height, "rx": 5.0}
    outlined = element("rect", **size, fill=theme.paper, stroke=theme.ink, stroke_width=1.1)
    top = place.y - LINE * 1.15 * (len(branch.names) - 1) / 2
    texts = (_text(n, place.x + BOX / 2, top + LINE * 1.15 * k, LETTER, theme.ink) for k, n in enumerate(branch.names))
    title = element("title", " = ".join(branch.names))
    return element("g", title, outlined, *texts, id=anchor("class", branch.names[0]), class_="class")


def _joined(found: Sequence[Branch], places: Sequence[_Place], number_: int, theme: Theme) -> Element:
    """The line from a parent's right side to a child's left one, with its label above the child's end."""
    branch, place = found[number_], places[number_]
    assert branch.step is not None
    assert branch.parent is not None
    start = places[branch.parent]
    left, right, turn = start.x + BOX, place.x, start.x + BOX + 14
    way = f"M{number(left)} {number(start.y)}H{number(turn)}V{number(place.y)}H{number(right)}"
    kind = branch.step.kind
    colour = theme.parts["p" if kind == "special" else "q"]
    drawn = element("path", d=way, fill="none", stroke=colour, stroke_width=1.1, stroke_dasharray=DASHES.get(kind, ""))
    end = right if branch.outwards else turn + HEAD / 2
    tip = [] if kind == "meeting" else [_tip((end, place.y), branch, colour)]
    label = _label(branch, (turn + right) / 2, place.y, theme)
    return element("g", element("title", told(branch.step)), drawn, *tip, *label, class_=f"step {kind}")


def _tip(point: tuple[float, float], branch: Branch, colour: str) -> Element:
    """An arrow's head at the special case, or the upper bound."""
    (x, y), back = point, -HEAD if branch.outwards else HEAD
    corners = f"M{number(x)} {number(y)}l{number(back)} {number(HEAD / 2)}v{number(-HEAD)}z"
    return element("path", d=corners, fill=colour)


def _label(branch: Branch, x: float, y: float, theme: Theme) -> Iterator[Element]:
    """Lines of text on a strip of paper that lets the line pass behind it."""
    texts = branch.label
    if not texts:
        return
    widths = [outline(prose(t), SMALL).width for t in texts]
    height = LINE * len(texts)
    strip = {"x": x - max(widths) / 2 - 3, "y": y - height / 2, "width": max(widths) + 6, "height": height}
    yield element("rect", **strip, fill=theme.paper)
    for n, text in enumerate(texts):
        yield _text(text, x, y - height / 2 + LINE * (n + 0.5), SMALL, theme.ink)


def _text(text: str, x: float, y: float, size: float, colour: str) -> Element:
    drawn = outline(prose(text), size)
    return element("path", d=drawn.path, fill=colour, transform=f"translate({number(x)} {number(y)})")


def told(step: Step) -> str:
    """A step as a sentence."""
    if step.kind == "bound":
        return f"{step.start} is never above {step.end}."
    sides = [(step.start, step.changes), (step.end, step.others)]
    said = " and ".join(f"{name} {', '.join(map(deed, changes))}" for name, changes in sides if changes)
    needs = f" (given {'; '.join(step.needs)})" if step.needs else ""
    return f"{step.start} and {step.end} are {step.relation}{': ' if said else ''}{said}{needs}."


def deed(change: str) -> str:
    """A change as what follows the name of a model.

    >>> deed("beta = 0"), deed("without its game")
    ('with beta = 0', 'without its game')
    """
    return f"with {change}" if " = " in change else change
