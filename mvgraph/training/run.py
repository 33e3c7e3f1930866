"""A finished run: its folder, its metrics and its model."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mvgraph.data.tables import DataWarning
from mvgraph.errors import UsageError
from mvgraph.module.model import Model, compile  # noqa: A004 - the public verb
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.training.finishing import read_outcomes
from mvgraph.training.folder import SPEC, WEIGHTS, read_metrics, read_weights
from mvgraph.training.record import RECORD, Record, read_record, warn_of_versions
from mvgraph.training.sealing import sealed_epoch
from mvgraph.vocab.after import Outcome


@dataclass(frozen=True, eq=False)
class Run:
    """What training leaves behind.

    Arguments:
        folder: where it is kept; None where nothing was written.
        metrics: one row an epoch: `epoch`, the number of its `phase` where there are any, `seconds`, and `train` and
            `valid` means of the total and every term.
        model: the trained model, ready to answer.
        after: what the hooks that ran after fitting did.
        record: what it was made of; None where nothing was written, or by runs of before.
        epoch: whose weights the model has: the last, or the best; None where the folder does not say so.
    """

    folder: Path | None
    metrics: tuple[Mapping[str, float], ...]
    model: Model
    after: tuple[Outcome, ...] = ()
    record: Record | None = None
    epoch: int | None = None

    @classmethod
    def load(cls, folder: str | Path, compile: Callable[[Spec], Model] = compile) -> Run:  # noqa: A002 - the public verb
        """Read a run back from its folder: the spec, the weights, the metrics, what hooks did; no code is run from it.

        Raises:
            UsageError: the folder holds no run. DataError: a file of it is broken.
        """
        folder = Path(folder)
        absent = [name for name in (SPEC, WEIGHTS) if not (folder / name).is_file()]
        if absent:
            raise UsageError(f"'{folder}' is not the folder of a run: it has no {' and no '.join(absent)}")
        model = compile(load(folder / SPEC))
        read_weights(folder, model)
        record = read_record(folder)
        if record is None:
            said = f"'{folder}' has no {RECORD}: the order of columns and the rows that were trained on are not known"
            warnings.warn(said, DataWarning, stacklevel=2)
        warn_of_versions(folder, record)
        model.columns = record.columns if record else None
        epoch = sealed_epoch(folder / WEIGHTS)
        return cls(folder, read_metrics(folder), model.eval(), read_outcomes(folder), record, epoch)
