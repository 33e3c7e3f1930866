"""`mvgraph diff`: what sets two models apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from mvgraph.cli.guarding import FINDING
from mvgraph.cli.options import AsHtml, AsJson, AsLatex, AsMarkdown, SpecName, ViewCount, one_form
from mvgraph.cli.output import json_text
from mvgraph.drawing.delta.comparison import Comparison
from mvgraph.errors import UsageError
from mvgraph.interface import contrast, diff, relate

EXAMPLE = "mvgraph diff jmvae mvtcae --assume alpha=0,beta=1"

Assume = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="NAME=VALUE,…", help="Values of params in both, e.g. beta=1,alpha=5/6."),
]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit with 1 unless the objectives are identical.")]

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
More = Annotated[list[str] | None, typer.Argument(metavar="[SPEC]...", help="Further models, with --matrix.")]
AsMatrix = Annotated[bool, typer.Option("--matrix", help="A table of how all the models relate, two by two.")]
HEADING = "numbers, a row, with small random networks and made-up rows that both share"
WITH_NUMBERS: dict[str, Callable[[Comparison], str]] = {
    "text": lambda found: f"{found}\n\n{HEADING}\n{contrast(found)}\n",
    "json": lambda found: json_text({**found.to_json(), "numeric": contrast(found).to_json()}),
}


def run(
    a: SpecName,
    b: SpecName,
    more: More = None,
    assume: Assume = None,
    views: ViewCount = None,
    as_json: AsJson = False,
    as_latex: AsLatex = False,
    as_markdown: AsMarkdown = False,
    as_html: AsHtml = False,
    exit_code: ExitCode = False,
    numeric: Numeric = False,
    as_matrix: AsMatrix = False,
) -> None:
    """Compare two models: how their objectives are related, term by term, and what else they do not share."""
    if as_matrix:
        table = relate(a, b, *(more or ()), assuming=assumptions(assume or []), views=views)
        typer.echo(json_text(table.to_json()) if as_json else f"{table}\n", nl=False)
        return
    if more:
        raise UsageError("two models are compared; for more of them, two by two, add --matrix")
    form = one_form(json=as_json, latex=as_latex, markdown=as_markdown, html=as_html)
    forms = WITH_NUMBERS if numeric else FORMS
    if form not in forms:
        raise UsageError(f"numbers are told as {' or '.join(WITH_NUMBERS)}; leave --numeric or --{form} out")
    found = diff(a, b, assuming=assumptions(assume or []), views=views)
    typer.echo(forms[form](found), nl=False)
    if exit_code and not found.same:
        raise typer.Exit(FINDING)


def assumptions(texts: list[str]) -> dict[str, str]:
    """Values by names.

    >>> assumptions(["beta=1,alpha=5/6"])
    {'beta': '1', 'alpha': '5/6'}

    Raises:
        UsageError: a text does not read as NAME=VALUE.
    """
    parts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    wrong = [part for part in parts if not all(side.strip() for side in part.partition("=")[::2])]
    if wrong:
        raise UsageError(f"'{wrong[0]}' assumes nothing; write NAME=VALUE, e.g. beta=1")
    return {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in parts)}
