"""The game `gan_compat`: what a library of multi-view autoencoders trains in place of `gan`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.game.base import Game
from mvgraph.vocab.option import require

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class GanCompat(Game):
    """As `gan`, with log D(fake) in place of −log(1 − D(fake)): what the library multi-view-AE computes.

    Critic, with D = σ(C) + ε: −log D(real) and −(1 − log D(fake)). Generator: 1 − log D(fake). The critic is pushed
    the right way at the fakes, but without end: its loss is bounded below by log ε only, and its gradient grows where
    `gan`'s fades. It is here to rerun that library; a model of one's own wants `gan`.

    Source: the code of Lawry Aguila et al., Multi-view-AE (2024, arXiv 2403.07456), whose equation 33 has
    log(1 − D(fake)).

    Arguments:
        eps: ε, added to D inside every logarithm; it alone bounds the critic's loss.

    Raises:
        SpecError: ε is not above 0.

    >>> import torch
    >>> GanCompat().fake(torch.tensor([0.0, -100.0]))
    tensor([ -1.6931, -19.4207])
    """

    word: ClassVar[str] = "gan_compat"
    flaw: ClassVar[str] = "the critic's loss at a fake, -(1 - log D), is bounded below by eps only"
    real_text: ClassVar[str] = "-log σ(C)"
    fake_text: ClassVar[str] = "log σ(C) - 1"
    generator_text: ClassVar[str] = "1 - log σ(C)"

    eps: float = 1e-8

    def __post_init__(self) -> None:
        require(self.eps > 0, "eps", f"an eps of {self.eps}", "eps is above 0: nothing else bounds the critic's loss")

    def real(self, score: Tensor) -> Tensor:
        """−log(σ(C) + ε)."""
        return -(torch.sigmoid(score) + self.eps).log()

    def fake(self, score: Tensor) -> Tensor:
        """−(1 − log(σ(C) + ε))."""
        return (torch.sigmoid(score) + self.eps).log() - 1

    def generator(self, score: Tensor) -> Tensor:
        """1 − log(σ(C) + ε)."""
        return 1 - (torch.sigmoid(score) + self.eps).log()
