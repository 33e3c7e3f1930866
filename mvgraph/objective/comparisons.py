"""The atoms of cross-entropies, and of divergences from the center of several densities or from a pool of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from mvgraph.language.hashing import hashed_once
from mvgraph.objective.atoms import Closed, Comparison, FamilyOf, Likelihood, Stream
from mvgraph.objective.evidence import Subset
from mvgraph.objective.keys import Centered, Key, Pool
from mvgraph.vocab.divergence import closed_ce, closed_kl
from mvgraph.vocab.family import ClosedKL, Family


@hashed_once
@dataclass(frozen=True)
class CE(Comparison):
    """CE(of ‖ to) = −E_of[log to], `of` being a single density."""

    symbol: ClassVar[str] = "CE"

    @staticmethod
    def pair(of: Family, to: Family) -> ClosedKL | None:
        return closed_ce(of, to)


@hashed_once
@dataclass(frozen=True)
class Deviation:
    """KL(of ‖ center), of one density to the center of several.

    Arguments:
        of: the density whose expectation is taken.
        center: of which densities.
        own: the stream of `of`.
        members: for each member of the center, as written for complete data: when it exists, and its stream.
    """

    of: Key
    center: Centered
    own: Stream = field(compare=False)
    members: tuple[tuple[Subset, Stream], ...] = field(compare=False)

    is_distance: ClassVar[bool] = True
    scored: ClassVar[tuple[Likelihood, ...]] = ()
    components: ClassVar[tuple[frozenset[str] | None, ...]] = ()

    def formula(self, family: FamilyOf) -> ClosedKL | None:
        """That of the density and the center, where the center has parameters of its own."""
        center = self.center.rule.closed([family(k) for k in self.center.members])
        return None if center is None else closed_kl(family(self.of), center)

    @property
    def keys(self) -> tuple[Key, ...]:
        """The density, and those that the center is made of."""
        return (self.of, *self.center.members)

    @property
    def compared(self) -> tuple[Stream, ...]:
        """The posteriors among them."""
        return (self.own, *(s for _, s in self.members))

    def streams(self, closed: Closed) -> Iterator[Stream]:
        """The density's draws, where it is sampled."""
        if not closed(self):
            yield self.own

    def __str__(self) -> str:
        return f"KL({self.of} || {self.center})"


@hashed_once
@dataclass(frozen=True)
class PooledKL:
    """KL(of ‖ to) of one view's posterior to a prior that is made of posteriors, by draws from the first.

    Arguments:
        of: the posterior.
        to: the prior.
        stream: the draws of `of`.
        members: the streams of the posteriors that `to` is made of.
    """

    of: Key
    to: Pool
    stream: Stream = field(compare=False)
    members: tuple[Stream, ...] = field(compare=False)

    is_distance: ClassVar[bool] = True
    scored: ClassVar[tuple[Likelihood, ...]] = ()

    @property
    def keys(self) -> tuple[Key, ...]:
        """All the posteriors."""
        return (self.of, *self.to.members)

    @property
    def compared(self) -> tuple[Stream, ...]:
        """All the posteriors."""
        return (self.stream, *self.members)

    @property
    def components(self) -> tuple[frozenset[str], ...]:
        """The views of the members."""
        return tuple(m.views for m in self.members)

    def streams(self, closed: Closed) -> Iterator[Stream]:  # noqa: ARG002 - every atom is asked alike
        """The draws of the first."""
        yield self.stream

    def __str__(self) -> str:
        return f"KL({self.of} || {self.to})"
