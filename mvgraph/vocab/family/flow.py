"""A normalising flow."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Literal

from mvgraph.deferring import defer
from mvgraph.vocab.family.base import Family, Params, Role, Shape, event_of, event_sum
from mvgraph.vocab.family.normal import Normal
from mvgraph.vocab.option import require

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributions import Distribution

    from mvgraph.vocab import bijection, drawn
else:
    torch = defer("torch")
    bijection = defer("mvgraph.vocab.bijection")
    drawn = defer("mvgraph.vocab.drawn")

Kind = Literal["maf", "iaf", "coupling"]

WEIGHTS = "T/"  # before the names of the bijection's weights among the parameters
CONTEXT = "context"


@dataclass(frozen=True, repr=False)
class Flow(Family):
    """A normalising flow: z such that ε = T(z) has a simple distribution, T an invertible network.

    log q(z) = log q₀(T(z)) + log |det ∂T/∂z|, with draws z = T⁻¹(ε), ε ~ q₀ (Rezende & Mohamed 2015, arXiv
    1505.05770). T is a chain of autoregressive maps (Papamakarios, Pavlakou & Murray 2017, arXiv 1705.07057), by zuko.
    The network of the role makes the parameters of q₀ and, where there is one, the context that every map reads; the
    weights of T are parameters of the same expert. There is no closed form of a moment or of a KL.

    Options:
        base: the family of q₀, one with a location and a scale.
        kind: `maf` is fast in log q(z) and needs a pass an entry to draw; `iaf` the other way round (Kingma et al.
            2016, arXiv 1606.04934); `coupling` moves one half of the entries at a time, and is fast both ways
            (Dinh, Sohl-Dickstein & Bengio 2017, arXiv 1605.08803).
        transforms: how many maps T is made of.
        bins: 0 makes affine maps; else monotonic splines with so many bins on [−5, 5] (Durkan et al. 2019, arXiv
            1906.04032), which leave what is outside where it is.
        hidden: widths of the hidden layers of every map's masked network.
        context: how many features of the encoder every map reads; with 0, T is the same for all data.

    Raises:
        SpecError: no transform, a width below 1, a spline of one bin, or a base without draws.

    >>> import torch
    >>> family = Flow.read({"flow": {"transforms": 3}})
    >>> family.heads((2,), "expert")
    {'loc': (2,), 'raw_scale': (2,)}
    >>> raw = {"loc": torch.zeros(4, 2), "raw_scale": torch.zeros(4, 2), **family.free((2,), "expert")}
    >>> params = family.constrain(raw, (2,), "expert")
    >>> z = family.rsample(params, torch.randn(5, 4, 2))
    >>> family.log_prob(params, z).shape  # (sample, row)
    torch.Size([5, 4])
    """

    word: ClassVar[str] = "flow"
    roles: ClassVar[frozenset[Role]] = frozenset({"expert"})
    reparameterised: ClassVar[bool] = True
    stackable: ClassVar[bool] = False

    base: Family = field(default_factory=Normal)
    kind: Kind = "maf"
    transforms: int = 2
    bins: int = 0
    hidden: tuple[int, ...] = (64, 64)
    context: int = 0

    def __post_init__(self) -> None:
        require(self.transforms > 0, "transforms", f"{self.transforms} transforms", "a flow has 1 transform or more")
        require(all(w > 0 for w in self.hidden), "hidden", f"widths {list(self.hidden)}", "widths are 1 or more")
        require(bool(self.hidden), "hidden", "no hidden layer", "a flow's networks have 1 hidden layer or more")
        require(self.bins == 0 or self.bins > 1, "bins", f"{self.bins} bins", "a spline has 2 bins or more")
        require(self.context >= 0, "context", f"a context of {self.context}", "the context has 0 entries or more")
        simple = self.base.reparameterised and self.base.is_density and self.base.stackable
        require(simple, "base", f"the base '{self.base.word}'", "a base is normal or laplace")

    def heads(self, shape: Shape, role: Role) -> dict[str, Shape]:
        """Those of the base, and the context."""
        context = {CONTEXT: (*shape[:-1], self.context)} if self.context else {}
        return self.base.heads(shape, role) | context

    def free(self, shape: Shape, role: Role) -> dict[str, Tensor]:
        """The free parameters of the base, and the weights of T."""
        weights, here = self._bijection(shape[-1]).named_parameters(), torch.get_default_device()
        return self.base.free(shape, role) | {_stored(n): w.detach().to(here) for n, w in weights}

    def constrain(self, raw: Params, shape: Shape, role: Role) -> dict[str, Tensor]:
        """The parameters of the base, the context, and the weights as they are."""
        own = {n: v for n, v in raw.items() if n == CONTEXT or n.startswith(WEIGHTS)}
        return self.base.constrain({n: v for n, v in raw.items() if n not in own}, shape, role) | own

    def log_prob(self, params: Params, value: Tensor, dims: int = 1) -> Tensor:
        """log q₀(T(z)) + log |det ∂T/∂z|."""
        noise, log_det = self._transport(params, value)
        return self.base.log_prob(params, noise, dims) + event_sum(log_det, event_of(value, dims)[:-1])

    def mean(self, params: Params) -> Tensor:
        """T⁻¹(E[ε]): where a central draw goes. It is not E[z], which has no closed form."""
        return self._transport(params, self.base.mean(params), backward=True)[0]

    def noise(self, shape: Shape, generator: torch.Generator | None, like: Tensor) -> Tensor:
        """That of the base."""
        return self.base.noise(shape, generator, like)

    def rsample(self, params: Params, noise: Tensor) -> Tensor:
        """z = T⁻¹(ε), ε drawn from the base."""
        return self._transport(params, self.base.rsample(params, noise), backward=True)[0]

    def distribution(self, params: Params, shape: Shape) -> Distribution:
        """Density, draws, and moments estimated from draws."""
        center = self.base.mean(params)
        return drawn.Pushed(
            lambda noise: self.rsample(params, noise),
            lambda size, generator: self.noise(size, generator, center),
            lambda value: self.log_prob(params, value, len(shape)),
            center,
            len(shape),
        )

    def _transport(self, params: Params, value: Tensor, *, backward: bool = False) -> tuple[Tensor, Tensor]:
        """T of a value, or T⁻¹, and log |det| of the map."""
        module, context = _skeleton(self, value.shape[-1], str(value.device)), params.get(CONTEXT)
        weights = {n: params[_stored(n)] for n, _ in module.named_parameters()}
        if context is not None:
            lead = torch.broadcast_shapes(value.shape[:-1], context.shape[:-1])
            value, context = value.expand(*lead, -1), context.expand(*lead, -1)
        result: tuple[Tensor, Tensor] = torch.func.functional_call(
            module, weights, (value.contiguous(), context, backward)
        )
        return result

    def _bijection(self, dim: int) -> bijection.Bijection:
        with torch.device("cpu"):  # its masks are computed, which the device of a dry run cannot
            return bijection.Bijection(dim, self.context, self.transforms, self.kind, self.bins, self.hidden)


def _stored(name: str) -> str:
    """The name of a weight of T among the parameters, which have no dots."""
    return WEIGHTS + name.replace(".", "/")


@cache
def _skeleton(family: Flow, dim: int, device: str) -> bijection.Bijection:
    """T with its masks, whose own weights are never used."""
    with torch.random.fork_rng(devices=[]):
        return family._bijection(dim).to(device)
