"""What every center offers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from mvgraph.language.symbols import upright
from mvgraph.language.word import Word
from mvgraph.registry import Registry
from mvgraph.vocab.family import Family, Params

if TYPE_CHECKING:
    from torch import Tensor


class Member(NamedTuple):
    """One density that a center is made of: its family, and its parameters `(batch, dim)` or broadcasting to that."""

    family: Family
    params: Params


@dataclass(frozen=True, repr=False)
class Center(Word):
    """The density c in the middle of densities q_k with weights π_k: a function of all of them together.

    A Jensen–Shannon divergence is Σ_k π_k KL(q_k ‖ c).
    """

    registry: ClassVar[Registry[Center]] = Registry("center", "mvgraph.vocab.center")

    symbol: ClassVar[str] = ""  # in printed keys, e.g. Geo
    families: ClassVar[frozenset[str] | None] = None  # words of the members' families that it closes over; None: any

    def latex(self, weight: str, members: Sequence[str]) -> str:
        """The center of members as LaTeX, of equal weights, `1/3` or `1/|S|`."""
        return f"{upright(self.symbol)}_{{{weight}}}[{', '.join(members)}]"

    def closed(self, families: Sequence[Family]) -> Family | None:  # noqa: ARG002 - not every center has one
        """The family of the center of members of these families, where its parameters can be written down."""
        return None

    def params(self, members: Sequence[Member], log_weights: Tensor) -> Params:
        """The parameters of the center `(batch, dim)`, where `closed` names its family. Arguments as in `log_prob`."""
        raise NotImplementedError(f"'{self.word}' has no parameters of its own")

    @abstractmethod
    def log_prob(self, members: Sequence[Member], log_weights: Tensor, value: Tensor) -> Tensor:
        """log c(value), `(sample, batch)`.

        Arguments:
            members: the densities.
            log_weights: log π_k `(member, batch)`; minus infinity for a member that is not there.
            value: where, `(sample, batch, dim)`.
        """
