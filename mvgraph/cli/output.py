"""What verbs write: lines, tables, JSON, and files that are whole or not there."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer

from mvgraph.deferring import defer
from mvgraph.errors import HIDDEN, Problem, UsageError, harmless

if TYPE_CHECKING:
    from rich import console, table
else:
    console, table = defer("rich.console"), defer("rich.table")  # for a terminal only


def show_json(value: Any) -> None:
    """A value as JSON on standard output."""
    typer.echo(json_text(value), nl=False)


def json_text(value: Any) -> str:
    """A value as JSON, with a line break at the end."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return HIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text) + "\n"


class Door:
    """A stream to a terminal, through which no text passes that the terminal would obey.

    What draws on the terminal on purpose, as rich does, finds the stream itself under `rich_proxied_file`.
    """

    def __init__(self, stream: TextIO) -> None:
        self.rich_proxied_file = stream

    def write(self, text: str) -> int:
        """Write a text, made harmless."""
        self.rich_proxied_file.write(harmless(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rich_proxied_file, name)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; elsewhere one line a row, columns aligned."""
    if not sys.stdout.isatty():
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        typer.echo("\n".join(lines))
        return
    heads = [table.Column(column, no_wrap=not at) for at, column in enumerate(columns)]  # a name stays in one piece
    drawn = table.Table(*heads, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(*map(harmless, row))
    console.Console(markup=False, emoji=False).print(drawn)


def as_data(problem: Problem) -> Mapping[str, Any]:
    """A problem as plain data, for editors."""
    place = problem.place
    where = {"file": place.file, "line": place.line, "column": place.column} if place else {}
    about = {"code": problem.code, "severity": problem.severity, "path": list(problem.path)}
    return {**about, "message": problem.message, "remedy": problem.remedy, **where}


def may_write(path: Path, suffixes: Sequence[str] = (), *, force: bool = False) -> None:
    """Look before the work is done whether a file can be written.

    Raises:
        UsageError: the file exists, its kind is not one of `suffixes`, or there is no such folder.
    """
    if suffixes and path.suffix.lower() not in suffixes:
        raise UsageError(f"'{path}' cannot be written: its name must end in {' or '.join(suffixes)}")
    if path.is_dir():
        raise UsageError(f"'{path}' is a folder; name a file")
    if path.exists() and not force:
        raise UsageError(f"'{path}' exists; give another name, or --force to overwrite it")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder '{path.parent}'")
