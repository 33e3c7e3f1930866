"""A network over the mean of messages."""

# ruff: noqa: ARG002 - every rule has the same arguments, used or not

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family import Params
from mvgraph.vocab.fusion.base import Fusion
from mvgraph.vocab.fusion.contraction import clean, in_use, over_sets
from mvgraph.vocab.network.layers import Activation, Norm, check_followed, check_widths

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Pool(Fusion):
    """A network over the mean of messages, Pool: q(z | x_S) = q_φ(z | (1/|S|) Σ_{m in S} g_m(x_m)).

    Every view sends a message g_m(x_m), its encoder and one linear layer; an MLP reads the mean of those that are
    there (Zaheer et al. 2017, arXiv 1703.06114; with `reads`, Vasco et al. 2022, doi 10.1016/j.neunet.2021.11.019). It
    sees all views at once as `joint` does, and is defined for every set of them.

    Options:
        message: entries of a message.
        hidden: widths of the MLP's layers over the mean.
        activation: what follows each of them.
        norm: `batch` or `layer` normalisation before every activation.

    Raises:
        SpecError: a width below 1.

    >>> import torch
    >>> Pool().fuse([{"message": torch.tensor([[0.0]])}, {"message": torch.tensor([[2.0]])}])
    {'message': tensor([[1.]])}
    """

    word: ClassVar[str] = "pool"
    families: ClassVar[frozenset[str]] = frozenset({"normal", "laplace", "delta"})
    symbol: ClassVar[str] = "Pool"
    pools: ClassVar[bool] = True

    message: int = 512
    hidden: tuple[int, ...] = (512, 512)
    activation: Activation = "relu"
    norm: Norm = "none"

    def __post_init__(self) -> None:
        check_widths("message", (self.message,))
        check_widths("hidden", self.hidden)
        check_followed(self.hidden, self.activation, self.norm)

    @property
    def batch_dependent(self) -> bool:
        """Whether `norm` is `batch`, and there is a layer that it precedes."""
        return self.norm == "batch" and bool(self.hidden)

    def fuse(self, experts: Sequence[Params], weights: Sequence[Tensor] | None = None) -> dict[str, Tensor]:
        """The mean of the messages."""
        return {n: torch.stack([e[n] for e in experts]).mean(0) for n in experts[0]}

    def fuse_all(
        self, experts: Params, masks: Tensor, prior: Params | None, prior_mask: Tensor | None, weights: Tensor | None
    ) -> dict[str, Tensor]:
        """The same for many sets, by one contraction; a set without messages gives zeros."""
        used = in_use(masks)
        count = masks.sum(-1, keepdim=True).clamp(min=1)  # (set, batch, 1)
        return {n: over_sets(masks, clean(experts, used, n, 0.0)) / count for n in experts}
