"""The terms of an objective as they are written, one class a kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

from mvgraph.errors import Path
from mvgraph.language.expr import Formula
from mvgraph.language.level import node_of
from mvgraph.language.table import Table
from mvgraph.vocab.center import Center
from mvgraph.vocab.center.mixture import MixtureCenter
from mvgraph.vocab.statistic import Statistic

Weight = Formula | Table[Formula]
ONE = Formula("1")
MIXTURE = MixtureCenter()


class WrittenTerm(Protocol):
    """What every kind of term says: the variables that it binds, how their bindings are joined, its weight."""

    @property
    def word(self) -> str:
        """The word that it is written with."""

    @property
    def for_(self) -> Table[str]:
        """Variables and what they run over."""

    @property
    def combine(self) -> Literal["sum", "mean"]:
        """How the bindings are joined."""

    @property
    def weight(self) -> Formula:
        """The weight of the whole term."""

    @property
    def gathers(self) -> bool:
        """Whether its variables range over members inside one term, instead of giving one term a binding."""

    @property
    def is_distance(self) -> bool:
        """Whether it is made to be minimised; else it is a bound or a score, made to be maximised."""

    @property
    def compares(self) -> bool:
        """Whether it takes logarithms of the densities that it names."""

    @property
    def densities(self) -> tuple[tuple[Path, str], ...]:
        """The densities that it names, as texts, with the keys under which they stand."""


@dataclass(frozen=True)
class Drop:
    """Random evidence: of some data a part of the evidence is left out, while the targets stay.

    Arguments:
        p: the probability of a datum to lose evidence: 1 to n - 1 of its n views, each number alike, each set alike.
    """

    p: float


@dataclass(frozen=True)
class Route:
    """`elbo` or `iwae`: infer from the views in `from_`, score the views in `to`.

    Arguments:
        from: the evidence: `V`, a list of views, or a variable.
        to: the targets: `V`, a list of views, or a variable; `{NODE: V}` for those of a pseudo node.
        for: variables and what they run over: `V`, `singles`, `full`, `subsets`, `random(k)`, or a sum of these.
        combine: the bindings of the variables are added, or their mean is taken.
        beta: the weight of the KL terms, or one a latent.
        likelihood_weight: the weight of the log-likelihoods, or one a view.
        weight: the weight of the whole route.
        density: with a mixture: one KL of the whole mixture, or one a component.
        samples: draws of every component (K), for `iwae`.
        strata: for `iwae` with a mixture: one logarithm a component, or one over all.
        drop: random evidence.
    """

    word: Literal["elbo", "iwae"]
    from_: str
    to: str
    for_: Table[str] = field(default_factory=Table)
    combine: Literal["sum", "mean"] = "sum"
    beta: Weight = ONE
    likelihood_weight: Weight = ONE
    weight: Formula = ONE
    density: Literal["mixture", "component"] = "mixture"
    samples: int = 1
    strata: Literal["outside", "inside"] = "outside"
    drop: Drop | None = None

    gathers: ClassVar[bool] = False
    is_distance: ClassVar[bool] = False
    compares: ClassVar[bool] = False

    def beta_of(self, latent: str) -> Formula:
        """β of one latent's KL; a table has it under its name or, for a level, under that of the hierarchy."""
        if isinstance(self.beta, Formula):
            return self.beta
        return self.beta.get(latent) or self.beta.get(node_of(latent), ONE)

    @property
    def densities(self) -> tuple[tuple[Path, str], ...]:
        """None is named: they follow from the graphs."""
        return ()


@dataclass(frozen=True)
class Divergence:
    """An explicit KL(of ‖ to) between two densities of one latent, e.g. `q(z | V)` and `q(z | m)`.

    Arguments:
        of: the density whose expectation is taken, e.g. `q(z | V)`.
        to: the density it is compared with, e.g. `q(z | m)` or `p(z)`.
        for: variables and what they run over, as in a route.
        combine: the bindings of the variables are added, or their mean is taken.
        weight: a number or a formula.
    """

    of: str
    to: str
    for_: Table[str] = field(default_factory=Table)
    combine: Literal["sum", "mean"] = "sum"
    weight: Formula = ONE

    word: ClassVar[str] = "kl"
    gathers: ClassVar[bool] = False
    is_distance: ClassVar[bool] = True
    compares: ClassVar[bool] = True

    @property
    def densities(self) -> tuple[tuple[Path, str], ...]:
        """The two densities, by their keys."""
        return (("of",), self.of), (("to",), self.to)


@dataclass(frozen=True)
class CrossEntropy(Divergence):
    """An explicit CE(of, to) = -E_of[log to], e.g. of `q(z | V)` and `q(z | m)`: the KL and the entropy of the first.

    Arguments:
        of: the density whose expectation is taken, e.g. `q(z | V)`.
        to: the density that is fitted to it, e.g. `q(z | m)`.
        for: variables and what they run over, as in a route.
        combine: the bindings of the variables are added, or their mean is taken.
        weight: a number or a formula.
    """

    word: ClassVar[str] = "ce"


@dataclass(frozen=True)
class JensenShannon:
    """The divergence of several densities of one latent from their center, equally weighted: Σ_k 1/K KL(q_k ‖ center).

    Arguments:
        of: the densities, e.g. `[p(z), q(z | m)]`; those whose evidence is not observed are left out.
        for: variables and what they run over; every density that names one stands once for each of its values.
        center: `mixture`, or `geometric` for normal densities.
        weight: a number or a formula.
    """

    of: tuple[str, ...]
    for_: Table[str] = field(default_factory=Table)
    center: Center = MIXTURE
    weight: Formula = ONE

    word: ClassVar[str] = "js"
    combine: ClassVar[Literal["sum", "mean"]] = "sum"
    gathers: ClassVar[bool] = True
    is_distance: ClassVar[bool] = True
    compares: ClassVar[bool] = True

    @property
    def densities(self) -> tuple[tuple[Path, str], ...]:
        """The densities, by their places in the list."""
        return _listed(self.of)


@dataclass(frozen=True)
class BatchStatistic:
    """A function of the draws of a whole batch, such as the canonical correlations of the views' codes.

    Arguments:
        of: the codes, e.g. `[q(z.m | m)]`, one for each binding of the variables.
        value: the function, a word with its options: `cca`.
        for: variables and what they run over; their bindings are codes of one statistic.
        weight: a number or a formula.
    """

    of: tuple[str, ...]
    value: Statistic
    for_: Table[str] = field(default_factory=Table)
    weight: Formula = ONE

    word: ClassVar[str] = "statistic"
    combine: ClassVar[Literal["sum", "mean"]] = "sum"
    gathers: ClassVar[bool] = True
    is_distance: ClassVar[bool] = False
    compares: ClassVar[bool] = False

    @property
    def densities(self) -> tuple[tuple[Path, str], ...]:
        """What the codes are drawn from."""
        return _listed(self.of)


def _listed(texts: tuple[str, ...]) -> tuple[tuple[Path, str], ...]:
    """Densities that stand in the list under `of`, by their places in it."""
    return tuple((("of", i), text) for i, text in enumerate(texts))
