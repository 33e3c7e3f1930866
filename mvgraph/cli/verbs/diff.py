"""`mvgraph diff`: what sets two models apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mvgraph.cli.figures import REPEATS, Asked, compared
from mvgraph.cli.guarding import FINDING
from mvgraph.cli.options import (
    Alignment,
    AsHtml,
    AsJson,
    AsLatex,
    AsMarkdown,
    Force,
    Seed,
    SkipEmpty,
    Unfold,
    ViewCountOrAll,
    form_of,
    one_form,
    view_count,
)
from mvgraph.cli.output import json_text, may_write
from mvgraph.deferring import defer
from mvgraph.drawing.delta.comparison import Comparison
from mvgraph.errors import UsageError
from mvgraph.files import replacing
from mvgraph.objective.difference.numbers import Contrast

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

Numeric = Annotated[
    bool,
    typer.Option(
        "--numeric", help="Both objectives as numbers too: on made-up rows with small networks, or on --data."
    ),
]
OwnData = Annotated[
    list[str] | None,
    typer.Option(
        "--data", metavar="SOURCE", help="For --numeric: rows of your own, as `evaluate` takes them (repeatable)."
    ),
]
OfRun = Annotated[
    Path | None,
    typer.Option(
        "--run", metavar="RUN", help="For --data: a finished run, whose parameters both get where they have those."
    ),
]
Rows = Annotated[
    int | None, typer.Option("--rows", min=1, help="For --numeric: how many rows; 32 made-up ones, or 256 of --data.")
]
Repeats = Annotated[
    int, typer.Option("--repeats", min=2, help="For --numeric: draws of the noise, for standard errors.")
]
FORMS: dict[str, Callable[[Comparison, Contrast | None], str]] = {
    "text": lambda found, numbers: f"{found}\n{_heading(numbers)}",
    "json": lambda found, numbers: json_text(found.to_json() | ({"numeric": numbers.to_json()} if numbers else {})),
    "latex": Comparison.latex,
    "markdown": Comparison.markdown,
    "html": Comparison.to_html,
}


def _heading(numbers: Contrast | None) -> str:
    return f"\nin numbers: {'; '.join(numbers.about)}\n{numbers}\n" if numbers else ""


def run(
    models: Models = None,
    matrix: AsMatrix = False,
    assume: Assume = None,
    views: ViewCountOrAll = None,
    as_json: AsJson = False,
    as_latex: AsLatex = False,
    as_markdown: AsMarkdown = False,
    as_html: AsHtml = False,
    output: Output = None,
    force: Force = False,
    exit_code: ExitCode = False,
    numeric: Numeric = False,
    data: OwnData = None,
    of_run: OfRun = None,
    rows: Rows = None,
    repeats: Repeats = REPEATS,
    seed: Seed = 0,
    align: Alignment = "id",
    skip_empty: SkipEmpty = False,
    unfold: Unfold = None,
) -> None:
    """Compare two models: how their objectives are related, term by term, and what else they do not share."""
    flagged = one_form(json=as_json, latex=as_latex, markdown=as_markdown, html=as_html)
    form = form_of(output, flagged, relations.SUFFIXES if matrix else SUFFIXES)
    if output is not None:
        may_write(output, force=force)
    if (models or []).count("-") > 1:
        raise UsageError("standard input can be read once; name a file for one of the models")
    asked = Asked(tuple(data or ()), of_run, rows, repeats, seed, skip_empty, align)
    if asked != Asked() and not numeric:
        raise UsageError("--data, --run, --rows, --repeats, --seed and --skip-empty are for --numeric; say that, too")
    number = view_count(views)
    if matrix:
        if numeric or exit_code or unfold is not None:
            raise UsageError("a matrix has no --numeric, --unfold or --exit-code; leave these out")
        found = relations.related(models or [], assumptions(assume or []), _one(number))
        _answer(relations.FORMS[form](found), output)
        return
    if models is None or len(models) != 2:
        raise UsageError(f"diff compares two models, and here are {len(models or [])}; or say --matrix, for any number")
    a, b = models
    how = {"assuming": assumptions(assume or []), "views": _one(number) if numeric else number, "unfold": unfold}
    delta, numbers = compared(a, b, asked if numeric else None, **how)
    _answer(FORMS[form](delta, numbers), output)
    if exit_code and not delta.same:
        raise typer.Exit(FINDING)


def _one(number: int | Literal["M"] | None) -> int | None:
    """One number of views.

    Raises:
        UsageError: all numbers are meant.
    """
    if number == "M":
        raise UsageError("a matrix, and numbers, are for one number of views; say it after --views, or leave that out")
    return number


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
