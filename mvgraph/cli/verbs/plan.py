"""`mvgraph plan`: what a training step executes."""

from __future__ import annotations

import typer

from mvgraph.cli.options import AsJson, Sets, SpecName, ViewCount, checked
from mvgraph.cli.output import show_json
from mvgraph.planning.steps import Plan, plan

EXAMPLE = "mvgraph plan mvae"


def run(spec: SpecName, sets: Sets = None, views: ViewCount = None, as_json: AsJson = False) -> None:
    """Show what the compiler will execute: encode, fuse, sample, decode, and the terms that are reduced."""
    found = plan(checked(spec, sets, views))
    if as_json:
        phases = {name: _as_data(one) for name, one in found.phases.items()}
        show_json({"phases": phases, "dead": list(found.dead)} if phases else _as_data(found))
    else:
        typer.echo(str(found))


def _as_data(found: Plan) -> dict[str, list[str]]:
    steps = [line.partition(" ") for line in str(found).splitlines()]
    kinds = dict.fromkeys(kind for kind, _, _ in steps)
    return {kind: [rest.strip() for k, _, rest in steps if k == kind] for kind in kinds}
