"""Optimizers of torch, by word."""

from mvgraph.vocab.optimizer.base import Optimizer

__all__ = ["Optimizer"]
