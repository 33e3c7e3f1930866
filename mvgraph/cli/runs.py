"""A finished run and the data that it is asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mvgraph.cli import engine
from mvgraph.cli.guarding import say
from mvgraph.cli.options import Align
from mvgraph.deferring import defer
from mvgraph.errors import DataError, Problem
from mvgraph.files import replacing
from mvgraph.spec.model import Spec

if TYPE_CHECKING:
    import torch

    from mvgraph.data.batch import Batch
    from mvgraph.data.columns import ColumnNames
else:
    torch = defer("torch")


def rows(
    spec: Spec,
    sources: Sequence[str],
    needed: Sequence[str] | None,
    skip_empty: bool,
    align: Align,
    columns: ColumnNames | None,
) -> Batch:
    """The rows of some files as a run wants them; views that are neither there nor needed count as missing.

    How many rows have which views is said.

    Arguments:
        spec: the model, with its views.
        sources: where the data are.
        needed: the views that have to be there.
        skip_empty: leave rows without any view out, and do not refuse them.
        align: how rows of different files are paired.
        columns: the names of the columns that the model was trained on, in whose order tables are put.

    Raises:
        DataError: the data do not fit the spec, or lack a view that is needed; all problems at once.
    """
    tables = engine.in_order(engine.read(sources, spec, align), columns)
    absent = [v for v in spec.view_names if v not in tables.views]
    missing = [v for v in needed or () if v in absent]
    if missing:
        listed = ", ".join(f"'{v}'" for v in missing)
        raise DataError(Problem("MVG710", ("data",), f"the data lack {listed}, which --given names"))
    whole = engine.batch(spec, tables, on_empty="skip" if skip_empty else "refuse", partial=True)
    say(whole.counted())
    return _with_evidence(whole, needed, skip_empty) if needed else whole


def say_left_out(spec: Spec, made: Sequence[str]) -> None:
    """Say which scored views are in no answer, for no term trains their decoders."""
    left = [v for v in spec.scored_views if v not in made]
    if left and made:
        say(f"left out, for no term trains a decoder of it: {', '.join(left)}")


def _with_evidence(data: Batch, given: Sequence[str], skip: bool) -> Batch:
    """The rows that have one of the views in `given`; the others are skipped with a count, or refused by name."""
    there = data.only(given).mask.any(1)
    empty = [data.name(i) for i in (~there).nonzero().flatten().tolist()]
    if empty and (not skip or len(empty) == len(data)):
        names = f"{', '.join(empty[:5])}{f' and {len(empty) - 5} more' if len(empty) > 5 else ''}"
        text = f"rows without any view of --given: {names}"
        raise DataError(Problem("MVG715", ("data",), text, "give other views, or leave such rows out by --skip-empty"))
    if empty:
        say(f"{len(empty)} of {len(data)} rows have no view of --given and are skipped")
    return data.rows(there) if empty else data


def generator(seed: int) -> torch.Generator:
    """Randomness from a seed."""
    return torch.Generator().manual_seed(seed)


def ids(data: Batch) -> np.ndarray[Any, np.dtype[np.str_]]:
    """The names of the rows, or their places in the data where they have none, `(row,)`."""
    return np.array([data.name(row) for row in range(len(data))])


def save_npz(file: Path, arrays: Mapping[str, Any]) -> None:
    """Arrays as one `.npz`, whole or not at all."""
    with replacing(file) as path, path.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)
