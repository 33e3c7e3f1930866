"""How much work something is: counted, so that it is the same on every machine. Times are in `benchmarks`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls(work: Callable[[], Any]) -> int:
    """How many calls of Python functions something takes; a million are some tenths of a second.

    >>> calls(lambda: sorted([3, 1, 2], key=lambda x: -x))
    4
    """
    count = 0

    def see(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
