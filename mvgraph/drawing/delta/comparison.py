"""The difference of two models that can be shown: as a page, in a document, beside code."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from mvgraph.deferring import defer
from mvgraph.drawing.diagram import Diagram
from mvgraph.drawing.subjects import depict
from mvgraph.objective.difference.delta import Difference
from mvgraph.objective.difference.numbers import Contrast

if TYPE_CHECKING:
    from mvgraph.drawing import layout
    from mvgraph.drawing.delta import markdown, page, sheet, tex
else:  # what is read as text need not wait for the other forms, and what shows no picture not for numpy
    layout, page = defer("mvgraph.drawing.layout"), defer("mvgraph.drawing.delta.page")
    markdown, tex = defer("mvgraph.drawing.delta.markdown"), defer("mvgraph.drawing.delta.tex")
    sheet = defer("mvgraph.drawing.delta.sheet")


class Comparison(Difference):
    """What sets two models A and B apart, with the forms in which it can be read."""

    def latex(self, numbers: Contrast | None = None) -> str:
        """A part of a LaTeX document; with numbers of both, where `contrast` has found some."""
        return tex.tex(sheet.sheet(self, numbers))

    def markdown(self, numbers: Contrast | None = None) -> str:
        """Markdown, with mathematics between dollar signs."""
        return markdown.markdown(sheet.sheet(self, numbers))

    def to_html(self, numbers: Contrast | None = None) -> str:
        """One self-contained HTML page, with both graphs in one picture.

        Raises:
            UsageError: there is no Graphviz.
        """
        return page.page(sheet.sheet(self, numbers), layout.place(self.diagram))

    @property
    def diagram(self) -> Diagram:
        """Both graphs in one: what B adds, leaves out and changes."""
        return depict(self.a, self.b)


def shown(delta: Difference) -> Comparison:
    """A difference that can be shown."""
    return Comparison(**{f.name: getattr(delta, f.name) for f in fields(delta)})
