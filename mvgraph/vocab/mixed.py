"""A finite mixture of members of one family: a prior from which a discrete parent has been summed out."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvgraph.deferring import defer
from mvgraph.vocab.family import Family, Params, Role, Shape

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributions import Distribution
else:
    torch = defer("torch")

LOGITS = "logits"


@dataclass(frozen=True, repr=False)
class Mixed(Family):
    """p(z) = Σ_c p(c) p(z | c) over the K values of c, the p(z | c) of one family.

    log p(z) = logsumexp_c [ log p(c) + log p(z | c) ]. What the family learns it learns for every c apart; locations
    start uniform on (−1, 1) (Palumbo, Manduchi, Laguna, Chopard & Vogt, Deep Generative Clustering with Multimodal
    Diffusion Variational Autoencoders, 2024). It is never written: a latent has it by `marginal_over`.

    Arguments:
        base: the family of p(z | c), as it is written.
        over: the discrete node c.
        count: K.
        learnt: whether p(c) is learnt, from equal shares on; else it stays equal.

    >>> family = Mixed(Family.read({"laplace": {"learnt": ["loc"]}}), "c", 3, True)
    >>> {name: tuple(start.shape) for name, start in family.free((2,), "prior").items()}
    {'logits': (3,), 'loc': (3, 2)}
    """

    base: Family
    over: str
    count: int
    learnt: bool

    @property
    def word(self) -> str:  # type: ignore[override]
        """What messages call it."""
        return f"a mixture of {self.base.word}"

    @property
    def roles(self) -> frozenset[Role]:  # type: ignore[override]
        """Those of the family."""
        return self.base.roles

    def write(self) -> str | dict[str, Any]:
        """The family, as it is written."""
        return self.base.write()

    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """None: it is a prior without parents."""
        return {}

    def free(self, shape: Shape, role: Role) -> dict[str, Tensor]:
        """The `logits` of p(c), and what the family learns, once for every c."""
        own = self.base.free((self.count, *shape), role)
        own |= {n: 2.0 * torch.rand(v.shape) - 1.0 for n, v in own.items() if n == "loc"}
        return ({LOGITS: torch.zeros(self.count)} if self.learnt else {}) | own

    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """The family's parameters `(c, *shape)`, and `logits` `(c,)`, which add up to one after a softmax."""
        params = self.base.constrain(raw, (self.count, *shape), role)
        like = next(iter(params.values()))
        return {**params, LOGITS: raw[LOGITS] if LOGITS in raw else like.new_zeros(self.count)}

    def log_members(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log p(value | c) for every c, `(*batch, c)`."""
        own = {n: p for n, p in params.items() if n != LOGITS}  # (c, *shape)
        return self.base.log_prob(own, value.unsqueeze(-dims - 1), dims)

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """logsumexp_c [ log p(c) + log p(value | c) ]."""
        return (self.log_members(params, value, dims) + torch.log_softmax(params[LOGITS], -1)).logsumexp(-1)

    def mean(self, params: Params) -> Tensor:
        """Σ_c p(c) E[z | c]."""
        each = self.base.mean({n: p for n, p in params.items() if n != LOGITS})
        shares = torch.softmax(params[LOGITS], -1)
        return (shares.reshape(-1, *[1] * (each.dim() - 1)) * each).sum(0)

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """`torch.distributions.MixtureSameFamily` with the event `shape`."""
        own = {n: p.expand(self.count, *shape) for n, p in params.items() if n != LOGITS}
        parts = self.base.distribution(own, shape)
        return torch.distributions.MixtureSameFamily(torch.distributions.Categorical(logits=params[LOGITS]), parts)

    def noise(self, shape: Shape, generator: torch.Generator | None, like: Tensor) -> Tensor:
        """The family's noise, and one uniform number more, which chooses c."""
        own = self.base.noise(shape, generator, like)
        chooses = torch.rand((*shape[:-1], 1), generator=generator, dtype=like.dtype, device=like.device)
        return torch.cat([own, chooses], -1)

    def rsample(self, params: Params, noise: Tensor) -> Tensor:
        """A draw of c by the inverse of its distribution function, then one of p(z | c)."""
        bounds = torch.softmax(params[LOGITS], -1).cumsum(-1)
        chosen = (noise[..., -1:] >= bounds[:-1]).sum(-1)
        return self.base.rsample({n: p[chosen] for n, p in params.items() if n != LOGITS}, noise[..., :-1])
