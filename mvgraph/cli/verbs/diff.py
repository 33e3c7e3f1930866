"""`mvgraph diff`: what sets two models apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mvgraph.cli.guarding import FINDING
from mvgraph.cli.options import AsHtml, AsJson, AsLatex, AsMarkdown, Force, ViewCount, form_of, one_form
from mvgraph.cli.output import json_text, may_write
from mvgraph.deferring import defer
from mvgraph.drawing.delta.comparison import Comparison
from mvgraph.errors import UsageError
from mvgraph.files import replacing
from mvgraph.interface.objectives import contrast, diff

if TYPE_CHECKING:
    from mvgraph.cli import relations
else:
    relations = defer("mvgraph.cli.relations")  # two models need no family tree

EXAMPLE = "mvgraph diff jmvae mvtcae --assume alpha=0,beta=1 (or -o FILE.html); mvgraph diff --matrix -o family.svg"

Assume = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="NAME=VALUE,…", help="Values of params in both, e.g. beta=1,alpha=5/6."),
]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit with 1 unless the objectives are identical.")]
Models = Annotated[
    list[str] | None,
    typer.Argument(metavar="A B", help="Two models: names of reference models, or paths; any number with --matrix."),
]
AsMatrix = Annotated[
    bool, typer.Option("--matrix", help="How all of the models relate, pair by pair; all reference models by default.")
]
SUFFIXES = {".txt": "text", ".tex": "latex", ".md": "markdown", ".html": "html", ".json": "json"}
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="The file to write; its name tells the form (.svg: a matrix)."),
]

FORMS: dict[str, Callable[[Comparison], str]] = {
    "text": lambda found: f"{found}\n",
    "json": lambda found: json_text(found.to_json()),
    "latex": Comparison.latex,
    "markdown": Comparison.markdown,
    "html": Comparison.to_html,
}
Numeric = Annotated[
    bool,
    typer.Option("--numeric", help="Both objectives as numbers too: small random networks, the same rows and noise."),
]
HEADING = "numbers, a row, with small random networks and made-up rows that both share"
WITH_NUMBERS: dict[str, Callable[[Comparison], str]] = {
    "text": lambda found: f"{found}\n\n{HEADING}\n{contrast(found)}\n",
    "json": lambda found: json_text({**found.to_json(), "numeric": contrast(found).to_json()}),
}


def run(
    models: Models = None,
    matrix: AsMatrix = False,
    assume: Assume = None,
    views: ViewCount = None,
    as_json: AsJson = False,
    as_latex: AsLatex = False,
    as_markdown: AsMarkdown = False,
    as_html: AsHtml = False,
    output: Output = None,
    force: Force = False,
    exit_code: ExitCode = False,
    numeric: Numeric = False,
) -> None:
    """Compare two models: how their objectives are related, term by term, and what else they do not share."""
    asked = one_form(json=as_json, latex=as_latex, markdown=as_markdown, html=as_html)
    form = form_of(output, asked, relations.SUFFIXES if matrix else SUFFIXES)
    if output is not None:
        may_write(output, force=force)
    if (models or []).count("-") > 1:
        raise UsageError("standard input can be read once; name a file for one of the models")
    if matrix:
        if form not in relations.FORMS or numeric or exit_code:
            raise UsageError("a matrix has no --latex, --numeric or --exit-code; leave these out")
        found = relations.related(models or [], assumptions(assume or []), views)
        _answer(relations.FORMS[form](found), output)
        return
    forms = WITH_NUMBERS if numeric else FORMS
    if form not in forms:
        raise UsageError(f"numbers are told as {' or '.join(WITH_NUMBERS)}; leave --numeric or --{form} out")
    if len(models or []) != 2:
        raise UsageError(f"diff compares two models, and here are {len(models or [])}; or say --matrix, for any number")
    delta = diff(*(models or []), assuming=assumptions(assume or []), views=views)
    _answer(forms[form](delta), output)
    if exit_code and not delta.same:
        raise typer.Exit(FINDING)


def _answer(found: str | bytes, output: Path | None) -> None:
    """To a file that is whole or not there, or to standard output."""
    if output is None:
        typer.echo(found, nl=False)
        return
    with replacing(output) as unfinished:
        unfinished.write_bytes(found if isinstance(found, bytes) else found.encode())
    typer.echo(f"wrote {output}")


def assumptions(texts: list[str]) -> dict[str, str]:
    """Values by names.

    >>> assumptions(["beta=1,alpha=5/6"])
    {'beta': '1', 'alpha': '5/6'}

    Raises:
        UsageError: a text does not read as NAME=VALUE, or a name has two values.
    """
    parts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    wrong = [part for part in parts if not all(side.strip() for side in part.partition("=")[::2])]
    if wrong:
        raise UsageError(f"'{wrong[0]}' assumes nothing; write NAME=VALUE, e.g. beta=1")
    pairs = [(name.strip(), value.strip()) for name, _, value in (part.partition("=") for part in parts)]
    twice = [name for name, _ in pairs if [n for n, _ in pairs].count(name) > 1]
    if twice:
        raise UsageError(f"'{twice[0]}' is assumed twice; give it one value")
    return dict(pairs)
