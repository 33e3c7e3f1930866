"""The trunk of a joint network: one trunk a view, features side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from mvgraph.vocab.family import Shape
from mvgraph.vocab.network import Trunk


class JointTrunk(nn.Module):
    """All views, flattened and side by side `(n, inputs)`, to the features of their trunks `(n, width)`."""

    def __init__(self, trunks: Sequence[Trunk], shapes: Sequence[Shape]) -> None:
        super().__init__()
        self.trunks = nn.ModuleList(t.module for t in trunks)
        self.shapes = tuple(shapes)
        self.sizes = [math.prod(s) for s in shapes]
        self.inputs = sum(self.sizes)
        self.width = sum(math.prod(t.features) for t in trunks)

    @staticmethod
    def pack(values: Mapping[str, Tensor], views: Sequence[str]) -> Tensor:
        """The values of all views side by side, `(n, inputs)`."""
        return torch.cat([values[v].flatten(1) for v in views], -1)

    def forward(self, packed: Tensor) -> Tensor:
        """The features, side by side."""
        parts = packed.split(self.sizes, -1)
        features = [
            trunk(part.unflatten(-1, shape)).flatten(1)
            for trunk, part, shape in zip(self.trunks, parts, self.shapes, strict=True)
        ]
        return torch.cat(features, -1)
