"""Modules that networks are made of; each is loaded, and torch with it, when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvgraph.deferring import attach

if TYPE_CHECKING:
    from mvgraph.vocab.network.blocks.residual import Residual

__all__ = ["Residual"]

__getattr__ = attach(__name__, {"Residual": "mvgraph.vocab.network.blocks.residual"})
