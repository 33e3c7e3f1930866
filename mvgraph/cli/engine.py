"""What trains and answers, loaded when it is first used: `mvgraph list` must not wait for torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lazy_loader as lazy

if TYPE_CHECKING:
    from lightning import Trainer
    from lightning.fabric.utilities.exceptions import MisconfigurationException

    from mvgraph.data.filling import complete
    from mvgraph.data.loading import read
    from mvgraph.data.splitting import split
    from mvgraph.data.tables import Tables
    from mvgraph.data.validation import batch
    from mvgraph.evaluation.gallery import Block, Strip, arrange
    from mvgraph.evaluation.painting import painter
    from mvgraph.evaluation.summary import report
    from mvgraph.module.model import compile  # noqa: A004
    from mvgraph.training.fitting import fit
    from mvgraph.training.quiet import quiet
    from mvgraph.training.run import Run
else:
    _attached, __dir__, _names = lazy.attach(
        "mvgraph",
        submod_attrs={
            "data.filling": ["complete"],
            "data.loading": ["read"],
            "data.splitting": ["split"],
            "data.tables": ["Tables"],
            "data.validation": ["batch"],
            "evaluation.gallery": ["Block", "Strip", "arrange"],
            "evaluation.painting": ["painter"],
            "evaluation.summary": ["report"],
            "module.model": ["compile"],
            "training.fitting": ["fit"],
            "training.quiet": ["quiet"],
            "training.run": ["Run"],
        },
    )
    _lightning, _, _ = lazy.attach(
        "lightning", submod_attrs={"pytorch": ["Trainer"], "fabric.utilities.exceptions": ["MisconfigurationException"]}
    )

    def __getattr__(name: str) -> Any:
        return _lightning(name) if name in ("MisconfigurationException", "Trainer") else _attached(name)


__all__ = [
    "Block",
    "MisconfigurationException",
    "Run",
    "Strip",
    "Tables",
    "Trainer",
    "arrange",
    "batch",
    "compile",
    "complete",
    "fit",
    "painter",
    "quiet",
    "read",
    "report",
    "split",
]
