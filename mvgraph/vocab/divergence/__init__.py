"""Divergences between distributions."""

from mvgraph.vocab.divergence.ce import closed_ce
from mvgraph.vocab.divergence.kl import FITTED, closed_kl

__all__ = ["FITTED", "closed_ce", "closed_kl"]
