"""`mvgraph draw`: one picture of p and q."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mvgraph.cli.guarding import say
from mvgraph.cli.options import AsJson, Force, Sets, SpecName, ViewCount, checked
from mvgraph.cli.output import may_write
from mvgraph.drawing.comparing import differs
from mvgraph.drawing.rendering import FORMATS, MOST_SCALE, SUFFIXES, named, of
from mvgraph.errors import UsageError
from mvgraph.interface.pictures import draw

EXAMPLE = "mvgraph draw mopoe -o mopoe.svg"


def run(
    spec: SpecName,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help=f"The file to write: {', '.join(SUFFIXES)}."),
    ] = None,
    diff: Annotated[
        str | None,
        typer.Option("--diff", metavar="SPEC", help="One picture of two: what this one adds, loses and changes."),
    ] = None,
    part: Annotated[
        str, typer.Option("--part", metavar="p|q|both", help="The generative graph, the inference graph, or both.")
    ] = "both",
    unroll: Annotated[bool, typer.Option("--unroll", help="Every view and level by name, without plates.")] = False,
    parameters: Annotated[bool, typer.Option("--parameters", help="The parameters of networks as dots.")] = False,
    theme: Annotated[str, typer.Option("--theme", metavar="light|dark", help="The colours.")] = "light",
    legend: Annotated[bool, typer.Option("--legend", help="Explain the notation beside the picture.")] = False,
    form: Annotated[
        str | None, typer.Option("--format", metavar="|".join(FORMATS), help="The form, whatever the file is called.")
    ] = None,
    scale: Annotated[
        float, typer.Option("--scale", metavar="X", help=f"Pixels a point (1/72 inch) of a .png, up to {MOST_SCALE:g}.")
    ] = 2.0,
    sets: Sets = None,
    views: ViewCount = None,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Draw both graphs of a model as one plate diagram: generation solid, inference dashed.

    Without -o the parts are listed in words, or printed in another --format: `mvgraph draw mopoe --format mermaid`. Two
    models in one picture: `mvgraph draw mvae --diff mopoe -o both.svg`. By name, with three views: `mvgraph draw mopoe
    --views 3 --unroll -o mopoe.pdf`.
    """
    chosen = _format(output, form, as_json)
    if output is not None:
        may_write(output, force=force)
    picture = draw(
        checked(spec, sets, views),
        against=None if diff is None else checked(diff, sets, views),
        part=part,
        unroll=unroll,
        parameters=parameters,
        theme=theme,
        legend=legend,
        scale=scale,
    )
    if output is None:
        _print(picture.render(chosen))
    else:
        picture.save(output, chosen)
        typer.echo(f"wrote {output}")
    if diff is not None and not differs(picture.diagram):
        say(f"the graphs of {spec} and {diff} are the same")


def _format(output: Path | None, form: str | None, as_json: bool) -> str:
    """The format that is asked for.

    Raises:
        UsageError: there is none such, or a file's name says another.
    """
    if form is not None and as_json:
        raise UsageError("--json is a format; leave it or --format out")
    chosen = "json" if as_json else "" if form is None else named(form)
    if output is None:
        return chosen or "text"
    suffix = output.suffix.lower()
    if chosen and suffix in SUFFIXES and suffix not in FORMATS[chosen].suffixes:
        raise UsageError(f"'{output}' is a name for {SUFFIXES[suffix]}, and --format says {chosen}")
    return chosen or of(output)


def _print(found: str | bytes) -> None:
    """A picture on standard output; bytes only where no one reads them."""
    if isinstance(found, str):
        typer.echo(found, nl=not found.endswith("\n"))
    elif _watched():
        raise UsageError("a terminal shows no pictures; name a file with -o")
    else:
        typer.echo(found, nl=False)


def _watched() -> bool:
    return sys.stdout.isatty()
