"""The one place that turns what went wrong into a message and an exit code."""

from __future__ import annotations

import functools
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGINT
from typing import Any, ParamSpec, TypeVar

import typer

from mvgraph.errors import MvgraphError, Problem, harmless
from mvgraph.processes import interrupting, is_first, stoppable

P = ParamSpec("P")
R = TypeVar("R")

FINDING, BAD_INPUT, FAULT, CLOSED = 1, 2, 3, 141
ENDED = 128  # and the number of the signal, as shells count
DEBUG = "MVGRAPH_DEBUG"


def guarded(verb: Callable[P, R]) -> Callable[P, R]:
    """A verb whose errors become messages on standard error and exit codes."""

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with stoppable(), answering(), speaking():
            return verb(*args, **kwargs)

    return run


@contextmanager
def answering() -> Iterator[None]:
    """Nothing leaves this but an exit: never a traceback, unless MVGRAPH_DEBUG=1 asks for it."""
    try:
        yield
        sys.stdout.flush()
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except MvgraphError as error:
        complain(error.problems)
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt as stop:
        signum = interrupting(stop)
        say("interrupted" if signum == SIGINT else f"interrupted by {signum.name}")
        raise typer.Exit(ENDED + signum) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains while it ends
        raise typer.Exit(CLOSED) from None
    except OSError as error:
        say(f"error: {error.filename or 'the output'}: {error.strerror or error}")
        raise typer.Exit(BAD_INPUT) from None
    except Exception as error:  # a fault of ours: said in one line
        if os.environ.get(DEBUG) == "1":
            traceback.print_exc()
        hint = "" if os.environ.get(DEBUG) == "1" else f" and what {DEBUG}=1 shows"
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        say(f"this is a fault of mvgraph, please report it with the command{hint}: {what}")
        raise typer.Exit(FAULT) from None


@contextmanager
def speaking() -> Iterator[None]:
    """Warnings of mvgraph as one line each; those of the libraries below are for developers."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = _show
        yield


def _show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    if category.__module__.startswith("mvgraph"):
        say(f"warning: {message}")


def complain(problems: tuple[Problem, ...] | list[Problem]) -> None:
    """Problems on standard error, with their places, excerpts and remedies."""
    for problem in problems:
        plain = problem.code == "MVG000"
        say(f"error: {problem.message}" if plain else str(problem))


def say(text: str) -> None:
    """A line on standard error, said once however many processes train."""
    if is_first():
        typer.echo(harmless(text), err=True)
