"""Values as patterns: indices in the places of views and of sets of views, in the order in which these appear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mvgraph.objective.folding.renaming import Renaming, Universe, renamed
from mvgraph.objective.ranges import ALL, Value


@dataclass(frozen=True)
class Pattern:
    """A value with indices for views, and what the indices stood for.

    Arguments:
        value: the value; the same for all values that differ by their views alone.
        names: what each index stood for: a view, or a set of views.
    """

    value: Any
    names: Mapping[str, Value] = field(default_factory=dict)

    @property
    def indices(self) -> tuple[str, ...]:
        """The indices by name."""
        return tuple(self.names)

    @property
    def choice(self) -> tuple[Value, ...]:
        """What they stood for."""
        return tuple(self.names.values())


@dataclass
class _Indexing(Renaming):
    """Gives every view that is met an index, and every set."""

    depth: int = 0
    found: dict[Value, str] = field(default_factory=dict)

    def view(self, name: str) -> str:
        if name not in self.universe.views:
            return name
        return self.found.setdefault(name, f"\0{self.depth}m{len(self.found)}")

    def within(self, found: Value) -> Value:
        if isinstance(found, str):
            return found if found == ALL else self.view(found)
        if set(found) == set(self.universe.views):
            return ALL
        return self.found.setdefault(found, f"\0{self.depth}S{len(self.found)}")

    def formula(self, expr: Any) -> Any:
        return expr  # of views that appear elsewhere: named once these are known


def pattern(value: Any, universe: Universe, depth: int) -> Pattern:
    """A value as a pattern.

    Arguments:
        value: an atom, or a part of one, its lists folded.
        universe: all views.
        depth: of lists around it, so that the indices of each have names of their own.
    """
    indexing = _Indexing(universe, depth=depth)
    shown = renamed(value, indexing)
    return Pattern(shown, {index: stood for stood, index in indexing.found.items()})
