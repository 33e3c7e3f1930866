"""The objective: derived from the two graphs, in canonical form."""

from mvgraph.objective.canonical import Objective, derive

__all__ = ["Objective", "derive"]
