"""What `mvgraph diff --numeric` is about: made-up rows, or data and a run of the user's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvgraph.cli import engine
from mvgraph.cli.options import Align
from mvgraph.deferring import defer
from mvgraph.drawing.delta.comparison import Comparison
from mvgraph.errors import UsageError
from mvgraph.interface.objectives import contrast, diff
from mvgraph.interface.specs import load
from mvgraph.objective.difference.numbers import Contrast

if TYPE_CHECKING:
    from mvgraph.cli import runs
else:
    runs = defer("mvgraph.cli.runs")

REPEATS = 64


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Arguments:
        data: rows of the user's; made up, unless given.
        run: a finished run, whose parameters both models get.
        rows, repeats, seed: how many rows, how many draws of the noise, and where all numbers come from.
        skip_empty: leave rows without any view out.
        align: whether rows of several files are joined by id or paired by position.
    """

    data: tuple[str, ...] = ()
    run: Path | None = None
    rows: int | None = None
    repeats: int = REPEATS
    seed: int = 0
    skip_empty: bool = False
    align: Align = "id"


def compared(a: str, b: str, asked: Asked | None, **how: Any) -> tuple[Comparison, Contrast | None]:
    """Two models compared, at the views of the data where some are given; and both as numbers, if that is asked for.

    Raises:
        UsageError: a run without data. DataError: the data do not fit.
    """
    if asked is None:
        return diff(a, b, **how), None
    if asked.run is not None and not asked.data:
        raise UsageError("the parameters of a run are for data like its own; give --data, too")
    if not asked.data:
        delta = diff(a, b, **how)
        return delta, contrast(delta, rows=asked.rows, repeats=asked.repeats, seed=asked.seed)
    specs = [load(m) for m in (a, b)]
    run = engine.Run.load(asked.run) if asked.run else None
    columns = run.model.columns if run else None
    tables = engine.in_order(engine.read(asked.data, specs[0], asked.align), columns)
    one, other = (engine.complete(spec, tables)[0] for spec in specs)
    delta = diff(one, other, **how)
    seen = runs.rows(one, asked.data, None, asked.skip_empty, asked.align, columns)
    return delta, contrast(delta, data=seen, run=run, rows=asked.rows, repeats=asked.repeats, seed=asked.seed)
