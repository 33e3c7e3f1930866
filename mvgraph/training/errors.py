"""How training can end before its time."""

from __future__ import annotations

from pathlib import Path

from mvgraph.errors import MvgraphError, Problem


class Interrupted(MvgraphError):  # noqa: N818 - what happened is not an error
    """Training was stopped from outside.

    Arguments:
        folder: the run folder, from which training can go on; None where nothing was written.
        epochs: finished epochs that the folder holds.
        of: the number of epochs that were asked for.
    """

    def __init__(self, folder: Path | None, epochs: int, of: int) -> None:
        self.folder = folder
        self.epochs = epochs
        self.of = of
        kept = (
            f"'{folder}' holds the state after epoch {epochs}" if folder else "no folder was given, so nothing is kept"
        )
        remedy = "resume the run from this folder" if folder else "give an output folder, to be able to resume"
        super().__init__(Problem("MVG801", ("training",), f"interrupted after {epochs} of {of} epochs; {kept}", remedy))


class NotFinite(MvgraphError):  # noqa: N818 - reads as the sentence it stands for
    """The objective or a parameter became infinite or NaN."""

    def __init__(self, what: str, folder_note: str = "") -> None:
        remedy = "lower the learning rate, clip gradients (training: clip), or look at the scale of the data"
        super().__init__(Problem("MVG802", ("training",), f"{what}{folder_note}", remedy))
