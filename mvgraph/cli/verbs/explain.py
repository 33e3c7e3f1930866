"""`mvgraph explain`: the derivation of a spec's objective."""

from __future__ import annotations

import typer

from mvgraph.cli.options import AsJson, Sets, SpecName, ViewCount, checked
from mvgraph.cli.output import show_json
from mvgraph.objective.explaining import account, explain

EXAMPLE = "mvgraph explain mopoe --views 3"


def run(spec: SpecName, sets: Sets = None, views: ViewCount = None, as_json: AsJson = False) -> None:
    """Explain a model: p, q, every route expanded, the canonical objective, and whether it is a bound."""
    found = checked(spec, sets, views)
    if as_json:
        show_json(account(found))
    else:
        typer.echo(explain(found), nl=False)
