"""Files that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mvgraph.processes import is_alive

UNFINISHED = "unfinished"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to; the file takes the place of `path` only when it is whole."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{UNFINISHED}")
    try:
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        if error.filename in (None, str(unfinished)):
            error.filename = str(path)  # the name that the user knows
        raise
    finally:
        unfinished.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what processes that were killed while they wrote have left in a folder."""
    for path in folder.glob(f".*.{UNFINISHED}"):
        number = path.stem.rpartition(".")[2]
        if number.isdecimal() and not is_alive(int(number)):
            path.unlink(missing_ok=True)
