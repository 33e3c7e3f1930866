"""Lightning without its talk: what it says is said by the run itself, or does not apply."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

TALKERS = ("lightning", "lightning.pytorch", "lightning.fabric", "lightning_utilities")
HINTS = (
    r".*does not have many workers.*",  # nothing is loaded by workers: the data are in memory
    r".*LeafSpec.*",  # a name in torch that Lightning still uses
    r".*sync_dist=True.*",  # values are summed over processes before they are logged
    r".*is smaller than the logging interval.*",  # metrics are logged by epoch
    r".*`on_epoch=True`.*",
    r".*Checkpoint directory .* exists and is not empty.*",
    r".*isinstance\(treespec, LeafSpec\).*",
    r".*available but not used.*",
    r".*`srun` command is available.*",
)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence Lightning's log below errors and its hints; both are put back afterwards."""
    loggers = [logging.getLogger(name) for name in TALKERS]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        for hint in HINTS:
            warnings.filterwarnings("ignore", message=hint)
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
