"""Centers: the density in the middle of several, which a Jensen–Shannon divergence compares them with."""

from mvgraph.vocab.center.base import Center, Member

__all__ = ["Center", "Member"]
