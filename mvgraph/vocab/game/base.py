"""What every game offers: the losses of its two players, and what becomes of a critic after its step."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.language.word import Word
from mvgraph.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, repr=False)
class Game(Word):
    """A game between a critic C, which gives each value a score, and a generator, which makes the fakes.

    The critic minimises the mean of `real` over what is real and of `fake` over the fakes; the generator minimises
    the mean of `generator` over the fakes. All three are functions of a score, entry by entry; a probability that a
    value is real is σ(score).
    """

    registry: ClassVar[Registry[Game]] = Registry("game", "mvgraph.vocab.game")

    flaw: ClassVar[str] = ""  # what is known to be wrong with the game, in words; shown as a flag
    real_text: ClassVar[str]  # the three losses as text, with C for the score
    fake_text: ClassVar[str]
    generator_text: ClassVar[str]

    @property
    def bounds(self) -> str:
        """What keeps the weights of a critic within bounds, in words; nothing for most games."""
        return ""

    @abstractmethod
    def real(self, score: Tensor) -> Tensor:
        """The critic's loss at the score of a real value."""

    @abstractmethod
    def fake(self, score: Tensor) -> Tensor:
        """The critic's loss at the score of a fake."""

    @abstractmethod
    def generator(self, score: Tensor) -> Tensor:
        """The generator's loss at the score of a fake."""

    def project(self, weights: Iterable[Tensor]) -> None:
        """Bring a critic's weights, in place, to where the game allows them; called after every step of the critic."""
