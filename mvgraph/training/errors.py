"""How training can end before its time."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from mvgraph.errors import MvgraphError, Problem
from mvgraph.spec.model import Clip

if TYPE_CHECKING:
    from mvgraph.training.symptoms import Symptoms


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


class Unwritten(MvgraphError):  # noqa: N818 - reads as the sentence it stands for
    """A file of a run could not be written: no space, no permission, or its folder is gone.

    Arguments:
        error: of the system, with the name of the file.
        folder: the run folder.
        epochs: finished epochs that the folder holds.
    """

    def __init__(self, error: OSError, folder: Path, epochs: int) -> None:
        self.folder = folder
        self.epochs = epochs
        left = kept(folder, epochs) if epochs else "nothing is kept of the run"
        reason = (error.strerror or str(error)).lower()
        message = f"'{error.filename or folder}' cannot be written: {reason}; {left}"
        remedy = "see to it that there is space and permission" + (", and resume the run" if epochs else "")
        super().__init__(Problem("MVG808", ("training",), message, remedy))


class Failed(MvgraphError):  # noqa: N818 - reads as the sentence it stands for
    """Training went wrong.

    Arguments:
        what: what happened, and when.
        symptoms: what the model and the data looked like then.
        folder: the run folder; None where nothing was written.
        epochs: finished epochs that the folder holds; a folder that holds none is removed.
    """

    code: ClassVar[str]

    def __init__(self, what: str, symptoms: Symptoms, folder: Path | None = None, epochs: int = 0) -> None:
        self.what = what
        self.symptoms = symptoms
        self.folder = folder
        self.epochs = epochs
        left = kept(folder, epochs) if folder is None or epochs else "nothing is kept of it"
        message = f"{what}: {'; '.join([*_signs(symptoms), left])}"
        super().__init__(Problem(self.code, ("training",), message, "; ".join(_remedies(symptoms))))

    @property
    def warning(self) -> str:
        """The same as a warning, where training goes on."""
        return f"{self.what}: {'; '.join([*_signs(self.symptoms), *_remedies(self.symptoms)])}"

    def with_folder(self, folder: Path | None, epochs: int) -> Self:
        """The same, with what is kept."""
        return type(self)(self.what, self.symptoms, folder, epochs)


class NotFinite(Failed):
    """The objective, its gradient or a parameter became infinite or NaN."""

    code = "MVG802"


class Diverged(Failed):
    """The loss became so large that the model is worse than before training by orders of magnitude."""

    code = "MVG806"


MOST_NAMED = 3  # views, posteriors and numbers of a kind that a message names


def _signs(symptoms: Symptoms) -> Iterator[str]:
    """What can be seen, in words."""
    if symptoms.terms:
        others = len(symptoms.terms) - 1
        more = f" (then {others} more term{'s' * (others > 1)})" if others else ""
        yield f"the first term to go is {symptoms.terms[0]}{more}"
    if symptoms.rows:
        yield f"the rows are {_listed(symptoms.rows)}"
    if symptoms.spreads:
        yield ", ".join(f"{name} has scales up to {value:.3g}" for name, value in _most(symptoms.spreads))
    if symptoms.values:
        yield ", ".join(f"values of '{view}' reach {value:.4g}" for view, value in _most(symptoms.values))
    if symptoms.learnt:
        yield ", ".join(f"the learnt '{name}' is {value:.3g}" for name, value in _most(symptoms.learnt))


def _remedies(symptoms: Symptoms) -> Iterator[str]:
    """What helps, the likeliest first."""
    for name in symptoms.learnt:
        yield f"keep '{name}' between bounds: {{learnt: {{clamp: [0, 1]}}}}"
    if symptoms.rows:
        yield "look at these rows, or leave them out"
    if symptoms.values:
        yield f"standardise the columns of {' and '.join(map(repr, symptoms.values))}"
    yield f"lower the learning rate ({symptoms.rate:g})"
    clip = symptoms.clip
    yield "clip gradients (training: {clip: {norm: 1}})" if clip == Clip() else "clip gradients more"


def _most(facts: Mapping[str, float]) -> list[tuple[str, float]]:
    return list(facts.items())[:MOST_NAMED]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} more" if more > 0 else "")
