"""The two graphs of a written model, and everything that can be wrong with them; no torch."""

from mvgraph.graph.checks import check
from mvgraph.graph.examining import examine, refused
from mvgraph.spec.graphs import build

__all__ = ["build", "check", "examine", "refused"]
