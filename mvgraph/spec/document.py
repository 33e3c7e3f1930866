"""A text and where each of its values stands, so that a problem can point at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mvgraph.errors import Path, Place, Problem


@dataclass(frozen=True)
class Document:
    """Plain data read from one or more texts, with the place of every key and item.

    Arguments:
        tree: the data: mappings, lists, texts, numbers, booleans, None.
        places: the place of each value, by its path of keys; the empty path is the whole document.
        lines: the lines of each file, by its name, for excerpts.
        notes: what is to be said of how the texts were merged, and is no error.
    """

    tree: Any
    places: Mapping[Path, Place]
    lines: Mapping[str, tuple[str, ...]]
    notes: tuple[Problem, ...] = ()

    def place(self, path: Path) -> Place | None:
        """The place of a value, or of the nearest value around it that has one."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return None

    def locate(self, problem: Problem) -> Problem:
        """The problem with its place and the line of text it points at."""
        place = self.place(problem.path)
        if place is None:
            return problem
        lines = self.lines.get(place.file, ())
        return problem.at(place, lines[place.line - 1] if place.line <= len(lines) else "")
