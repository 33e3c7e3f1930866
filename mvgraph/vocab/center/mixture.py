"""The arithmetic mean of densities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.language.symbols import weighted
from mvgraph.vocab.center.base import Center, Member

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class MixtureCenter(Center):
    """The mixture c = Σ_k π_k q_k: the center of the Jensen–Shannon divergence, which it makes smallest.

    Σ_k π_k KL(q_k ‖ c) = JS_π + KL(Σ_k π_k q_k ‖ c) for every density c, so no other center gives less; JS_π lies
    between 0 and the entropy of π (Lin 1991, IEEE Transactions on Information Theory 37). It is estimated from draws of
    every member.

    >>> import torch
    >>> from mvgraph.vocab.family import Family
    >>> unit = Member(Family.read("normal"), {"loc": torch.zeros(1), "scale": torch.ones(1)})
    >>> half = torch.full((2, 1), 0.5).log()
    >>> MixtureCenter().log_prob([unit, unit], half, torch.zeros(1, 1, 1))  # that of one of them: -½ log 2π
    tensor([[-0.9189]])
    """

    word: ClassVar[str] = "mixture"
    symbol: ClassVar[str] = "Mix"

    def latex(self, weight: str, members: Sequence[str]) -> str:
        """Their mean."""
        return weighted([weight] * len(members), members)

    def log_prob(self, members: Sequence[Member], log_weights: Tensor, value: Tensor) -> Tensor:
        """log Σ_k π_k q_k(value)."""
        each = [m.family.log_prob(m.params, value) for m in members]
        return (torch.stack(each) + log_weights[:, None]).logsumexp(0)
