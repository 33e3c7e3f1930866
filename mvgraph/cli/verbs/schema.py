"""`mvgraph schema`: the JSON Schema of the language."""

from __future__ import annotations

from mvgraph.cli.output import show_json
from mvgraph.spec.schema import json_schema

EXAMPLE = "mvgraph schema > mvgraph.schema.json"


def run() -> None:
    """Print the JSON Schema of the language, for editors that complete and check YAML."""
    show_json(json_schema())
