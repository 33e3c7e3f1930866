"""A run folder: everything that a run writes, each file whole or not at all."""

from __future__ import annotations

import csv
import errno
import os
import pickle
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO
from safetensors import SafetensorError
from safetensors.torch import load_model, save_model
from typing_extensions import override

from mvgraph.errors import DataError, Problem, UsageError
from mvgraph.files import replacing, sweep
from mvgraph.processes import is_first
from mvgraph.spec.model import Spec
from mvgraph.spec.writing import dump
from mvgraph.training.curves import draw
from mvgraph.training.errors import Interrupted
from mvgraph.training.record import RECORD
from mvgraph.training.sealing import require_seal, seal
from mvgraph.training.stages import PHASE

if TYPE_CHECKING:
    from mvgraph.module.model import Model

SPEC, WEIGHTS, METRICS = "spec.yaml", "weights.safetensors", "metrics.csv"
STATE, CURVES, AFTER = "state.ckpt", "curves.png", "after.json"
OWN = (SPEC, WEIGHTS, METRICS, RECORD, STATE, CURVES, AFTER)  # what a run writes
PROBE = 2**20  # bytes
Row = Mapping[str, float]


def prepare(folder: Path, resume: bool) -> None:
    """Make the folder for a new run, or look whether there is one to resume.

    Raises:
        UsageError: the folder holds something and is not to be resumed, or there is nothing to resume.
    """
    if not is_first():
        return  # the first process has looked, and begun to write
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"'{folder}' is a file; give a folder for the run")
    if resume and not (folder / SPEC).is_file():
        raise UsageError(f"there is no run to resume in '{folder}'")
    if folder.exists():
        sweep(folder)
    if not resume and folder.exists() and any(folder.iterdir()):
        raise UsageError(f"the folder '{folder}' is not empty; give another one, or resume the run that it holds")
    folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[Path]:
    """As `replacing`, where a library writes that has errors of its own for what the system refuses.

    Raises:
        OSError: of the system.
    """
    with replacing(path) as unfinished:
        try:
            yield unfinished
        except (SafetensorError, RuntimeError) as error:
            number = re.search(r"os error (\d+)", str(error))
            if number is None and unfinished.exists():
                with unfinished.open("ab") as stream:  # torch does not say why; whoever tries hears it
                    stream.write(bytes(PROBE))
            code = int(number[1]) if number else errno.EIO
            raise OSError(code, os.strerror(code), str(path)) from error


@contextmanager
def leaving_nothing(folder: Path | None) -> Iterator[None]:
    """A run that fails before a state of it is kept leaves no folder behind, nor one above it that was made for it.

    Arguments:
        folder: of a new run; None where there is none, or it goes on with another.
    """
    made = [] if folder is None else [p for p in (folder, *folder.parents) if not p.exists()]
    empty = folder is not None and (folder in made or (folder.is_dir() and not any(folder.iterdir())))
    try:
        yield
    except Interrupted:
        raise
    except Exception:
        if folder is not None and empty and is_first() and not (folder / STATE).exists():
            with suppress(OSError):  # somebody else's file is in it, or it may not be written
                for name in OWN:
                    (folder / name).unlink(missing_ok=True)
                for path in made:
                    path.rmdir()
        raise


def write_spec(folder: Path, spec: Spec) -> None:
    """`spec.yaml`: what is trained."""
    with replacing(folder / SPEC) as path:
        path.write_text(dump(spec), encoding="utf-8")


def write_weights(folder: Path, model: Model, epoch: int) -> None:
    """`weights.safetensors`: all parameters and buffers by name after an epoch, under a seal."""
    with _writing(folder / WEIGHTS) as path:
        save_model(model, str(path), seal(model, epoch))
        path.chmod((folder / SPEC).stat().st_mode)  # safetensors lets only the owner read


def read_weights(folder: Path, model: Model) -> None:
    """Put the weights of a run into its model.

    Raises:
        DataError: there are none, they are those of another model, or they are damaged.
    """
    path = folder / WEIGHTS
    try:
        require_seal(path, model)
        load_model(model, str(path))
    except (OSError, SafetensorError, RuntimeError, ValueError, AttributeError) as error:
        raise DataError(
            Problem("MVG804", (str(path),), f"cannot be read as the weights of this model: {error}")
        ) from error
    broken = [n for n, p in model.named_parameters() if not bool(torch.isfinite(p.detach()).all())]
    if broken:
        message = f"holds numbers that are not finite, as in '{broken[0]}': no answer can be computed from them"
        raise DataError(Problem("MVG804", (str(path),), message, "train the model anew"))


def write_metrics(folder: Path, rows: Sequence[Row]) -> None:
    """`metrics.csv`: one row an epoch, one column for each printed term of each part of the data."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with replacing(folder / METRICS) as path, path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows({n: repr(v) for n, v in row.items()} for row in rows)


def read_metrics(folder: Path) -> tuple[Row, ...]:
    """The rows of `metrics.csv`; none where it is not there.

    Raises:
        DataError: the file is broken.
    """
    path = folder / METRICS
    if not path.exists():
        return ()
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = [{n: float(v) for n, v in row.items() if v} for row in csv.DictReader(stream)]
    except (OSError, ValueError, TypeError, csv.Error) as error:
        raise DataError(Problem("MVG804", (str(path),), f"cannot be read: {error}")) from error
    return tuple(row | {n: int(row[n]) for n in ("epoch", PHASE) if n in row} for row in rows)


def write_curves(folder: Path, rows: Sequence[Row], phases: Sequence[str] = ()) -> None:
    """`curves.png`: how every term went, phase by phase."""
    if rows:
        with replacing(folder / CURVES) as path:
            draw(rows, phases).savefig(path, format="png", dpi=120)


class StateIO(TorchCheckpointIO):
    """Lightning's state files: written whole or not at all, and read without running code from them."""

    @override
    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any | None = None) -> None:
        """Write the state; the folder is made where it is not there, as `ModelCheckpoint(dirpath=...)` expects."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with _writing(Path(path)) as unfinished:
            torch.save(checkpoint, unfinished)

    @override
    def load_checkpoint(self, path: Any, map_location: Any = "cpu", weights_only: bool | None = None) -> dict[str, Any]:
        """Read the state, which holds tensors and plain values only."""
        return read_state(Path(path))


def _require_sums(path: Path) -> None:
    """Check the sums that the archive keeps of its members, which torch does not look at."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                raise zipfile.BadZipFile("its numbers are not those that were written")


def read_state(path: Path) -> dict[str, Any]:
    """A state file: tensors and plain values.

    Raises:
        DataError: the file is broken, or holds anything else.
    """
    try:
        _require_sums(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, ValueError, KeyError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        reason = (str(error) or "it is empty").splitlines()[0]
        message = f"cannot be read as the state of a run: {reason}"
        raise DataError(Problem("MVG804", (str(path),), message)) from error
    if not isinstance(state, dict):
        raise DataError(Problem("MVG804", (str(path),), "is not the state of a run"))
    return state
