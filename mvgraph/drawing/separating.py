"""Which of two things stands before the other, along one axis, so that no two demands contradict each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 40  # attempts at an order of choices
TINY = 1e-9


@dataclass(frozen=True)
class Apart:
    """`first` stands before `second`, by `gap` at least."""

    first: Hashable
    second: Hashable
    gap: float


@dataclass(frozen=True)
class Choice:
    """A demand that can be met in several ways.

    Arguments:
        ways: each a list of what must hold together; the preferred one first.
        why: what is given up where none of them is possible.
    """

    ways: tuple[tuple[Apart, ...], ...]
    why: str = ""


class Order:
    """Demands along one axis that can all be met, and what follows from them."""

    def __init__(self, things: Sequence[Hashable]) -> None:
        self.place = {thing: i for i, thing in enumerate(things)}
        self.least = np.full((len(things), len(things)), -np.inf)  # the distance from one to another that follows
        np.fill_diagonal(self.least, 0.0)
        self.kept: list[Apart] = []

    def allows(self, way: Iterable[Apart]) -> bool:
        """Whether each of these can hold beside what holds already."""
        return all(self.least[self.place[a.second], self.place[a.first]] + a.gap <= TINY for a in way)

    def add(self, way: Iterable[Apart]) -> None:
        """From now on these hold."""
        for apart in way:
            first, second = self.place[apart.first], self.place[apart.second]
            if self.least[first, second] < apart.gap - TINY:
                through = self.least[:, first, None] + (apart.gap + self.least[second])
                np.maximum(self.least, through, out=self.least)
                self.kept.append(apart)


def decide(
    things: Sequence[Hashable], fixed: Sequence[Apart], choices: Sequence[Choice]
) -> tuple[Order, tuple[str, ...]]:
    """An order in which all that is fixed holds and of every choice one way, and what had to be given up.

    A choice for which no way is left is made earlier in the next attempt; the attempt that gives up least counts.

    Arguments:
        things: all there is on this axis.
        fixed: what holds anyway; it never contradicts itself.
        choices: what holds in one of several ways, those first that matter most.
    """
    line = list(choices)
    best: tuple[int, Order, list[Choice]] | None = None
    for _ in range(ROUNDS):
        order, failed = _attempt(things, fixed, line)
        cost = sum(bool(c.why) for c in failed)
        if best is None or cost < best[0]:
            best = cost, order, failed
        if not cost:
            break
        stuck = [c for c in failed if c.why]
        line = stuck + [c for c in line if c not in stuck]
    assert best is not None
    return best[1], tuple(c.why for c in best[2] if c.why)


def _attempt(
    things: Sequence[Hashable], fixed: Sequence[Apart], choices: Sequence[Choice]
) -> tuple[Order, list[Choice]]:
    order, failed = Order(things), []
    order.add(fixed)
    for choice in choices:
        way = next((w for w in choice.ways if order.allows(w)), None)
        if way is None:
            failed.append(choice)
        else:
            order.add(way)
    return order, failed
