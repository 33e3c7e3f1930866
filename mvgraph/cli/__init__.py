"""The command line: one verb a file, one place for what goes wrong."""

from mvgraph.cli.application import app, main

__all__ = ["app", "main"]
