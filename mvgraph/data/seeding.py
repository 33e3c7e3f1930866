"""Randomness by counter: every draw follows from a seed, what it is for, and when it happens."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from mvgraph.errors import UsageError


class Purpose(IntEnum):
    """What a stream of random numbers is for; streams of different purposes never meet."""

    SPLIT = 0
    ORDER = 1
    NOISE = 2
    GLOBAL = 3
    VALID_NOISE = 4
    VALID_GLOBAL = 5


def stream(seed: int, purpose: Purpose, count: int = 0) -> np.random.SeedSequence:
    """The source of entropy of the draw numbered `count`.

    Raises:
        UsageError: the seed is negative.
    """
    if seed < 0:
        raise UsageError(f"a seed is a whole number from 0 up, not {seed}")
    return np.random.SeedSequence(seed, spawn_key=(int(purpose), count))


def number(seed: int, purpose: Purpose, count: int = 0) -> int:
    """A seed of 63 bits for a generator of torch.

    >>> number(0, Purpose.NOISE, 7) == number(0, Purpose.NOISE, 7) != number(0, Purpose.NOISE, 8)
    True
    """
    return int(stream(seed, purpose, count).generate_state(1, np.uint64)[0]) >> 1


def permutation(rows: int, seed: int, purpose: Purpose, count: int = 0) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The numbers 0 to rows - 1 in random order, `(rows,)`."""
    return np.random.default_rng(stream(seed, purpose, count)).permutation(rows)
