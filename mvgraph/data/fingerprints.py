"""Digests of data: whether rows, views and files are those that they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mvgraph.data.batch import Batch
from mvgraph.data.tables import Array, Flags

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 16384  # rows whose bytes are laid side by side at a time


@dataclass(frozen=True)
class Fingerprints:
    """Rows as they are recognised later.

    Arguments:
        places: where each row stood in the user's data, counted from zero.
        ids: their ids, where they have some.
        digests: a digest of each row's values.
    """

    places: Sequence[int] = ()
    ids: Sequence[str] = ()
    digests: Sequence[str] = ()

    @classmethod
    def of(cls, data: Batch) -> Fingerprints:
        """The fingerprints of the rows of a batch."""
        places = range(len(data)) if data.places is None else data.places.tolist()
        return cls(tuple(places), tuple(map(str, data.ids)), row_digests(data))

    @property
    def names(self) -> tuple[str, ...]:
        """What each row is called: its id, else its place."""
        return tuple(self.ids or map(str, self.places))

    def among(self, others: Fingerprints) -> Flags:
        """Which of these rows others are too, by id or by their values: bool `(row,)`."""
        ids, digests = others._id_set, others._digest_set
        by_id = [i in ids for i in self.ids] or [False] * len(self.digests)
        return np.array([i or d in digests for i, d in zip(by_id, self.digests, strict=True)], dtype=bool)

    @cached_property
    def _id_set(self) -> frozenset[str]:
        return frozenset(self.ids)

    @cached_property
    def _digest_set(self) -> frozenset[str]:
        return frozenset(self.digests)


def row_digests(data: Batch) -> tuple[str, ...]:
    """16 hexadecimal digits a row, from which views it has and their values in single precision.

    >>> import torch
    >>> data = Batch({"a": torch.tensor([[1.0], [2.0], [1.0]])}, torch.ones(3, 1, dtype=torch.bool))
    >>> first, second, third = row_digests(data)
    >>> first == third != second
    True
    """
    starts = range(0, len(data), CHUNK)
    return tuple(d for start in starts for d in _chunk_digests(data, slice(start, start + CHUNK)))


def _chunk_digests(data: Batch, rows: slice) -> Iterator[str]:
    """The digests of some rows, whose bytes are laid side by side once and not row by row."""
    mask = data.mask[rows].numpy(force=True)
    parts = [mask, *(_there(values[rows], mask[:, at]) for at, values in enumerate(data.views.values()))]
    table = np.concatenate([np.ascontiguousarray(p.reshape(len(mask), -1)).view(np.uint8) for p in parts], axis=1)
    content, width = table.data.cast("B"), table.shape[1]
    for start in range(0, len(content), width):
        yield hashlib.blake2b(content[start : start + width], digest_size=8).hexdigest()


def view_digest(data: Batch, view: str) -> str:
    """The SHA-256 of a view: which rows have it, and their values in single precision."""
    mask = data.mask[:, data.names.index(view)].numpy(force=True)
    digest = hashlib.sha256(mask.tobytes())
    digest.update(np.ascontiguousarray(_there(data.views[view], mask)).data)
    return digest.hexdigest()


def text_digest(lines: Sequence[str]) -> str:
    """The SHA-256 of texts in their order."""
    return hashlib.sha256("\n".join(lines).encode(errors="surrogatepass")).hexdigest()


def file_digest(file: Path) -> str:
    """The SHA-256 of a file, as `sha256sum` gives it."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _there(values: Tensor, seen: Flags) -> Array:
    """The values in single precision, zeros in rows that lack the view; `(row, *shape)`."""
    single = values.float().numpy(force=True)
    return np.where(seen.reshape(-1, *[1] * (single.ndim - 1)), single, np.float32(0)) + np.float32(0)  # no -0
