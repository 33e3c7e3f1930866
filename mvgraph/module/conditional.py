"""A distribution made by a network: trunk, one head a parameter, free parameters, the family's constraints."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mvgraph.module.normalising import entries, normalisers, over_entries
from mvgraph.vocab.family import Family, Role, Shape
from mvgraph.vocab.network import Network, Trunk


class Reader(nn.Module):
    """A network with its heads: `(*batch, row, *inputs)` to one tensor a head."""

    inputs: Shape
    batch_dependent: bool  # whether it normalises by statistics of the batch

    def forward(self, value: Tensor, there: Tensor | None = None) -> Mapping[str, Tensor]:
        """What the heads give for the network's input, under the constraints that there are.

        Arguments:
            value: `(*batch, row, *inputs)`.
            there: the rows in which it is asked for, bool `(row,)`; all of them where it is None. Only a network that
                normalises by the batch looks at it.
        """
        return self.constrained(self.raw(value, there))

    def raw(self, value: Tensor, there: Tensor | None = None) -> Mapping[str, Tensor]:
        """What the heads give."""
        lead = value.shape[: value.dim() - len(self.inputs)]
        flat = value.reshape(-1, *self.inputs)
        made = over_entries(self, self._run, flat, entries(there, lead)) if self.batch_dependent else self._run(flat)
        return {name: each.unflatten(0, lead) for name, each in made.items()}

    def constrained(self, raw: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """What is made of what the heads give; the same, unless overridden."""
        return raw

    def _run(self, flat: Tensor) -> Mapping[str, Tensor]:
        """The heads at `(entry, *inputs)`."""
        raise NotImplementedError


class Conditional(Reader):
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
        makes_data = role == "likelihood"
        self.heads = nn.ModuleDict(network.heads(trunk.features, family.heads(shape, role), makes_data=makes_data))
        own = {n: nn.Parameter(v) for n, v in family.free(shape, role).items()}
        self.free = nn.ParameterDict({**own, **(tied or {})})
        if family.drops:
            self.register_buffer("kept", torch.ones(shape, dtype=torch.bool))
        self.batch_dependent = bool(normalisers(self))

    def constrained(self, raw: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """The parameters that the family makes of what the network gives."""
        if self.family.drops:
            raw = {name: torch.where(self.get_buffer("kept"), made, 0.0) for name, made in raw.items()}
        return self.family.constrain({**raw, **self.free}, self.shape, self.role)

    def _run(self, flat: Tensor) -> Mapping[str, Tensor]:
        features = self.trunk(flat)
        return {name: head(features) for name, head in self.heads.items()}

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


class Message(Reader):
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
        self.batch_dependent = bool(normalisers(self))

    def _run(self, flat: Tensor) -> Mapping[str, Tensor]:
        return {"message": self.head(self.trunk(flat))}


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
