"""The game `lsgan`: least squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.vocab.game.base import Game

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, repr=False)
class Lsgan(Game):
    """The critic regresses reals on 1 and fakes on 0; the generator pulls the scores of its fakes to 1.

    Critic: (C(real) − 1)² and C(fake)². Generator: (C(fake) − 1)². Where reals and fakes count alike the best score is
    C* = p_real/(p_real + p_fake), and the critic's mean of the two is the loss of the paper; the generator's is twice
    the paper's, which has ½ before both.

    Source: Mao et al., Least squares generative adversarial networks (2017, arXiv 1611.04076); on patches: Isola et
    al., Image-to-image translation with conditional adversarial networks (2017, arXiv 1611.07004).

    >>> import torch
    >>> Lsgan().generator(torch.tensor([0.0, 1.0]))
    tensor([1., 0.])
    """

    word: ClassVar[str] = "lsgan"
    real_text: ClassVar[str] = "(C - 1)²"
    fake_text: ClassVar[str] = "C²"
    generator_text: ClassVar[str] = "(C - 1)²"

    def real(self, score: Tensor) -> Tensor:
        """(C − 1)²."""
        return (score - 1).square()

    def fake(self, score: Tensor) -> Tensor:
        """C²."""
        return score.square()

    def generator(self, score: Tensor) -> Tensor:
        """(C − 1)²."""
        return (score - 1).square()
