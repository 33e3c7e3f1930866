"""LaTeX as outlines: a label is drawn as one path, so that a picture needs no font and looks the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.etree import ElementTree

from mvgraph.deferring import defer
from mvgraph.drawing.markup import number

ziafont = defer("ziafont")
ziamath = defer("ziamath")

SIZE = 10.0  # of letters at scale 1, in points
_WRAPPED = re.compile(r"\\(?:mathrm|mathit|mathbf|operatorname|text)\s*\{([^{}]*)\}")
_BESIDE_DOTS = re.compile(r",\s*(?=\\dots)|(?<=\\dots),\s*")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


Command = tuple[str, tuple[float, ...]]


@dataclass(frozen=True)
class Outline:
    """What a label looks like.

    Arguments:
        width: of its ink, in points.
        height: of its ink, in points.
        path: the letters as the data of one SVG path, around the origin.
        baseline: where the letters stand, below the origin.
    """

    width: float
    height: float
    path: str
    baseline: float = 0.0


def size(latex: str, scale: float = 1.0) -> tuple[float, float]:
    """Width and height of a label in points.

    >>> width, height = size("z")
    >>> 4 < width < 6, 4 < height < 6
    (True, True)
    """
    drawn = outline(latex, scale)
    return drawn.width, drawn.height


@cache
def outline(latex: str, scale: float = 1.0) -> Outline:
    """A label, drawn. What is not LaTeX is drawn as the plain text it is.

    Arguments:
        latex: a formula without dollar signs.
        scale: of the letters; 1 is the size of a node's name.
    """
    commands = _commands(latex)
    xs = [x for _, numbers in commands for x in numbers[0::2]]
    ys = [y for _, numbers in commands for y in numbers[1::2]]
    if not xs:
        return Outline(0.0, 0.0, "")
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    middle = min(xs) + width / 2, min(ys) + height / 2
    path = "".join(_written(commands, middle, scale))
    return Outline(round(width * scale, 3), round(height * scale, 3), path, round(-middle[1] * scale, 3))


@cache
def _commands(latex: str) -> tuple[Command, ...]:
    """The commands of all paths; every one has pairs of absolute coordinates."""
    return tuple(
        (letter, tuple(map(float, numbers.split())))
        for element in _formula(_UNPRINTABLE.sub(" ", latex).strip())
        for letter, numbers in re.findall(r"([A-Z])([^A-Z]*)", _DATA.get(element.tag, _nothing)(element))
    )


def _formula(latex: str) -> tuple[ElementTree.Element, ...]:
    """The formula as SVG elements."""
    if not latex:
        return ()
    with _plain_paths():
        try:
            return _elements(ziamath.Latex(_enumeration(latex), size=SIZE, inline=True))
        except Exception:  # names may hold anything, and ziamath has no error of its own for what it cannot read
            return _elements(ziamath.Math(_plain(latex), size=SIZE))


def _elements(formula: Any) -> tuple[ElementTree.Element, ...]:
    return tuple(formula.svgxml().iter())


def _enumeration(latex: str) -> str:
    """Thin spaces around dots, as LaTeX sets them; ziamath sets wide ones."""
    return _BESIDE_DOTS.sub(r"{,}\\,", latex)


def _plain(latex: str) -> ElementTree.Element:
    """The source of a formula as upright text."""
    formula = ElementTree.Element("math")
    ElementTree.SubElement(formula, "mtext").text = _WRAPPED.sub(r"\1", latex)
    return formula


@contextmanager
def _plain_paths() -> Iterator[None]:
    """Letters as paths of their own: ziafont otherwise refers to shared symbols, which not every program draws."""
    before = ziafont.config.svg2, ziafont.config.precision
    ziafont.config.svg2, ziafont.config.precision = False, 4
    try:
        yield
    finally:
        ziafont.config.svg2, ziafont.config.precision = before


def _letters(path: ElementTree.Element) -> str:
    return path.attrib["d"]


def _bar(rect: ElementTree.Element) -> str:
    left, top, width, height = (float(rect.attrib[k]) for k in ("x", "y", "width", "height"))
    right, bottom = left + width, top + height
    return f"M {left} {top} L {right} {top} L {right} {bottom} L {left} {bottom} Z"


def _nothing(_: ElementTree.Element) -> str:
    return ""


_DATA = {"path": _letters, "rect": _bar}


def _written(commands: Sequence[Command], middle: tuple[float, float], scale: float) -> Iterator[str]:
    """The commands, moved and scaled, with coordinates relative to where the last one ended: they are shorter."""
    here = start = (0.0, 0.0)
    for letter, numbers in commands:
        moved = [round((n - middle[i % 2]) * scale, 2) for i, n in enumerate(numbers)]
        if moved != [*here] or letter != "L":  # ziafont draws a line from where a letter starts to there
            yield letter.lower() + " ".join(number(n - here[i % 2]) for i, n in enumerate(moved))
        here = (moved[-2], moved[-1]) if moved else start
        start = here if letter == "M" else start
