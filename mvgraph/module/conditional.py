"""A distribution made by a network: trunk, one head a parameter, free parameters, the family's constraints."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mvgraph.vocab.family import Family, Role, Shape
from mvgraph.vocab.network import Network, Trunk


class Conditional(nn.Module):
    """p(value | input): `(*batch, *inputs)` to the family's parameters `(*batch, *shape)`.

    Arguments:
        family, role: the distribution, and what it is used as.
        shape: of its values.
        inputs: shape of the network's input.
        trunk: the network up to its last layer; it may be shared with another conditional.
        network: the word that makes the heads.
        tied: the free parameters that it shares with the other experts of its latent.
    """

    def __init__(
        self,
        family: Family,
        role: Role,
        shape: Shape,
        inputs: Shape,
        trunk: Trunk,
        network: Network,
        tied: nn.ParameterDict | None = None,
    ) -> None:
        super().__init__()
        self.family, self.role, self.shape, self.inputs = family, role, shape, inputs
        self.trunk = trunk.module
        heads = family.heads(shape, role)
        self.heads = nn.ModuleDict({n: network.head(trunk.features, s) for n, s in heads.items()})
        own = {n: nn.Parameter(v) for n, v in family.free(shape, role).items()}
        self.free = nn.ParameterDict({**own, **(tied or {})})
        if family.drops:
            self.register_buffer("kept", torch.ones(shape, dtype=torch.bool))

    def forward(self, value: Tensor) -> Mapping[str, Tensor]:
        """The parameters of the distribution given the network's input."""
        lead = value.shape[: value.dim() - len(self.inputs)]
        features = self.trunk(value.reshape(-1, *self.inputs))
        raw = {name: head(features).unflatten(0, lead) for name, head in self.heads.items()}
        if self.family.drops:
            raw = {name: torch.where(self.get_buffer("kept"), made, 0.0) for name, made in raw.items()}
        return self.family.constrain({**raw, **self.free}, self.shape, self.role)

    @torch.no_grad()
    def project(self) -> None:
        """Bring the free parameters back between the family's bounds."""
        for name, bounds in self.family.bounds().items():
            self.free[name].clamp_(*bounds)

    @torch.no_grad()
    def drop(self, above: float) -> tuple[Tensor, Tensor]:
        """Keep only the entries whose dropout rate is at most `above`; the heads give 0 for the others from now on.

        Returns:
            The dropout rates and whether each entry is kept, both `(*shape)`.
        """
        rates = self.family.dropout(dict(self.free.items()))
        self.get_buffer("kept").copy_(rates <= above)
        return rates, rates <= above


class Message(nn.Module):
    """What one view says to a network that pools messages: `(*batch, *inputs)` to `{"message": (*batch, width)}`.

    Arguments:
        network: the word that reads the view.
        inputs: shape of the view.
        width: entries of the message.
    """

    def __init__(self, network: Network, inputs: Shape, width: int) -> None:
        super().__init__()
        trunk = network.encoder(inputs)
        self.inputs, self.trunk = inputs, trunk.module
        self.head = network.head(trunk.features, (width,))

    def forward(self, value: Tensor) -> Mapping[str, Tensor]:
        """The message."""
        lead = value.shape[: value.dim() - len(self.inputs)]
        found: Tensor = self.head(self.trunk(value.reshape(-1, *self.inputs)))
        return {"message": found.unflatten(0, lead)}


class Marginal(nn.Module):
    """A distribution without input, such as a prior: fixed, or with free parameters.

    Fixed parameters are buffers, so that they follow the module's device and dtype, but are not saved.
    """

    def __init__(self, family: Family, role: Role, shape: Shape) -> None:
        super().__init__()
        self.family, self.role, self.shape = family, role, shape
        self.free = nn.ParameterDict({n: nn.Parameter(v) for n, v in family.free(shape, role).items()})
        fixed = {} if len(self.free) else family.constrain({}, shape, role)
        for name, value in fixed.items():
            self.register_buffer(f"fixed_{name}", value, persistent=False)
        self.names = tuple(fixed)

    def forward(self) -> Mapping[str, Tensor]:
        """The parameters of the distribution, `(*shape)`."""
        if self.names:
            return {n: self.get_buffer(f"fixed_{n}") for n in self.names}
        return self.family.constrain(dict(self.free.items()), self.shape, self.role)
