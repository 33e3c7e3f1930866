"""Divergences between distributions."""

from mvgraph.vocab.divergence.kl import FITTED, closed_kl

__all__ = ["FITTED", "closed_kl"]
