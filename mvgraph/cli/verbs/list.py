"""`mvgraph list`: the reference models."""

from __future__ import annotations

from typing import Annotated

import typer

from mvgraph.cli.options import AsJson
from mvgraph.cli.output import show_json, show_table
from mvgraph.interface.specs import load, names, published
from mvgraph.spec.model import Spec

EXAMPLE = "mvgraph list --published"
COLUMNS = ("name", "title", "authors", "year", "views")


Published = Annotated[bool, typer.Option("--published", help="The settings of published experiments instead.")]


def run(experiments: Published = False, as_json: AsJson = False) -> None:
    """List the reference models: name, title, authors, year, number of views."""
    found = {name: load(name) for name in (published() if experiments else names())}
    if as_json:
        show_json([{"name": name, **_about(spec)} for name, spec in found.items()])
        return
    show_table(COLUMNS, [(name, s.about.title, _authors(s), str(s.about.year), _views(s)) for name, s in found.items()])


def _about(spec: Spec) -> dict[str, object]:
    about = spec.about
    said = {"title": about.title, "authors": list(about.authors), "year": about.year}
    return {"model": spec.name, **said, "arxiv": about.arxiv, "url": about.url, "views": _views(spec)}


def _authors(spec: Spec) -> str:
    authors = spec.about.authors
    return ", ".join(authors) if len(authors) <= 2 else f"{authors[0]} et al."


def _views(spec: Spec) -> str:
    views = spec.open_views
    if views is None:
        return str(len(spec.views))
    return f"{views.least}" if views.most == views.least else f"{views.least}..{views.most or ''}"
