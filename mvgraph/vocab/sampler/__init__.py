"""Samplers of densities that are known up to a constant, by word."""

from mvgraph.vocab.sampler.base import LogDensity, Sampler, Samples

__all__ = ["LogDensity", "Sampler", "Samples"]
