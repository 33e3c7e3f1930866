"""`mvgraph explain`: the derivation of a spec's objective."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mvgraph.cli.options import (
    AsHtml,
    AsJson,
    AsLatex,
    AsMarkdown,
    Force,
    Sets,
    SpecName,
    Unfold,
    ViewCountOrAll,
    checked,
    form_of,
    one_form,
    view_count,
)
from mvgraph.cli.output import json_text, may_write
from mvgraph.errors import UsageError
from mvgraph.files import replacing
from mvgraph.objective.accounting import account, answer
from mvgraph.objective.asking import why
from mvgraph.objective.explaining import Account
from mvgraph.objective.plates.explaining import AccountOfAll
from mvgraph.objective.report import Report
from mvgraph.objective.typesetting import FORMATS

EXAMPLE = "mvgraph explain mopoe --views 3 --steps (or -o mopoe.html .tex .md .json); … mopoe --views M; … mvae --why 1"
SUFFIXES = {".txt": "text", ".tex": "latex", ".md": "markdown", ".html": "html", ".json": "json"}

Why = Annotated[
    str | None,
    typer.Option("--why", metavar="TERM", help="Where a term comes from: its number in the objective, or its text."),
]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help=f"The file to write: {', '.join(SUFFIXES)}.")
]


def run(
    spec: SpecName,
    steps: Annotated[bool, typer.Option("--steps", help="Derive every written term rule by rule.")] = False,
    term: Why = None,
    unfold: Unfold = None,
    as_latex: AsLatex = False,
    as_markdown: AsMarkdown = False,
    as_html: AsHtml = False,
    as_json: AsJson = False,
    output: Output = None,
    sets: Sets = None,
    views: ViewCountOrAll = None,
    force: Force = False,
) -> None:
    """Explain a model: p, q, every route expanded, the canonical objective, and whether it is a bound."""
    form = form_of(output, one_form(json=as_json, latex=as_latex, markdown=as_markdown, html=as_html), SUFFIXES)
    if output is not None:
        may_write(output, force=force)
    number = view_count(views)
    if number == "M":
        if steps or term is not None or unfold is not None:
            raise UsageError(
                "for every number of views there are folded sums alone; leave --steps, --why and --unfold out"
            )
        text = _for_all(AccountOfAll(checked(spec, sets)), form)
    elif steps and term is not None:
        raise UsageError("--why tells where one term comes from, and --steps derives all; leave one of them out")
    else:
        found = Account(checked(spec, sets, number), unfold, steps)
        text = _whole(found, form) if term is None else _answer(found, term, form)
    if output is None:
        typer.echo(text, nl=False)
        return
    with replacing(output) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    typer.echo(f"wrote {output}")


def _whole(found: Account, form: str) -> str:
    return json_text(account(found)) if form == "json" else FORMATS[form](found.report)


def _for_all(found: AccountOfAll, form: str) -> str:
    return json_text(found.to_json()) if form == "json" else FORMATS[form](found.report)


def _answer(found: Account, term: str, form: str) -> str:
    """What is said of one term."""
    given = why(found, term)
    report: Report = (found.report[0], given.section)
    return json_text(answer(given)) if form == "json" else FORMATS[form](report)
