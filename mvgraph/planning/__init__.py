"""The plan: what the compiled step will execute."""

from mvgraph.planning.steps import Plan, plan

__all__ = ["Plan", "plan"]
