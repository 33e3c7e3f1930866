"""Coordinates along one axis: springs pull things together, distances keep them apart. There is one best answer."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from mvgraph.deferring import defer
from mvgraph.drawing.separating import Apart

optimize = defer("scipy.optimize")

HOME = 1e-3  # a weak spring to the origin, so that the answer is unique


@dataclass(frozen=True)
class Spring:
    """`first` wants to be where `second` is, with `strength`."""

    first: Hashable
    second: Hashable
    strength: float


def settle(things: Sequence[Hashable], demands: Sequence[Apart], springs: Sequence[Spring]) -> dict[Hashable, float]:
    """The coordinates with the least energy of all springs among those that keep all demands.

    A least distance problem (Lawson & Hanson 1974, chapter 23): with energy ½|Rx|² and demands C x ≥ d, the best x
    comes from the non-negative least squares problem with the matrix [(C R⁻¹)ᵀ; dᵀ]. As the energy is strictly convex
    the answer depends on nothing but the problem, and a symmetric problem has a symmetric answer.

    >>> settle("ab", [Apart("a", "b", 2.0)], [Spring("a", "b", 1.0)])
    {'a': -1.0, 'b': 1.0}
    """
    if not demands:  # nothing keeps anything apart; SciPy's solver breaks the process on an empty matrix
        return dict.fromkeys(things, 0.0)
    place = {thing: i for i, thing in enumerate(things)}
    energy = np.eye(len(things)) * HOME
    for spring in springs:
        i, j = place[spring.first], place[spring.second]
        energy[[i, j], [i, j]] += spring.strength
        energy[[i, j], [j, i]] -= spring.strength
    root = np.linalg.cholesky(energy)  # energy = root rootᵀ, so R = rootᵀ
    rows = np.zeros((len(demands), len(things)))
    for k, demand in enumerate(demands):
        rows[k, place[demand.first]], rows[k, place[demand.second]] = -1.0, 1.0
    gaps = np.array([demand.gap for demand in demands])
    whole = np.vstack([np.linalg.solve(root, rows.T), gaps])
    target = np.append(np.zeros(len(things)), 1.0)
    weights, _ = optimize.nnls(whole, target)
    rest = whole @ weights - target
    found = np.linalg.solve(root.T, -rest[:-1] / rest[-1])
    return {thing: round(float(found[i]), 6) + 0.0 for thing, i in place.items()}
