"""A prior that is made of posteriors."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from mvgraph.vocab.family.base import Family, Params, Role, Shape
from mvgraph.vocab.family.normal import Normal

if TYPE_CHECKING:
    from torch import Tensor
    from torch.distributions import Distribution

STANDARD = Normal()


@dataclass(frozen=True, repr=False)
class MixtureOf(Family):
    """A prior made of the posteriors of the other views: a mixture, with or without a standard normal component.

    h(z | X) = a N(z; 0, I) + (1 − a)/M Σ_n q(z | x_n), the same for the latent of every view; the q are those of the
    same datum, so there is no joint density p(X, z) (Sutter, Meng, Agostini, Chopard, Fortin, Vogt, Shahbaba & Mandt,
    Unity by Diversity: Improved Representation Learning in Multimodal VAEs, 2024, arXiv 2403.05300). Its parameters
    are those of the standard component.

    Options:
        of: `q`, the posteriors of the same latent in all the views of the evidence.
        standard: a, the weight of the standard normal: a number or a formula over params.
        bound: `convex` takes a KL(q ‖ N(0, I)) + (1 − a)/M Σ_n KL(q ‖ q_n), which is no less than KL(q ‖ h); `exact` is
            KL(q ‖ h) itself, by draws from q.

    >>> family = Family.read({"mixture_of": {"of": "q", "standard": "alpha"}})
    >>> family.bound
    'convex'
    """

    word: ClassVar[str] = "mixture_of"
    roles: ClassVar[frozenset[Role]] = frozenset({"prior"})
    is_density: ClassVar[bool] = False

    of: Literal["q"] = "q"
    standard: float | str = 0.0
    bound: Literal["convex", "exact"] = "convex"

    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """None."""
        return {}

    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """`loc` 0 and `scale` 1, of the standard component."""
        return STANDARD.constrain(raw, shape, "prior")

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """That of the standard component, summed over the last `dims` axes."""
        return STANDARD.log_prob(params, value, dims)

    def mean(self, params: Params) -> Tensor:
        """That of the standard component."""
        return STANDARD.mean(params)

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """That of the standard component, with the event `shape`."""
        return STANDARD.distribution(params, shape)
