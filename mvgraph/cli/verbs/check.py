"""`mvgraph check`: everything that is wrong with a spec."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import get_args

import typer

from mvgraph.cli.guarding import BAD_INPUT, FINDING, say
from mvgraph.cli.options import AsJson, Sets, SpecName, ViewCount, overrides
from mvgraph.cli.output import as_data, show_json
from mvgraph.errors import Problem, Severity
from mvgraph.interface.specs import examined

KINDS: tuple[Severity, ...] = get_args(Severity)
READING = "MVG1"  # how the codes of what is not well formed start
EXAMPLE = "mvgraph check my.yaml --set p.z.dim=32"


def run(spec: SpecName, sets: Sets = None, views: ViewCount = None, as_json: AsJson = False) -> None:
    """Show every problem of a spec at once, with its place and what would be right.

    Exit code 1 where there are errors, 2 where the text is no spec at all; warnings alone are fine.
    """
    problems = examined(spec, overrides(sets, views), {})
    counts = Counter(p.severity for p in problems)
    if as_json:
        totals = {f"{kind}s": counts[kind] for kind in KINDS}
        show_json({**totals, "problems": [as_data(p) for p in problems]})
    for problem in () if as_json else problems:
        say(str(problem))
    if not as_json:
        typer.echo(f"{spec}: {_counted(counts)}")
    raise typer.Exit(_code(problems))


def _code(problems: Sequence[Problem]) -> int:
    codes = [p.code for p in problems if p.severity == "error"]
    return BAD_INPUT if any(code.startswith(READING) for code in codes) else FINDING if codes else 0


def _counted(counts: Counter[Severity]) -> str:
    told = ", ".join(f"{n} {kind}{'s' if n > 1 else ''}" for kind in KINDS if (n := counts[kind]))
    return told if counts["error"] or counts["warning"] else ", ".join(filter(None, ("fine", told)))
