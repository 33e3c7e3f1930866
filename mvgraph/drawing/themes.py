"""Colours and lines. Colours differ in lightness, and lines in their dashes too: grey prints lose nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mvgraph.drawing.diagram import Change, Part
from mvgraph.language.table import Table


@dataclass(frozen=True)
class Theme:
    """The colours of a picture, as `#rrggbb`.

    Arguments:
        name: what a user calls it.
        paper: behind everything, and inside nodes that are not observed.
        ink: outlines, letters, generation.
        shade: inside nodes that are observed.
        faint: outlines of plates.
        parts: lines of generation, inference and games.
        changes: what stands out where two models are compared.
    """

    name: str
    paper: str
    ink: str
    shade: str
    faint: str
    parts: Mapping[str, str]
    changes: Mapping[str, str]

    def line(self, part: Part, change: Change = "same") -> str:
        """The colour of an edge, or of a node that belongs to a part."""
        return self.changes.get(change, self.parts[part])


@dataclass(frozen=True)
class Line:
    """How a line is drawn in every theme: its width and dashes, in points."""

    width: float
    dashes: tuple[float, ...] = ()


LINES: Mapping[Part, Line] = {"p": Line(1.1), "q": Line(1.1, (4.2, 2.6)), "game": Line(1.5, (1.5, 2.3))}
BOLD = 1.7  # times as wide is what two models differ in

LIGHT = Theme(
    "light",
    paper="#ffffff",
    ink="#1a1a1a",
    shade="#d6d6d6",
    faint="#767676",
    parts=Table({"p": "#1a1a1a", "q": "#1b66ad", "game": "#a86be0"}),
    changes=Table({"added": "#1a7f37", "removed": "#cf222e", "changed": "#9a6700"}),
)
DARK = Theme(
    "dark",
    paper="#14171c",
    ink="#ececec",
    shade="#4a505a",
    faint="#8b929c",
    parts=Table({"p": "#ececec", "q": "#6cb6ff", "game": "#a479e6"}),
    changes=Table({"added": "#57c46c", "removed": "#ff7b72", "changed": "#e3b341"}),
)
THEMES: Mapping[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK)}
