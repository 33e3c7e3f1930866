"""A batch: one tensor a view, and a mask that says which views of which datum were observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import TYPE_CHECKING

from mvgraph.deferring import defer
from mvgraph.errors import UsageError

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")

MOST_PATTERNS, MOST_NAMES = 6, 4  # that are spelt out


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows of all views, aligned.

    Arguments:
        views: each view's prepared values `(row, *shape)`; entries of missing views may hold anything.
        mask: which view of which row was observed, bool `(row, view)`, columns in the order of `views`.
        ids: a name for each row, for messages.
        places: where each row stands in the data that the user gave, counted from zero, `(row,)`; in this order where
            not given. What is shuffled, split or left out later takes the places with it.
        columns: the names of the columns of views that came from tables.
    """

    views: Mapping[str, Tensor]
    mask: Tensor
    ids: Sequence[str] = ()
    places: Tensor | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The views by name, in the order of the mask's columns."""
        return tuple(self.views)

    def __len__(self) -> int:
        return len(self.mask)

    @property
    def complete(self) -> bool:
        """True where every view of every row was observed."""
        return bool(self.mask.all())

    @property
    def patterns(self) -> dict[tuple[str, ...], int]:
        """How many rows have which views: rows by the views that were observed, the most frequent first."""
        flags, counts = torch.unique(self.mask, dim=0, return_counts=True)
        seen = [tuple(compress(self.names, row)) for row in flags.tolist()]
        found = zip(seen, counts.tolist(), strict=True)
        return dict(sorted(found, key=lambda item: (-item[1], -len(item[0]), item[0])))

    def counted(self) -> str:
        """The patterns in words.

        >>> mask = torch.tensor([[True, True], [True, True], [False, True]])
        >>> Batch({"image": torch.zeros(3, 4), "sound": torch.zeros(3, 2)}, mask).counted()
        '3 rows: 2 with image and sound, 1 with sound only'
        """
        patterns = list(self.patterns.items())
        parts = [f"{count} with {self._words(seen)}" for seen, count in patterns[:MOST_PATTERNS]]
        if len(patterns) > MOST_PATTERNS:
            others = [count for _, count in patterns[MOST_PATTERNS:]]
            parts.append(f"{sum(others)} with {len(others)} other sets of views")
        if len(patterns) == 1:
            parts = [f"all with {self._words(patterns[0][0])}"]
        return f"{len(self)} row{'' if len(self) == 1 else 's'}: {', '.join(parts)}"

    def _words(self, seen: Sequence[str]) -> str:
        if len(seen) > MOST_NAMES:
            absent = [n for n in self.names if n not in seen]
            few = f"all but {', '.join(absent)}" if absent and len(absent) < MOST_NAMES else f"{len(seen)} views"
            return few if absent else f"all {len(seen)} views"
        listed = " and ".join([", ".join(seen[:-1]), *seen[-1:]] if len(seen) > 1 else seen) or "no view"
        return listed if len(seen) == len(self.names) or not seen else f"{listed} only"

    def name(self, row: int) -> str:
        """What a row is called in messages: its id, or its place in the user's data.

        >>> data = Batch({"a": torch.zeros(3, 1)}, torch.ones(3, 1, dtype=torch.bool))
        >>> data.rows(torch.tensor([2, 0])).name(0)
        '2'
        """
        if len(self.ids):
            return str(self.ids[row])
        return str(row if self.places is None else int(self.places[row]))

    def rows(self, index: Tensor) -> Batch:
        """The rows at `index` (whole numbers or a boolean per row), which keep their names."""
        numbers = torch.arange(len(self), device=index.device)
        ids = tuple(self.ids[i] for i in numbers[index].tolist()) if len(self.ids) else ()
        places = (numbers if self.places is None else self.places.to(index.device))[index]
        return Batch({k: v[index] for k, v in self.views.items()}, self.mask[index], ids, places, self.columns)

    def only(self, given: Sequence[str]) -> Batch:
        """The same rows with every view outside `given` masked.

        Raises:
            UsageError: a name is not a view.
        """
        unknown = [g for g in given if g not in self.views]
        if unknown:
            raise UsageError(f"there is no view '{unknown[0]}'; the views are {', '.join(self.names)}")
        keep = torch.tensor([n in given for n in self.names], device=self.mask.device)
        return replace(self, mask=self.mask & keep)

    def to(self, like: Tensor) -> Batch:
        """The batch on the device and in the dtype of `like`."""
        views = {k: v.to(device=like.device, dtype=like.dtype) for k, v in self.views.items()}
        return replace(self, views=views, mask=self.mask.to(like.device))
