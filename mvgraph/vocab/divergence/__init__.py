"""Divergences between distributions."""

from mvgraph.vocab.divergence.kl import closed_kl

__all__ = ["closed_kl"]
