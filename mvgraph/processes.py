"""Which process of a run this is: for every further device, Lightning starts the same command again."""

from __future__ import annotations

import os

RANKS = ("RANK", "LOCAL_RANK", "SLURM_PROCID", "JSM_NAMESPACE_RANK")  # where launchers put a process's number


def is_first() -> bool:
    """Whether this is the process that speaks to the user and writes files.

    >>> is_first()
    True
    """
    numbers = [os.environ[name] for name in RANKS if name in os.environ]
    return not numbers or numbers[0] == "0"
