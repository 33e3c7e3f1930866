"""The application: every verb by its name."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, TextIO, cast

import typer
from typer.core import TyperCommand
from typer.main import get_command

import mvgraph
from mvgraph.cli.guarding import BAD_INPUT, guarded, say
from mvgraph.cli.output import Door
from mvgraph.errors import CONTROL

VERBS = {
    "list": "List the reference models.",
    "new": "Start a spec of your own from a reference model.",
    "check": "Show every problem of a spec at once, with its place and what would be right.",
    "draw": "Draw both graphs of a model as one plate diagram.",
    "explain": "Explain a model: p, q, every route expanded, the canonical objective, and whether it is a bound.",
    "diff": "Compare two models: how their objectives are related, term by term, and what else they do not share.",
    "plan": "Show what the compiler will execute.",
    "train": "Train a model.",
    "evaluate": "Judge a run: joint log-likelihood, cross-view coherence, imputation error, pictures.",
    "encode": "Write mean and standard deviation of every latent.",
    "impute": "Write mean and standard deviation of every view that is not given.",
    "generate": "Write new data, all views together.",
    "schema": "Print the JSON Schema of the language.",
}
"""The verbs with what each of them does: the line of `mvgraph --help`, and the beginning of its own."""
SETTINGS: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False}


def verb(name: str) -> ModuleType:
    """The module of a verb."""
    return import_module(f"mvgraph.cli.verbs.{name}")


class Verb(TyperCommand):
    """A verb whose module is imported once it is called: `mvgraph list` need not wait for what draws and compares."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the verb itself, which takes over."""
        module = verb(str(self.name))
        alone = typer.Typer(**SETTINGS)
        alone.command(self.name, epilog=f"Example: {module.EXAMPLE}")(guarded(module.run))
        return get_command(alone).make_context(info_name, args, parent, **extra)


app = typer.Typer(
    name="mvgraph",
    help="Write down a multi-view latent variable model as a small graph; get its objective, training and answers.",
    epilog="Exit codes: 0 fine, 1 a finding, 2 bad usage or bad input, 3 a fault of mvgraph itself, 130 interrupted "
    "(143 by SIGTERM).",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    **SETTINGS,
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


for _name, _line in VERBS.items():
    app.command(_name, cls=Verb, help=_line)(lambda: None)  # what a verb does, its own module says


def main() -> None:
    """The `mvgraph` command."""
    nowhere = Path(os.devnull).open("w")  # noqa: SIM115 - open as long as the program runs
    sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere  # there is none where it was closed
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8 gets question marks, not a fault
    shut = {
        name: cast(TextIO, Door(getattr(sys, name))) for name in ("stdout", "stderr") if getattr(sys, name).isatty()
    }
    sys.stdout, sys.stderr = shut.get("stdout", sys.stdout), shut.get("stderr", sys.stderr)
    hostile = next((a for a in sys.argv[1:] if CONTROL.search(a)), None)
    if hostile is not None:  # before anybody repeats it
        say(f"error: the argument {hostile!a} has a control character; rename the file, or write it without")
        raise SystemExit(BAD_INPUT)
    app()
