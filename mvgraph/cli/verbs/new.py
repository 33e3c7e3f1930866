"""`mvgraph new`: a file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mvgraph.cli.output import may_write
from mvgraph.files import replacing
from mvgraph.spec import zoo

EXAMPLE = "mvgraph new my.yaml --from mopoe"


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, e.g. my.yaml.")],
    from_: Annotated[str, typer.Option("--from", metavar="NAME", help="The reference model to start from.")],
) -> None:
    """Start a spec of your own from a reference model, comments and all; an existing file is never overwritten."""
    text = zoo.path(from_).read_text(encoding="utf-8")
    may_write(file, (".yaml", ".yml"))
    with replacing(file) as path:
        path.write_text(f"# Started from the reference model {from_}.\n{text}", encoding="utf-8")
    typer.echo(f"wrote {file}; look at it with: mvgraph explain {file}")
