"""A prior from which a discrete parent has been summed out: its parameters, and the components that were dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mvgraph.module.conditional import Marginal
from mvgraph.vocab.family import Family, Role, Shape
from mvgraph.vocab.mixed import LOGITS, Mixed


class MixedMarginal(Marginal):
    """A mixture prior, some of whose components may have been dropped."""

    def __init__(self, family: Mixed, role: Role, shape: Shape) -> None:
        super().__init__(family, role, shape)
        self.register_buffer("kept", torch.ones(family.count, dtype=torch.bool))

    @property
    def logits(self) -> Tensor:
        """The logits of p(c), dropped components among them, `(c,)`."""
        return super().forward()[LOGITS].detach()

    def keep(self, components: Sequence[int]) -> None:
        """Drop all components but these: they get no probability from now on."""
        kept = self.get_buffer("kept")
        kept.zero_()
        kept[list(components)] = True

    def forward(self) -> Mapping[str, Tensor]:
        """The parameters, with no probability for components that were dropped."""
        params = super().forward()
        return {**params, LOGITS: params[LOGITS].masked_fill(~self.get_buffer("kept"), -torch.inf)}


def prior_without_parents(family: Family, shape: Shape) -> Marginal:
    """The prior of a latent without parents."""
    return MixedMarginal(family, "prior", shape) if isinstance(family, Mixed) else Marginal(family, "prior", shape)
