"""The hooks that run once a model is fitted, and what they leave in the folder of its run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from mvgraph.data.batch import Batch
from mvgraph.errors import DataError, Problem
from mvgraph.files import replacing
from mvgraph.module.model import Model
from mvgraph.training.folder import AFTER
from mvgraph.vocab.after import Outcome


def finish(model: Model, data: Batch) -> tuple[Outcome, ...]:
    """Run the hooks of a model's spec, in their order.

    Arguments:
        model: the fitted model; hooks change it in place.
        data: the rows that it was fitted to.
    """
    return tuple(hook.apply(model, data) for hook in model.spec.training.after)


def write_outcomes(folder: Path, outcomes: Sequence[Outcome]) -> None:
    """`after.json`: what every hook did; no file where there is no hook."""
    if outcomes:
        with replacing(folder / AFTER) as path:
            text = json.dumps([asdict(o) for o in outcomes], indent=2, ensure_ascii=False, allow_nan=False)
            path.write_text(text + "\n", encoding="utf-8")


def read_outcomes(folder: Path) -> tuple[Outcome, ...]:
    """What hooks did, by `after.json`; nothing where it is not there.

    Raises:
        DataError: the file is broken.
    """
    path = folder / AFTER
    if not path.exists():
        return ()
    try:
        return tuple(Outcome(**one) for one in json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise DataError(Problem("MVG804", (str(path),), f"cannot be read: {error}")) from error
