"""What trains and answers, loaded when it is first used: `mvgraph list` must not wait for torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvgraph.deferring import attach

if TYPE_CHECKING:
    from lightning import Trainer
    from lightning.fabric.utilities.exceptions import MisconfigurationException

    from mvgraph.data.doubts import improper
    from mvgraph.data.filling import complete
    from mvgraph.data.loading import read
    from mvgraph.data.splitting import split
    from mvgraph.data.tables import Tables
    from mvgraph.data.validation import batch
    from mvgraph.evaluation.gallery import Block, Strip, arrange
    from mvgraph.evaluation.painting import painter
    from mvgraph.evaluation.summary import report
    from mvgraph.module.distributions import acceptance
    from mvgraph.module.model import compile  # noqa: A004
    from mvgraph.training.fitting import fit
    from mvgraph.training.quiet import quiet
    from mvgraph.training.run import Run
else:
    __getattr__ = attach(
        __name__,
        {
            "Block": "mvgraph.evaluation.gallery",
            "MisconfigurationException": "lightning.fabric.utilities.exceptions",
            "Run": "mvgraph.training.run",
            "Strip": "mvgraph.evaluation.gallery",
            "Tables": "mvgraph.data.tables",
            "Trainer": "lightning",
            "acceptance": "mvgraph.module.distributions",
            "arrange": "mvgraph.evaluation.gallery",
            "batch": "mvgraph.data.validation",
            "compile": "mvgraph.module.model",
            "complete": "mvgraph.data.filling",
            "fit": "mvgraph.training.fitting",
            "improper": "mvgraph.data.doubts",
            "painter": "mvgraph.evaluation.painting",
            "quiet": "mvgraph.training.quiet",
            "read": "mvgraph.data.loading",
            "report": "mvgraph.evaluation.summary",
            "split": "mvgraph.data.splitting",
        },
    )


__all__ = [
    "Block",
    "MisconfigurationException",
    "Run",
    "Strip",
    "Tables",
    "Trainer",
    "acceptance",
    "arrange",
    "batch",
    "compile",
    "complete",
    "fit",
    "improper",
    "painter",
    "quiet",
    "read",
    "report",
    "split",
]
