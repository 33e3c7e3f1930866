"""A picture in every form: one table from the format, or the suffix of a file, to what writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mvgraph.deferring import defer
from mvgraph.drawing.diagram import Diagram, with_groups
from mvgraph.drawing.dot import dot
from mvgraph.drawing.mermaid import mermaid
from mvgraph.drawing.plain import to_json
from mvgraph.drawing.raster import pdf, png
from mvgraph.drawing.summary import summary
from mvgraph.drawing.themes import THEMES, Theme
from mvgraph.errors import UsageError
from mvgraph.files import replacing
from mvgraph.registry import nearest

if TYPE_CHECKING:
    from mvgraph.drawing import bayesnet, layout, page, svg, tikz
    from mvgraph.drawing.placement import Placement
    from mvgraph.drawing.statement import Statement
else:  # each form waits for what it needs alone: words not for numpy, a picture not for the objective
    layout, svg = defer("mvgraph.drawing.layout"), defer("mvgraph.drawing.svg")
    bayesnet, tikz = defer("mvgraph.drawing.bayesnet"), defer("mvgraph.drawing.tikz")
    page = defer("mvgraph.drawing.page")


@dataclass(frozen=True, repr=False)
class Picture:
    """A diagram that can be looked at: in a notebook as it is, as text, or as a file.

    >>> import mvgraph as mg
    >>> print(mg.draw("mvae").text("mermaid").splitlines()[0])
    flowchart TB

    Arguments:
        diagram: what is drawn.
        theme: `light` or `dark`.
        legend: whether the notation is explained beside the picture.
        scale: pixels per point, where there are pixels.
        tell: what is said of the model beside the picture, in forms that have room for it; asked when one is made.
        compare: the HTML page of a picture of two models, with what sets them apart; of one there is another.
    """

    diagram: Diagram
    theme: str = "light"
    legend: bool = False
    scale: float = 2.0
    tell: Callable[[], Statement] | None = field(default=None, compare=False)
    compare: Callable[[Placement], str] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        _theme(self.theme)
        if not 0 < self.scale <= MOST_SCALE:
            raise UsageError(f"the scale is {self.scale:g}; it lies between 0 and {MOST_SCALE:g}")

    @cached_property
    def placement(self) -> Placement:
        """The diagram with its coordinates.

        Raises:
            UsageError: Graphviz is not there.
        """
        return layout.place(self.diagram)

    @cached_property
    def statement(self) -> Statement | None:
        """What is said of the model, where there is one."""
        return self.tell() if self.tell else None

    def explained(self) -> Placement:
        """The picture with what the terms of the objective come from as its groups."""
        terms = self.statement.terms.values() if self.statement else ()
        groups = tuple(group for each in terms for group in each)
        return replace(self.placement, diagram=with_groups(self.diagram, groups)) if groups else self.placement

    def svg(self, theme: str | None = None) -> str:
        """The picture as SVG, in its own theme or another.

        Raises:
            UsageError: there is no such theme, or no Graphviz.
        """
        return svg.svg(self.placement, _theme(theme or self.theme), legend=self.legend)

    def text(self, form: str = "text") -> str:
        """The picture in a form that is text: `svg`, `html`, `mermaid`, `dot`, `json`, or `text`, its parts in words.

        Raises:
            UsageError: there is no such form, or it is no text.
        """
        found = self.render(form)
        if isinstance(found, bytes):
            raise UsageError(f"'{form}' is no text; save the picture to a file")
        return found

    def render(self, form: str) -> str | bytes:
        """The picture in any form.

        Raises:
            UsageError: there is no such form, or Graphviz is not there and the form needs it.
        """
        return FORMATS[named(form)].render(self)

    def save(self, path: str | Path, form: str | None = None) -> Path:
        """Write the picture to a file, whose suffix says in what form; the file is whole or not there.

        Arguments:
            path: the file; it is replaced where it exists.
            form: for a file whose suffix says nothing.

        Raises:
            UsageError: the suffix is unknown.
        """
        file = Path(path)
        found = self.render(form or of(file))
        with replacing(file) as unfinished:
            unfinished.write_bytes(found if isinstance(found, bytes) else found.encode())
        return file

    def _repr_svg_(self) -> str:
        return self.svg()

    def __repr__(self) -> str:
        return self.text()


@dataclass(frozen=True)
class Format:
    """One form of a picture.

    Arguments:
        suffixes: of files that hold it, the usual one first; it stands for the first format that has it.
        render: makes it.
    """

    suffixes: tuple[str, ...]
    render: Callable[[Picture], str | bytes]


MOST_SCALE = 20.0
FORMATS: dict[str, Format] = {
    "svg": Format((".svg",), lambda p: p.svg()),
    "png": Format((".png",), lambda p: png(p.svg(), p.scale)),
    "pdf": Format((".pdf",), lambda p: pdf(p.svg())),
    "html": Format((".html", ".htm"), lambda p: _page(p)),
    "tikz": Format((".tex", ".tikz"), lambda p: _tikz(p)),
    "bayesnet": Format((".tex", ".tikz"), lambda p: bayesnet.bayesnet(p.diagram)),
    "mermaid": Format((".mmd", ".mermaid"), lambda p: mermaid(p.diagram)),
    "dot": Format((".dot", ".gv"), lambda p: dot(p.diagram)),
    "json": Format((".json",), lambda p: to_json(p.explained())),
    "text": Format((".txt",), lambda p: summary(p.diagram)),
}
SUFFIXES = {
    suffix: next(name for name, first in FORMATS.items() if suffix in first.suffixes)
    for each in FORMATS.values()
    for suffix in each.suffixes
}


def _theme(name: str) -> Theme:
    if name not in THEMES:
        raise UsageError(f"there is no theme '{name}'; {nearest(name, list(THEMES))}")
    return THEMES[name]


def _page(picture: Picture) -> str:
    if picture.compare is not None:
        return picture.compare(picture.placement)
    return page.page(picture.placement, picture.statement)


def _tikz(picture: Picture) -> str:
    """Placed as the SVG is; on a grid where there is no Graphviz."""
    try:
        placement = picture.placement
    except UsageError:
        return bayesnet.bayesnet(picture.diagram)
    return tikz.tikz(placement)


def named(form: str) -> str:
    """The format of a name or a suffix.

    >>> named("mermaid"), named("mmd"), named(".SVG")
    ('mermaid', 'mermaid', 'svg')

    Raises:
        UsageError: there is none, with all there are.
    """
    name = SUFFIXES.get(f".{form.lower().removeprefix('.')}", form.lower())
    if name not in FORMATS:
        raise UsageError(f"there is no format '{form}'; {nearest(form, list(FORMATS))}")
    return name


def of(path: Path) -> str:
    """The format that the suffix of a file says.

    >>> of(Path("mine.svg"))
    'svg'

    Raises:
        UsageError: it says none, with all suffixes there are.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"'{path}' is a picture of an unknown kind; end its name in one of {', '.join(SUFFIXES)}")
    return SUFFIXES[path.suffix.lower()]
