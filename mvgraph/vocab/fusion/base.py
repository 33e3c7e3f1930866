"""What every fusion rule offers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.language.word import Word
from mvgraph.registry import Registry
from mvgraph.vocab.family import Family, Params
from mvgraph.vocab.network.base import Network

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Fusion(Word):
    """A rule that makes q(z | x_S) from the experts q(z | x_m), m in S.

    Each rule exists twice: `fuse` for one evidence set, written as the formula stands in the paper, and
    `fuse_all` for many evidence sets at once, with masks. A contract test holds them together.
    """

    registry: ClassVar[Registry[Fusion]] = Registry("fusion", "mvgraph.vocab.fusion")

    families: ClassVar[frozenset[str]] = frozenset()  # words of the families it closes over
    symbol: ClassVar[str] = ""  # in printed keys, e.g. PoE
    takes_prior: ClassVar[bool] = False  # may have the prior as one more expert
    single_is_expert: ClassVar[bool] = True  # fusing one expert gives that expert
    joint: ClassVar[bool] = False  # one network sees all views: cannot be masked
    pools: ClassVar[bool] = False  # what it fuses are messages; a network makes the posterior of their fusion

    @property
    def trunk(self) -> Network | None:
        """The trunk of every view, where the rule has a network of its own that reads the views."""
        return None

    @property
    def batch_dependent(self) -> bool:
        """Whether a network of its own normalises by statistics of the batch."""
        return False

    def family(self, expert: Family) -> Family:
        """The family that experts of a family are fused into."""
        return expert

    @abstractmethod
    def fuse(self, experts: Sequence[Params], weights: Sequence[Tensor] | None = None) -> dict[str, Tensor]:
        """The fused parameters of the experts given (the prior among them, where it is one).

        Arguments:
            experts: parameters of each expert, all `(batch, dim)` or broadcasting against it.
            weights: one exponent `(dim,)` for each expert, for rules that have them.
        """

    @abstractmethod
    def fuse_all(
        self, experts: Params, masks: Tensor, prior: Params | None, prior_mask: Tensor | None, weights: Tensor | None
    ) -> dict[str, Tensor]:
        """The fused parameters of many evidence sets.

        Arguments:
            experts: stacked parameters `(view, batch, dim)`.
            masks: which experts take part, bool `(set, batch, view)` or `(set, 1, view)`.
            prior: the prior's parameters, broadcasting against `(batch, dim)`, where it may be an expert.
            prior_mask: where it is one, bool `(set, batch)` or `(set, 1)`.
            weights: exponents `(view, dim)`, for rules that have them.

        Returns:
            Parameters `(set, batch, dim)`. A set without any expert gives finite numbers of no meaning.
        """
