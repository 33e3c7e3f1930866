"""A batch: one tensor a view, and a mask that says which views of which datum were observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvgraph.deferring import defer
from mvgraph.errors import UsageError

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = defer("torch")


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows of all views, aligned.

    Arguments:
        views: each view's prepared values `(row, *shape)`; entries of missing views may hold anything.
        mask: which view of which row was observed, bool `(row, view)`, columns in the order of `views`.
        ids: a name for each row, for messages; row numbers where not given.
    """

    views: Mapping[str, Tensor]
    mask: Tensor
    ids: Sequence[str] = ()

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

    def name(self, row: int) -> str:
        """What a row is called in messages: its id, or its number."""
        return str(self.ids[row]) if self.ids else str(row)

    def rows(self, index: Tensor) -> Batch:
        """The rows at `index` (whole numbers or a boolean per row)."""
        ids = tuple(self.ids[i] for i in torch.arange(len(self))[index].tolist()) if self.ids else ()
        return Batch({k: v[index] for k, v in self.views.items()}, self.mask[index], ids)

    def only(self, given: Sequence[str]) -> Batch:
        """The same rows with every view outside `given` masked.

        Raises:
            UsageError: a name is not a view.
        """
        unknown = [g for g in given if g not in self.views]
        if unknown:
            raise UsageError(f"there is no view '{unknown[0]}'; the views are {', '.join(self.names)}")
        keep = torch.tensor([n in given for n in self.names], device=self.mask.device)
        return Batch(self.views, self.mask & keep, self.ids)

    def to(self, like: Tensor) -> Batch:
        """The batch on the device and in the dtype of `like`."""
        views = {k: v.to(device=like.device, dtype=like.dtype) for k, v in self.views.items()}
        return Batch(views, self.mask.to(like.device), self.ids)
