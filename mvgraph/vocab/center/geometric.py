"""The geometric mean of densities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.center.base import Center, Member
from mvgraph.vocab.family import Family, Params

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class GeometricCenter(Center):
    """The geometric mean c ∝ Π_k q_k^{π_k}, Σ_k π_k = 1: the dynamic prior of mmJSD.

    For normal members 1/σ² = Σ π_k/σ_k² and μ = σ² Σ π_k μ_k/σ_k², so that a divergence to it is in closed form. Among
    all densities it makes Σ_k π_k KL(c ‖ q_k) smallest, namely −log ∫ Π_k q_k^{π_k} (Nielsen 2019, arXiv 1904.04017;
    Sutter, Daunhawer & Vogt 2020, arXiv 2006.08242).

    >>> import torch
    >>> from mvgraph.vocab.family import Family
    >>> near, far = ({"loc": torch.tensor([[x]]), "scale": torch.ones(1, 1)} for x in (0.0, 3.0))
    >>> members = [Member(Family.read("normal"), params) for params in (near, far)]
    >>> GeometricCenter().params(members, torch.full((2, 1), 0.5).log())["loc"]
    tensor([[1.5000]])
    """

    word: ClassVar[str] = "geometric"
    symbol: ClassVar[str] = "Geo"
    families: ClassVar[frozenset[str] | None] = frozenset({"normal"})

    def closed(self, families: Sequence[Family]) -> Family | None:
        """The members' own family."""
        return families[0]

    def params(self, members: Sequence[Member], log_weights: Tensor) -> Params:
        """1/σ² = Σ π_k/σ_k² and μ = σ² Σ π_k μ_k/σ_k², precisions divided by the largest before they are summed."""
        loc = torch.stack(torch.broadcast_tensors(*(m.params["loc"] for m in members)))  # (member, batch | 1, dim)
        scale = torch.stack(torch.broadcast_tensors(*(m.params["scale"] for m in members)))
        if loc.dim() == 2:
            loc, scale = loc[:, None], scale[:, None]
        logs = log_weights[..., None] - 2.0 * scale.log()  # (member, batch, dim)
        shift = logs.detach().amax(0)
        relative = torch.exp(logs - shift)
        precision = relative.sum(0)
        return {"loc": (relative * loc).sum(0) / precision, "scale": torch.exp(-0.5 * shift) * precision.rsqrt()}

    def log_prob(self, members: Sequence[Member], log_weights: Tensor, value: Tensor) -> Tensor:
        """log c(value), that of one member of the family."""
        return members[0].family.log_prob(self.params(members, log_weights), value)
