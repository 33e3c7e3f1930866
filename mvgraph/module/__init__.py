"""The objective as a PyTorch module."""

from mvgraph.module.model import Model, compile

__all__ = ["Model", "compile"]
