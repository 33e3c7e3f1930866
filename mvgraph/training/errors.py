"""How training can end before its time."""

from __future__ import annotations

import signal
from pathlib import Path

from mvgraph.errors import MvgraphError, Problem


class Interrupted(MvgraphError):  # noqa: N818 - what happened is not an error
    """Training was stopped from outside: by Ctrl-C, or by a signal that ends processes.

    Arguments:
        folder: the run folder, from which training can go on; None where nothing was written.
        epochs: finished epochs that the folder holds.
        of: the number of epochs that were asked for.
        signum: what stopped it.
    """

    def __init__(self, folder: Path | None, epochs: int, of: int, signum: signal.Signals = signal.SIGINT) -> None:
        self.folder = folder
        self.epochs = epochs
        self.of = of
        self.signum = signum
        by = "" if signum == signal.SIGINT else f" by {signum.name}"
        remedy = "resume the run from this folder" if folder else "give an output folder, to be able to resume"
        message = f"interrupted{by} after {epochs} of {of} epochs; {kept(folder, epochs)}"
        super().__init__(Problem("MVG801", ("training",), message, remedy))


def kept(folder: Path | None, epochs: int) -> str:
    """What is left of a run that ended before its time, in words.

    Arguments:
        folder: the run folder, if any.
        epochs: finished epochs that it holds.

    >>> kept(Path("runs/a"), 3), kept(Path("runs/a"), 0)
    ("'runs/a' holds the state after epoch 3", "'runs/a' holds the spec and no state yet")
    """
    if folder is None:
        return "no folder was given, so nothing is kept"
    return f"'{folder}' holds {f'the state after epoch {epochs}' if epochs else 'the spec and no state yet'}"


class NotFinite(MvgraphError):  # noqa: N818 - reads as the sentence it stands for
    """The objective or a parameter became infinite or NaN."""

    def __init__(self, what: str, folder_note: str = "") -> None:
        remedy = "lower the learning rate, clip gradients (training: clip), or look at the scale of the data"
        super().__init__(Problem("MVG802", ("training",), f"{what}{folder_note}", remedy))
