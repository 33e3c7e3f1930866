"""The two graphs of a written model, and everything that can be wrong with them; no torch."""

from mvgraph.graph.building import build
from mvgraph.graph.checks import check

__all__ = ["build", "check"]
