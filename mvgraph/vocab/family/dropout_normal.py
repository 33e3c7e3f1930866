"""The normal distribution whose spread is a learnt share of its location."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Params, Role, Shape
from mvgraph.vocab.family.gaussian import Gaussian
from mvgraph.vocab.option import require

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")

LEAST = 1e-8  # added to |μ|, so that a logarithm of it exists


@dataclass(frozen=True, repr=False)
class DropoutNormal(Gaussian):
    """The normal distribution N(x; μ, α μ²) with independent entries: multiplicative noise, μ (1 + √α ε).

    A network makes `loc` μ; log α is learnt, one number for each entry, and all the experts of a latent share it.
    Under a log-uniform prior an entry that explains nothing loses all its precision, α → ∞; α/(1 + α) is the dropout
    rate of the same noise (Molchanov, Ashukha & Vetrov 2017, arXiv 1701.05369; for latents Antelmi et al. 2019, ICML).
    `scale` is √α (|μ| + 1e-8): where μ is 0, so is every draw.

    Options:
        init: the log α that learning starts from.
        clamp: the bounds that log α is brought back into after every step.

    Raises:
        SpecError: bounds that hold no interval, or a start outside of them.

    >>> import torch
    >>> family = DropoutNormal.read("dropout_normal")
    >>> family.heads((2,), "expert"), family.free((2,), "expert")
    ({'loc': (2,)}, {'log_alpha': tensor([0., 0.])})
    >>> family.constrain({"loc": torch.tensor([[3.0, 0.0]]), "log_alpha": torch.zeros(2)}, (2,), "expert")["scale"]
    tensor([[3.0000e+00, 1.0000e-08]])
    """

    word: ClassVar[str] = "dropout_normal"
    roles: ClassVar[frozenset[Role]] = frozenset({"expert"})
    tied: ClassVar[frozenset[str]] = frozenset({"log_alpha"})
    drops: ClassVar[bool] = True

    init: float = 0.0
    clamp: tuple[float, float] = (-8.0, 8.0)

    def __post_init__(self) -> None:
        low, high = self.clamp
        require(low < high, "clamp", f"the bounds {low} and {high}", "the first bound lies below the second")
        require(low <= self.init <= high, "init", f"a start at {self.init}", f"log α starts between {low} and {high}")

    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """`loc`."""
        return {"loc": shape}

    def free(self, shape: Shape, role: Role) -> dict[str, Tensor]:
        """`log_alpha`, from `init`."""
        return {"log_alpha": torch.full(shape, self.init)}

    def bounds(self) -> dict[str, tuple[float, float]]:
        """Those of `log_alpha`."""
        return {"log_alpha": self.clamp}

    def dropout(self, raw: Params) -> Tensor:
        """α/(1 + α)."""
        return torch.sigmoid(raw["log_alpha"])

    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """`loc` μ as the network gives it, and `scale` √α (|μ| + 1e-8)."""
        return {"loc": raw["loc"], "scale": torch.exp(0.5 * raw["log_alpha"]) * (raw["loc"].abs() + LEAST)}
