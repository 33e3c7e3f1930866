"""What `mvgraph diff --matrix` answers: how many models relate, as text, tables, a picture or a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from mvgraph.cli.output import json_text
from mvgraph.drawing.kin import table
from mvgraph.drawing.kin.page import page
from mvgraph.drawing.kin.svg import svg
from mvgraph.drawing.raster import pdf, png
from mvgraph.interface.objectives import relate
from mvgraph.objective.difference.kinship import family
from mvgraph.objective.difference.matrix import Matrix, Told

SCALE = 2.0  # pixels a point
FORMS: dict[str, Callable[[Matrix], str | bytes]] = {
    "text": table.text,
    "json": lambda found: json_text(table.data(found)),
    "latex": table.latex,
    "markdown": table.markdown,
    "html": page,
    "svg": lambda found: svg(family(found)),
    "png": lambda found: png(svg(family(found)), SCALE),
    "pdf": lambda found: pdf(svg(family(found))),
}
SUFFIXES = {
    **{".txt": "text", ".json": "json", ".tex": "latex", ".md": "markdown", ".html": "html"},
    **{f".{form}": form for form in ("svg", "png", "pdf")},
}


def related(models: Sequence[str], assuming: dict[str, str], views: int | None) -> Matrix:
    """Every pair of some models compared, with a bar on a terminal, for they are many."""
    with _counting() as tell:
        return relate(*models, assuming=assuming, views=views, tell=tell)


@contextmanager
def _counting() -> Iterator[Told]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("pairs", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
