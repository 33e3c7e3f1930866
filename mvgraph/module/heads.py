"""Last layers that are larger than what they stand behind, which is rarely meant."""

from __future__ import annotations

import math
import warnings

from torch import nn

from mvgraph.data.tables import DataWarning
from mvgraph.module.conditional import Conditional
from mvgraph.vocab.family import Shape
from mvgraph.vocab.network import Network
from mvgraph.vocab.network.custom import Custom

MANY = 100_000  # parameters of a layer from which on its size is worth a word
TIMES = 4  # as many as the network has


def warn_of_heads(network: Conditional, word: Network, features: Shape, owner: str) -> None:
    """Warn of dense last layers behind a module of one's own that have many times its parameters."""
    own, added = size(network.trunk), size(network.heads)
    dense = any(isinstance(layer, nn.Linear) for layer in network.heads.modules())
    if isinstance(word, Custom) and dense and added > max(MANY, TIMES * own):
        made = ", ".join(str(list(shape)) for shape in network.family.heads(network.shape, network.role).values())
        text = (
            f"{owner}: behind '{word.word}', which has {own:,} parameters, stand dense layers with {added:,}, from its "
            f"features {list(features)} ({math.prod(features):,} numbers) to {made}"
        )
        remedy = (
            "let it end in fewer features, or in maps of the data's size; a decoder that takes `outputs` is told it"
        )
        warnings.warn(f"{text}; {remedy}", DataWarning, stacklevel=2)


def size(module: nn.Module) -> int:
    """How many parameters a module has."""
    return sum(p.numel() for p in module.parameters())
