"""What two objectives may differ by that no objective has as a term: gaps that are never negative, and constants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from mvgraph.objective.atoms import Closed, Likelihood, Stream
from mvgraph.objective.keys import Centered, Key, Mixture, Pool, Ref

Named = Key | Mixture | Pool | Centered | Ref


@dataclass(frozen=True)
class _Derived:
    """What such an atom tells readers of atoms: it names, draws and scores nothing."""

    is_distance: ClassVar[bool] = False
    scored: ClassVar[tuple[Likelihood, ...]] = ()
    keys: ClassVar[tuple[Key, ...]] = ()
    compared: ClassVar[tuple[Stream, ...]] = ()
    components: ClassVar[tuple[frozenset[str] | None, ...]] = ()

    def streams(self, closed: Closed) -> Iterator[Stream]:  # noqa: ARG002 - every atom is asked alike
        """None."""
        yield from ()


@dataclass(frozen=True)
class Gap(_Derived):
    """A difference that is never negative.

    Arguments:
        text: what it is, in symbols; {0}, {1}, … where there are densities.
        reason: why it is never negative, in words.
        of: the densities.
    """

    text: str
    reason: str
    of: tuple[Named, ...] = ()

    is_distance: ClassVar[bool] = True

    def __str__(self) -> str:
        return self.text.format(*self.of) if self.of else self.text


@dataclass(frozen=True)
class Spread(_Derived):
    """JS(q_1, …, q_K) = 1/K Σ_k KL(q_k || mean of all): 0 where they are one, log K where they are apart."""

    of: tuple[Key, ...]

    is_distance: ClassVar[bool] = True

    @property
    def reason(self) -> str:
        """Its bounds, in words."""
        return f"JS is between 0 and log {len(self.of)}"

    def __str__(self) -> str:
        return f"JS({', '.join(map(str, self.of))})"


@dataclass(frozen=True)
class Entropy(_Derived):
    """H(q) = −E_q[log q]: what a cross-entropy has more than the KL."""

    of: Key

    def __str__(self) -> str:
        return f"H({self.of})"


@dataclass(frozen=True)
class Constant(_Derived):
    """A number that no parameter changes, in symbols, {0} where a node is named."""

    text: str
    of: tuple[Named, ...] = ()

    def __str__(self) -> str:
        return self.text.format(*self.of) if self.of else self.text
