"""The game `gan`: a classifier of reals and fakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.game.base import Game

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


@dataclass(frozen=True, repr=False)
class Gan(Game):
    """The critic is a classifier D = σ(C) of reals and fakes; the generator wants its fakes to be taken for real.

    Critic: −log D(real) and −log(1 − D(fake)). Generator: −log D(fake). Where reals and fakes count alike, the best
    score is C* = log p_real − log p_fake, and the critic's mean loss there is log 2 − JS(p_real, p_fake). This
    generator has the fixed points of the one that minimises log(1 − D(fake)), and a gradient where D is sure.

    Source: Goodfellow et al., Generative adversarial nets (2014, arXiv 1406.2661); on posteriors: Makhzani et al.,
    Adversarial autoencoders (2016, arXiv 1511.05644).

    >>> import torch
    >>> Gan().real(torch.tensor(0.0)), Gan().generator(torch.tensor(0.0))
    (tensor(0.6931), tensor(0.6931))
    """

    word: ClassVar[str] = "gan"
    real_text: ClassVar[str] = "-log σ(C)"
    fake_text: ClassVar[str] = "-log(1 - σ(C))"
    generator_text: ClassVar[str] = "-log σ(C)"

    def real(self, score: Tensor) -> Tensor:
        """−log σ(C)."""
        return -torch.nn.functional.logsigmoid(score)

    def fake(self, score: Tensor) -> Tensor:
        """−log(1 − σ(C)) = −log σ(−C)."""
        return -torch.nn.functional.logsigmoid(-score)

    def generator(self, score: Tensor) -> Tensor:
        """−log σ(C)."""
        return -torch.nn.functional.logsigmoid(score)
