"""What a node of p may be besides a latent or an observed one: a condition, or a level of a hierarchy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Condition:
    """A view that is conditioned on: a parent of priors and decoders that is always there and never scored.

    Arguments:
        view: its name, or its position (the first is 1).
    """

    name: str
    view: str


@dataclass(frozen=True)
class Levels:
    """The levels of a hierarchy, the first one next to the data.

    Arguments:
        level: how many there are.
    """

    level: int


@dataclass(frozen=True)
class Level:
    """Which level of a hierarchy a latent is.

    Arguments:
        node: the node as it is written, with one copy a level.
        number: of the level, from 1 (next to the data) to `count` (the root).
        count: of all levels.
        given: the parents as they are written, e.g. `z[l+1:]`.
    """

    node: str
    number: int
    count: int
    given: tuple[str, ...] = ()
