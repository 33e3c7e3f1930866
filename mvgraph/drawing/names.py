"""Ids that every language of pictures accepts."""

from __future__ import annotations

import re
from collections.abc import Iterable


def plain(ids: Iterable[str], between: str = "_", before: str = "") -> dict[str, str]:
    """For each id a name of ASCII letters and digits; where two are the same, the later one gets a number.

    >>> plain(["q.z", "q_z", "ζ"])
    {'q.z': 'q_z', 'q_z': 'q_z_2', 'ζ': '_'}

    Arguments:
        ids: all that are named, in their order.
        between: stands for what is neither a letter nor a digit.
        before: begins every name.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for own in ids:
        wanted = before + re.sub(r"[^A-Za-z0-9]+", between, own)
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}{between}{number}"
        taken.add(name)
        found[own] = name
    return found
