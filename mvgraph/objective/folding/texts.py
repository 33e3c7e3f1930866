"""Sentences that differ by the name of a view alone, as one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mvgraph.objective.folding.pieces import LETTERS
from mvgraph.objective.folding.renaming import Universe

FEWEST = 3  # sentences that are said as one


def alike(texts: Iterable[str], universe: Universe) -> list[str]:
    """Texts, those that say the same of several views as one, in the place of the first.

    >>> views = Universe(("a", "b", "c"))
    >>> alike(["x.a is odd", "all is well", "x.b is odd", "x.c is odd"], views)
    ['x.m is odd, for every view m', 'all is well']
    """
    given = list(texts)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for text in given:
        for view in universe.views:
            parts = re.split(rf"(?<![\w-]){re.escape(view)}(?![\w-])", text)
            if len(parts) == 2:
                found.setdefault((parts[0], parts[1]), {})[view] = text
    letter = next((c for c in LETTERS[False] if c not in universe.taken), "m")
    said: dict[str, str] = {}
    for (before, after), by_view in found.items():
        if len(by_view) >= FEWEST:
            said |= dict.fromkeys(by_view.values(), f"{before}{letter}{after}, for {_which(by_view, universe, letter)}")
    return list(dict.fromkeys(said.get(text, text) for text in given))


def _which(views: Iterable[str], universe: Universe, letter: str) -> str:
    chosen = [v for v in universe.views if v in set(views)]
    return f"every view {letter}" if len(chosen) == len(universe.views) else f"{letter} = {', '.join(chosen)}"
