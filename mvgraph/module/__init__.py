"""The objective as a PyTorch module."""

from mvgraph.module.model import Loss, Model, compile  # noqa: A004 - the public verb

__all__ = ["Loss", "Model", "compile"]
