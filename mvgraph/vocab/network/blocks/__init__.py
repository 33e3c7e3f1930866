"""Modules that networks are made of; each is loaded, and torch with it, when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from mvgraph.vocab.network.blocks.residual import Residual

__all__ = ["Residual"]

__getattr__, __dir__, _ = lazy.attach(__name__, submod_attrs={"residual": ["Residual"]})
