"""`mvgraph schema`: the JSON Schema of the language, and of what `mvgraph diff --json` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mvgraph.cli.output import show_json
from mvgraph.deferring import defer
from mvgraph.spec.schema import json_schema

if TYPE_CHECKING:
    from mvgraph.objective.difference import schema as operations
else:
    operations = defer("mvgraph.objective.difference.schema")  # the language's own is shorter, and asked for more often

EXAMPLE = "mvgraph schema > mvgraph.schema.json"

OfOperations = Annotated[
    bool,
    typer.Option("--operations", help="That of the operations of `mvgraph diff --json` in place of the language's."),
]


def run(of_operations: OfOperations = False) -> None:
    """Print the JSON Schema of the language, for editors that complete and check YAML."""
    show_json(operations.json_schema() if of_operations else json_schema())
