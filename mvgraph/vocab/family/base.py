"""What every family of distributions offers: parameters, densities, draws, and the support of its values."""

# ruff: noqa: ARG002 - every family has the same arguments, used or not

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from mvgraph.deferring import defer
from mvgraph.language.word import Word
from mvgraph.registry import Registry

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributions import Distribution
else:
    torch = defer("torch")

Role = Literal["prior", "expert", "likelihood", "auxiliary"]
Shape = tuple[int, ...]
Params = Mapping[str, "Tensor"]
ClosedKL = Callable[[Params, Params], "Tensor"]

NETWORKED: frozenset[Role] = frozenset({"expert", "likelihood"})  # roles whose parameters come from a network


def event_of(value: Tensor, dims: int) -> Shape:
    """The last `dims` sizes of a tensor."""
    return tuple(value.shape[value.dim() - dims :])


def event_sum(term: Tensor, event: Shape) -> Tensor:
    """Σ over the event of a term that broadcasts against it, `(*batch, *event)` to `(*batch,)`.

    A term that does not depend on the batch is summed once, not once a row.
    """
    full = term.expand(*term.shape[: max(term.dim() - len(event), 0)], *event)
    return full.sum(tuple(range(-len(event), 0))) if event else full


def softplus(raw: Tensor) -> Tensor:
    """log(1 + eʳ), exact in every dtype (`torch.nn.functional.softplus` turns linear at 20)."""
    return -torch.nn.functional.logsigmoid(-raw)


@dataclass(frozen=True, repr=False)
class Family(Word):
    """A family of distributions p(x | θ) over values of a given shape.

    A family is told its *role*: the same word `normal` has scale 1 as a prior or a likelihood and a scale made
    by the network as an expert, unless its options say otherwise. Parameters that depend on data come from
    *heads* that the compiler puts on a network; parameters that are learnt but depend on no data are *free*.

    Every tensor of `Params` broadcasts against values, `(*batch, *shape)`, so that parameters of several distributions
    can be stacked and chosen from row by row; a family that carries networks in its parameters is not `stackable`, and
    several of its distributions are asked one after the other. Densities sum over `shape`.
    """

    registry: ClassVar[Registry[Family]] = Registry("family", "mvgraph.vocab.family")

    roles: ClassVar[frozenset[Role]] = frozenset()
    is_density: ClassVar[bool] = True  # False: a pseudo-likelihood such as mse, a point mass, an improper prior
    improper: ClassVar[bool] = False  # its integral is infinite: a density up to a factor, without draws
    reparameterised: ClassVar[bool] = False  # draws are differentiable functions of parameters and noise
    has_entropy: ClassVar[bool] = False  # `entropy` is in closed form
    has_cdf: ClassVar[bool] = False  # `cdf` is known
    discrete: ClassVar[bool] = False  # values are one-hot or counts: pictures and probes treat them so
    integral: ClassVar[bool] = False  # every draw consists of whole numbers, and so do quantiles
    stackable: ClassVar[bool] = True  # every parameter broadcasts against values; False: networks are among them
    tied: ClassVar[frozenset[str]] = frozenset()  # free parameters that all the experts of a latent share
    drops: ClassVar[bool] = False  # entries have dropout rates, and one whose heads give 0 is 0 with certainty

    @abstractmethod
    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """Raw outputs that a network must give, by name, with their shapes."""

    def free(self, shape: Shape, role: Role) -> dict[str, Tensor]:
        """Raw parameters that depend on no data and are learnt, by name, with their initial values."""
        return {}

    def bounds(self) -> dict[str, tuple[float, float]]:
        """What free parameters are brought back into after every step of an optimiser, by name; no bound elsewhere."""
        return {}

    def dropout(self, raw: Params) -> Tensor:
        """The dropout rate of every entry, `(*shape)`, from the raw free parameters; of families with `drops` only."""
        raise NotImplementedError(f"'{self.word}' has no dropout rates")

    @abstractmethod
    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """Parameters θ from the raw outputs of heads and the free parameters together.

        A parameter that is neither (a fixed scale, a prior's location) is filled in as a tensor that broadcasts.
        `raw` may be empty (a fixed prior); then tensors of `shape` are made in the default dtype.
        """

    @abstractmethod
    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log p(value | θ), summed over the event: `(*batch, *shape)` to `(*batch,)`.

        The event is the last `dims` axes (one for a latent); parameters and value broadcast over the batch.
        """

    @abstractmethod
    def mean(self, params: Params) -> Tensor:
        """E[x], `(*batch, *shape)`; for a categorical the class probabilities."""

    @abstractmethod
    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """The torch distribution, with `shape` as its event."""

    def noise(self, shape: Shape, generator: torch.Generator | None, like: Tensor) -> Tensor:
        """Base noise ε of the given full shape, in the dtype and on the device of `like`."""
        return like.new_empty(shape).normal_(generator=generator)

    def rsample(self, params: Params, noise: Tensor) -> Tensor:
        """The reparameterised draw x = g(θ, ε)."""
        raise NotImplementedError(f"'{self.word}' has no reparameterised draws")

    def entropy(self, params: Params) -> Tensor:
        """H = −E[log p(x)], summed over the last axis: `(*batch, dim)` to `(*batch,)`, where `has_entropy` says so."""
        raise NotImplementedError(f"'{self.word}' has no entropy in closed form")

    def cdf(self, params: Params, value: Tensor) -> Tensor:
        """F(x) = P(X ≤ x) of every entry by itself, `(*batch, *shape)`, where `has_cdf` says so."""
        raise NotImplementedError(f"'{self.word}' has no cumulative distribution function")

    def prepare(self, value: Tensor, shape: Shape) -> Tensor:
        """Data as `log_prob` wants them, e.g. class numbers `(n,)` as one-hot rows `(n, K)`; others unchanged."""
        return value

    def invalid(self, value: Tensor) -> tuple[Tensor, str] | None:
        """Which prepared values lie outside the support: a boolean tensor like `value`, and the support in words."""
        return None

    def kl_to(self, other: Family) -> ClosedKL | None:
        """KL(self ‖ other) in closed form, or None: how a family brings its own divergences.

        The function takes the parameters of both and sums over the last axis: `(*batch, dim)` to `(*batch,)`.
        """
        return None

    def kl_from(self, other: Family) -> ClosedKL | None:
        """KL(other ‖ self) in closed form, or None; asked where `other` has no answer itself."""
        return None
