"""The game `wgan`: the Wasserstein distance by a critic of bounded weights."""

from __future__ import annotations

from collections.abc import Iterable
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
class Wgan(Game):
    """The critic parts the mean scores of reals and fakes as far as its bounded weights allow.

    Critic: −C(real) and C(fake). Generator: −C(fake). Where reals and fakes count alike, the critic's best loss is in
    proportion to a lower bound of the Wasserstein distance between them. After each of its steps every weight of the
    critic is clipped to [−clip, clip], which makes it Lipschitz: without that its loss would have no end.

    Source: Arjovsky, Chintala, Bottou, Wasserstein generative adversarial networks (2017, arXiv 1701.07875); on
    posteriors: Tolstikhin et al., Wasserstein auto-encoders (2018, arXiv 1711.01558).

    Arguments:
        clip: the largest weight of the critic.

    Raises:
        SpecError: clip is not above 0.

    >>> import torch
    >>> weights = torch.tensor([-0.5, 0.005])
    >>> Wgan(clip=0.01).project([weights])
    >>> weights
    tensor([-0.0100,  0.0050])
    """

    word: ClassVar[str] = "wgan"
    real_text: ClassVar[str] = "-C"
    fake_text: ClassVar[str] = "C"
    generator_text: ClassVar[str] = "-C"

    clip: float = 0.01

    def __post_init__(self) -> None:
        require(self.clip > 0, "clip", f"a clip of {self.clip}", "clip is above 0: it keeps the critic's loss finite")

    @property
    def bounds(self) -> str:
        """The clipping of the weights."""
        return f"after each of its steps every weight is clipped to [-{self.clip}, {self.clip}]"

    def real(self, score: Tensor) -> Tensor:
        """−C."""
        return -score

    def fake(self, score: Tensor) -> Tensor:
        """C."""
        return score

    def generator(self, score: Tensor) -> Tensor:
        """−C."""
        return -score

    def project(self, weights: Iterable[Tensor]) -> None:
        """Clip every weight to [−clip, clip]."""
        with torch.no_grad():
            for weight in weights:
                weight.clamp_(-self.clip, self.clip)
