"""What is done with a model once it is fitted, by word."""

from mvgraph.vocab.after.base import After, Outcome

__all__ = ["After", "Outcome"]
