"""`mvgraph explain`: the derivation of a spec's objective."""

from __future__ import annotations

from typing import Annotated

import typer

from mvgraph.cli.options import AsJson, Sets, SpecName, ViewCount, checked
from mvgraph.cli.output import show_json
from mvgraph.objective.accounting import account
from mvgraph.objective.explaining import Account
from mvgraph.objective.report import plain

EXAMPLE = "mvgraph explain mopoe --views 3"


def run(
    spec: SpecName,
    unfold: Annotated[
        bool | None,
        typer.Option("--unfold/--fold", help="Write out every term, or sums over views where there are but two."),
    ] = None,
    steps: Annotated[bool, typer.Option("--steps", help="Derive every written term rule by rule.")] = False,
    sets: Sets = None,
    views: ViewCount = None,
    as_json: AsJson = False,
) -> None:
    """Explain a model: p, q, every route expanded, the canonical objective, and whether it is a bound."""
    found = Account(checked(spec, sets, views), unfold, steps)
    if as_json:
        show_json(account(found))
    else:
        typer.echo(plain(found.report), nl=False)
