"""The application: every verb by its name."""

from __future__ import annotations

import io
import sys
from types import ModuleType
from typing import Annotated

import typer

import mvgraph
from mvgraph.cli.guarding import guarded
from mvgraph.cli.verbs import check, diff, draw, encode, evaluate, explain, generate, impute, new, plan, schema, train
from mvgraph.cli.verbs import list as listing

VERBS: dict[str, ModuleType] = {
    "list": listing,
    "new": new,
    "check": check,
    "draw": draw,
    "explain": explain,
    "diff": diff,
    "plan": plan,
    "train": train,
    "evaluate": evaluate,
    "encode": encode,
    "impute": impute,
    "generate": generate,
    "schema": schema,
}

app = typer.Typer(
    name="mvgraph",
    help="Write down a multi-view latent variable model as a small graph; get its objective, training and answers.",
    epilog="Exit codes: 0 fine, 1 a finding, 2 bad usage or bad input, 3 a fault of mvgraph itself, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"mvgraph {mvgraph.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Write down a multi-view latent variable model as a small graph; get its objective, training and answers."""
    del version  # its callback has answered


for _name, _module in VERBS.items():
    app.command(_name, epilog=f"Example: {_module.EXAMPLE}")(guarded(_module.run))


def main() -> None:
    """The `mvgraph` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8 gets question marks, not a fault
    app()
