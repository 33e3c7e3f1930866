"""How the rows of an epoch are cut into steps."""

from __future__ import annotations

import math
from itertools import pairwise


def cuts(rows: int, size: int, *, whole: bool = False) -> list[slice]:
    """The rows of each step.

    Arguments:
        rows: of the epoch.
        size: of a step.
        whole: no step may be smaller than `size` (a statistic of the batch is another one for fewer rows): what is
            left over is dealt out to the steps. Otherwise the last step has what is left.

    >>> cuts(10, 4)
    [slice(0, 4, None), slice(4, 8, None), slice(8, 10, None)]
    >>> cuts(10, 4, whole=True)
    [slice(0, 5, None), slice(5, 10, None)]
    """
    if not whole:
        return [slice(start, min(start + size, rows)) for start in range(0, rows, size)]
    steps = max(rows // size, 1)
    edges = [math.ceil(i * rows / steps) for i in range(steps + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]
