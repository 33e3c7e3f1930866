"""Fusion rules: how experts of several views become one posterior."""

from mvgraph.vocab.fusion.base import Fusion

__all__ = ["Fusion"]
