"""`mvgraph check`: everything that is wrong with a spec."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import typer

from mvgraph import graph
from mvgraph.cli.guarding import BAD_INPUT, FINDING
from mvgraph.cli.options import AsJson, Sets, SpecName, ViewCount, written
from mvgraph.cli.output import as_data, show_json
from mvgraph.errors import Problem, Severity, SpecError

KINDS: tuple[Severity, ...] = get_args(Severity)
EXAMPLE = "mvgraph check my.yaml --set p.z.dim=32"


def run(spec: SpecName, sets: Sets = None, views: ViewCount = None, as_json: AsJson = False) -> None:
    """Show every problem of a spec at once, with its place and what would be right.

    Exit code 1 where there are errors, 2 where the text is no spec at all; warnings alone are fine.
    """
    problems, code = _problems(spec, sets, views)
    counts = Counter(p.severity for p in problems)
    if as_json:
        totals = {f"{kind}s": counts[kind] for kind in KINDS}
        show_json({**totals, "problems": [as_data(p) for p in problems]})
    for problem in () if as_json else problems:
        typer.echo(str(problem), err=True)
    if not as_json:
        typer.echo(f"{spec}: {_counted(counts)}")
    raise typer.Exit(code if counts["error"] else 0)


def _problems(spec: str, sets: list[str] | None, views: int | None) -> tuple[list[Problem], int]:
    try:
        return graph.check(written(spec, sets, views)), FINDING
    except SpecError as error:
        return list(error.problems), BAD_INPUT


def _counted(counts: Counter[Severity]) -> str:
    told = ", ".join(f"{n} {kind}{'s' if n > 1 else ''}" for kind in KINDS if (n := counts[kind]))
    return told if counts["error"] or counts["warning"] else ", ".join(filter(None, ("fine", told)))
