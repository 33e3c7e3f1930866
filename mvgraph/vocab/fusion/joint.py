"""One network that sees all views."""

# ruff: noqa: ARG002 - every rule has the same arguments, used or not

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.errors import UsageError
from mvgraph.vocab.family import Family, Params
from mvgraph.vocab.fusion.base import Fusion
from mvgraph.vocab.network import Network
from mvgraph.vocab.network.layers import Activation, check_followed, check_widths

if TYPE_CHECKING:
    from torch import Tensor

NEVER = "a joint network is no function of experts: it reads the views themselves"


@dataclass(frozen=True, repr=False)
class Joint(Fusion):
    """One network that sees all views, J: q(z | X) = q_φ(z | x_1, …, x_M).

    Every view goes through a trunk; an MLP reads the concatenated features (Suzuki, Nakayama & Matsuo 2016, arXiv
    1611.01891). It needs all views: it cannot be masked.

    Options:
        hidden: widths of the MLP's layers over the concatenated trunks.
        activation: what follows each of them.
        network: the trunk of every view; None takes the word of the view's encoder (with weights of its own).
        expert: the family of q(z | X); None takes that of the experts.

    Raises:
        SpecError: a width below 1.

    >>> Fusion.read({"joint": {"hidden": [512, 512]}}).hidden
    (512, 512)
    """

    word: ClassVar[str] = "joint"
    families: ClassVar[frozenset[str]] = frozenset({"normal", "laplace", "delta", "flow"})
    symbol: ClassVar[str] = "J"
    joint: ClassVar[bool] = True

    hidden: tuple[int, ...] = (512,)
    activation: Activation = "relu"
    network: Network | None = None
    expert: Family | None = None

    def __post_init__(self) -> None:
        check_widths("hidden", self.hidden)
        check_followed(self.hidden, self.activation)

    @property
    def trunk(self) -> Network | None:
        """The word of its trunks, where it is not that of the views' encoders."""
        return self.network

    def family(self, expert: Family) -> Family:
        """Its own, where it has one."""
        return self.expert or expert

    def fuse(self, experts: Sequence[Params], weights: Sequence[Tensor] | None = None) -> dict[str, Tensor]:
        """Undefined.

        Raises:
            UsageError: always.
        """
        raise UsageError(NEVER)

    def fuse_all(
        self, experts: Params, masks: Tensor, prior: Params | None, prior_mask: Tensor | None, weights: Tensor | None
    ) -> dict[str, Tensor]:
        """Undefined.

        Raises:
            UsageError: always.
        """
        raise UsageError(NEVER)
