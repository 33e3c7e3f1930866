"""What a view is imputed from: each other view alone, and all of them."""

from __future__ import annotations

from collections.abc import Sequence

ALL = "all others"


def evidence(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Sets of given views by their name: every view alone, and all of them where there are two or more.

    >>> evidence(["upper", "lower"])
    {'upper': ('upper',), 'lower': ('lower',), 'all others': ('upper', 'lower')}
    """
    alone = {name: (name,) for name in names}
    return alone | ({ALL: tuple(names)} if len(names) > 1 else {})


def others(names: Sequence[str], view: str) -> tuple[str, ...]:
    """All names but one."""
    return tuple(n for n in names if n != view)
