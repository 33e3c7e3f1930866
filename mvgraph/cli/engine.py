"""What trains and answers, loaded when it is first used: `mvgraph list` must not wait for torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvgraph.deferring import attach

if TYPE_CHECKING:
    from lightning import Trainer
    from lightning.fabric.utilities.exceptions import MisconfigurationException

    from mvgraph.data.columns import in_order, listed
    from mvgraph.data.doubts import improper
    from mvgraph.data.filling import complete
    from mvgraph.data.fingerprints import Fingerprints
    from mvgraph.data.loading import read
    from mvgraph.data.splitting import split
    from mvgraph.data.tables import DataWarning, Tables
    from mvgraph.data.validation import batch
    from mvgraph.evaluation.gallery import Block, Strip, arrange
    from mvgraph.evaluation.painting import painter
    from mvgraph.evaluation.summary import (
        WRITTEN,
        all_held_out,
        all_training,
        judged_in_words,
        not_known,
        report,
    )
    from mvgraph.module.distributions import acceptance
    from mvgraph.module.model import compile  # noqa: A004
    from mvgraph.training.fitting import fit
    from mvgraph.training.quiet import quiet
    from mvgraph.training.record import DataOrigin, read_record, shared_names
    from mvgraph.training.run import Run
else:
    __getattr__ = attach(
        __name__,
        {
            "Block": "mvgraph.evaluation.gallery",
            "DataWarning": "mvgraph.data.tables",
            "Fingerprints": "mvgraph.data.fingerprints",
            "MisconfigurationException": "lightning.fabric.utilities.exceptions",
            "DataOrigin": "mvgraph.training.record",
            "Run": "mvgraph.training.run",
            "Strip": "mvgraph.evaluation.gallery",
            "Tables": "mvgraph.data.tables",
            "Trainer": "lightning",
            "WRITTEN": "mvgraph.evaluation.summary",
            "acceptance": "mvgraph.module.distributions",
            "all_held_out": "mvgraph.evaluation.summary",
            "all_training": "mvgraph.evaluation.summary",
            "arrange": "mvgraph.evaluation.gallery",
            "batch": "mvgraph.data.validation",
            "compile": "mvgraph.module.model",
            "complete": "mvgraph.data.filling",
            "fit": "mvgraph.training.fitting",
            "improper": "mvgraph.data.doubts",
            "in_order": "mvgraph.data.columns",
            "judged_in_words": "mvgraph.evaluation.summary",
            "listed": "mvgraph.data.columns",
            "not_known": "mvgraph.evaluation.summary",
            "painter": "mvgraph.evaluation.painting",
            "quiet": "mvgraph.training.quiet",
            "read": "mvgraph.data.loading",
            "read_record": "mvgraph.training.record",
            "report": "mvgraph.evaluation.summary",
            "shared_names": "mvgraph.training.record",
            "split": "mvgraph.data.splitting",
        },
    )


__all__ = [
    "WRITTEN",
    "Block",
    "DataOrigin",
    "DataWarning",
    "Fingerprints",
    "MisconfigurationException",
    "Run",
    "Strip",
    "Tables",
    "Trainer",
    "acceptance",
    "all_held_out",
    "all_training",
    "arrange",
    "batch",
    "compile",
    "complete",
    "fit",
    "improper",
    "in_order",
    "judged_in_words",
    "listed",
    "not_known",
    "painter",
    "quiet",
    "read",
    "read_record",
    "report",
    "shared_names",
    "split",
]
