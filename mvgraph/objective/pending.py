"""Terms that are still to be derived: what a written term stands for before its rule is applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mvgraph.objective.ranges import Each


@dataclass(frozen=True)
class Seen:
    """A set of views, in the order of their names."""

    views: tuple[str | Each, ...]

    def __str__(self) -> str:
        return ",".join(map(str, self.views))


@dataclass(frozen=True)
class Pending:
    """A written term whose variables are bound, its rule not yet applied.

    Arguments:
        word: the word that it is written with.
        evidence: the views that it infers from.
        targets: the views that it scores.
        component: the evidence of one component of the posterior family; none for the whole.
    """

    word: str
    evidence: Seen
    targets: Seen
    component: Seen | None = None

    is_distance: ClassVar[bool] = False

    def __str__(self) -> str:
        part = f"; component {self.component}" if self.component else ""
        return f"{self.word}({self.evidence} -> {self.targets}{part})"


@dataclass(frozen=True)
class Written:
    """A term as the spec says it.

    Arguments:
        text: in one line.
        is_distance: whether it is made to be minimised.
    """

    text: str
    is_distance: bool = False

    def __str__(self) -> str:
        return self.text
