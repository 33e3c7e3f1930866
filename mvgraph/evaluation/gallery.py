"""Rows of small pictures under headings, placed by the inch so that nothing overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from mvgraph.evaluation.painting import Painter, Values

CELL, GAP = 0.72, 0.06  # inches: width of a cell, space between cells
MARGIN, TITLE, HEADING = 0.15, 0.36, 0.3
LARGE, MEDIUM, SMALL = 12, 10, 9  # points: the title, headings, names of rows


@dataclass(frozen=True, eq=False)
class Strip:
    """One row of cells.

    Arguments:
        name: written at its left.
        values: one value a column, `(column, *shape)`.
        there: which columns have a value, bool `(column,)`.
        guess: True where a model made the values.
    """

    name: str
    values: Values
    there: Sequence[bool]
    guess: bool = True


@dataclass(frozen=True, eq=False)
class Block:
    """Strips of one view under its name."""

    heading: str
    painter: Painter
    strips: Sequence[Strip]

    @property
    def height(self) -> float:
        """In inches."""
        return HEADING + len(self.strips) * (self.cell + GAP)

    @property
    def cell(self) -> float:
        """The height of a cell, in inches."""
        return CELL * self.painter.height


def arrange(title: str, blocks: Sequence[Block]) -> Figure:
    """All blocks below one another.

    >>> from mvgraph.evaluation.painting import Line
    >>> import numpy as np
    >>> strip = Strip("data", np.zeros((2, 5)), [True, True], guess=False)
    >>> len(arrange("Two lines", [Block("a", Line(0, 1), [strip])]).axes)
    2
    """
    columns = max(len(s.there) for b in blocks for s in b.strips)
    left = MARGIN + 0.12 + max(_inches(s.name, SMALL) for b in blocks for s in b.strips)
    words = max(_inches(title, LARGE, "bold"), *(_inches(b.heading, MEDIUM, "bold") for b in blocks))
    width = max(left + columns * (CELL + GAP), MARGIN + words) + MARGIN
    height = MARGIN + TITLE + sum(b.height for b in blocks) + MARGIN
    figure = Figure(figsize=(width, height))
    _write(figure, MARGIN, MARGIN + 0.1, title, size=LARGE, weight="bold")
    top = MARGIN + TITLE
    for block in blocks:
        _block(figure, block, left, top)
        top += block.height
    return figure


def _block(figure: Figure, block: Block, left: float, top: float) -> None:
    _write(figure, MARGIN, top + 0.16, block.heading, size=MEDIUM, weight="bold")
    top += HEADING
    for strip in block.strips:
        _write(figure, left - 0.1, top + block.cell / 2, strip.name, size=SMALL, align="right")
        for column, there in enumerate(strip.there):
            axes = _cell(figure, left + column * (CELL + GAP), top, block.cell)
            if there:
                block.painter.paint(axes, strip.values[column], strip.guess)
            else:
                _missing(axes)
        top += block.cell + GAP


def _cell(figure: Figure, left: float, top: float, height: float) -> Axes:
    """Axes without ticks, `top` inches below the figure's upper edge."""
    wide, high = figure.get_size_inches()
    axes = figure.add_axes((left / wide, 1 - (top + height) / high, CELL / wide, height / high))
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#bbbbbb")
        spine.set_linewidth(0.6)
    return axes


def _missing(axes: Axes) -> None:
    axes.set_facecolor("#f1f1f1")
    axes.text(0.5, 0.5, "missing", transform=axes.transAxes, ha="center", va="center", fontsize=7, color="#888888")


def _write(
    figure: Figure, left: float, top: float, text: str, size: int, weight: str = "normal", align: str = "left"
) -> None:
    wide, high = figure.get_size_inches()
    figure.text(left / wide, 1 - top / high, _plain(text), fontsize=size, weight=weight, ha=align, va="center")


def _inches(text: str, size: int, weight: str = "normal") -> float:
    """How wide a text is; hinting makes it up to a twentieth wider on the screen than its outlines are."""
    extents = TextPath((0, 0), _plain(text), size=size, prop=FontProperties(weight=weight)).get_extents()
    return 1.06 * float(extents.width) / 72


def _plain(text: str) -> str:
    """The text, kept from being read as TeX."""
    return text.replace("$", r"\$")
