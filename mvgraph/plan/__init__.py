"""The plan: what the compiled step will execute."""

from mvgraph.plan.planning import Plan, plan

__all__ = ["Plan", "plan"]
