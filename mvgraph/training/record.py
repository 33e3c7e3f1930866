"""`record.json`: what a run was made of, readable, so that later data can be held against it."""

from __future__ import annotations

import importlib.metadata
import json
import math
import platform
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from mvgraph.data.batch import Batch
from mvgraph.data.columns import ColumnNames, listed
from mvgraph.data.fingerprints import Fingerprints, file_digest, view_digest
from mvgraph.data.tables import DataWarning
from mvgraph.errors import DataError, Problem
from mvgraph.files import replacing
from mvgraph.spec.model import Spec

RECORD = "record.json"
FORMAT = 1
KINDS = ("held-out", "new", "training", "")
PACKAGES = ("mvgraph", "torch", "lightning", "numpy", "safetensors")
VERSIONS = "versions.json"  # of runs that have no record


@dataclass(frozen=True)
class DataOrigin:
    """Where the data of a run come from.

    Arguments:
        command: the words of the command line; `python` where it was called from there.
        sources: what the user named as data.
        valid: what the user named as validation data of their own.
        files: the files that were read.
        fraction: the share of the rows that was held out by chance; None where rows were held out otherwise.
    """

    command: tuple[str, ...] = ("python",)
    sources: tuple[str, ...] = ()
    valid: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    fraction: float | None = None


@dataclass(frozen=True)
class Record:
    """What a run was made of.

    Arguments:
        command: how it was begun.
        seed: where its draws come from.
        fraction: the share of the rows that was held out by chance; None where rows were held out otherwise.
        data: the sources, those for validation, and the SHA-256 of each file.
        views: by view the names of its `columns`, the `classes` that occur, and a digest of the values in the training
            and in the held-out rows.
        training: the rows that it was trained on.
        held_out: the rows that it was judged by; None where none were.
        versions: of the packages that trained it.
        resumed: the commands that went on with it.
        transforms: of the data, by view; none yet.
    """

    command: Sequence[str]
    seed: int
    fraction: float | None
    data: Mapping[str, Any]
    views: Mapping[str, Mapping[str, Any]]
    training: Fingerprints
    held_out: Fingerprints | None
    versions: Mapping[str, str]
    resumed: Sequence[Sequence[str]] = ()
    transforms: Mapping[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> ColumnNames:
        """The names of the columns of each view that came from a table."""
        return {v: tuple(about["columns"]) for v, about in self.views.items() if about.get("columns")}

    def standing(self, data: Batch) -> list[str]:
        """What each row of some data is to the run: `held-out`, `training` or `new`; by id, else by its values.

        Rows of which that cannot be told, for they have no ids and lack a view, are "".
        """
        held = self.held_out or Fingerprints()
        known = ((held.ids, "held-out"), (self.training.ids, "training"))
        by_id = {str(i): kind for ids, kind in reversed(known) for i in ids}
        by_value = dict.fromkeys(self.training.digests, "training") | dict.fromkeys(held.digests, "held-out")
        prints = Fingerprints.of(data)
        comparable = bool(data.mask.any(0).all()) or bool(by_id and prints.ids)
        by_both = zip(prints.ids or [""] * len(data), prints.digests, strict=True)
        return [by_id.get(i) or by_value.get(d, "new" if comparable else "") for i, d in by_both]

    def changed(self, data: Batch) -> list[str]:
        """The ids of rows that the run knows with other values; of rows that have all views."""
        parts = [p for p in (self.training, self.held_out) if p is not None]
        known = {str(i): digest for p in parts for i, digest in zip(p.ids, p.digests, strict=bool(p.ids))}
        complete = data.mask.all(1).tolist()
        prints = Fingerprints.of(data)
        rows = zip(prints.ids, prints.digests, complete, strict=bool(prints.ids))
        return [i for i, digest, full in rows if full and known.get(i, digest) != digest]

    def parted(self, data: Batch) -> tuple[Batch, Batch]:
        """The rows that the run was trained on, and the others."""
        trained = torch.tensor([kind == "training" for kind in self.standing(data)], dtype=torch.bool)
        return data.rows(trained), data.rows(~trained)

    def sources_are_unchanged(self) -> bool:
        """Whether the files that it was trained on are where they were, and as they were."""
        files = {Path(f): digest for f, digest in self.data["files"].items()}
        return bool(self.data["sources"]) and all(f.is_file() and file_digest(f) == d for f, d in files.items())

    def count(self, data: Batch) -> dict[str, int]:
        """How many rows of some data are what to the run, see `standing`."""
        standing = self.standing(data)
        return {kind: standing.count(kind) for kind in KINDS if kind in standing}

    def resumed_by(self, command: Sequence[str]) -> Record:
        """The record of the run once a command goes on with it."""
        return replace(self, resumed=(*self.resumed, tuple(command)))

    def to_json(self) -> str:
        """The record as JSON; lists of rows stand in one line each."""
        parts = {"training": self.training, "held_out": self.held_out}
        split = {name: _plain(rows) for name, rows in parts.items() if rows is not None}
        plain = {
            "format": FORMAT,
            "command": list(self.command),
            "resumed": [list(c) for c in self.resumed],
            "seed": self.seed,
            "fraction": self.fraction,
            "data": self.data,
            "views": self.views,
            "transforms": self.transforms,
            "versions": self.versions,
            "split": split,
        }
        return _written(plain) + "\n"


def _plain(rows: Fingerprints) -> dict[str, list[Any]]:
    """Rows as plain data; ids only where they have some."""
    ids = {"ids": list(rows.ids)} if rows.ids else {}
    return {"rows": list(rows.places), **ids, "digests": list(rows.digests)}


def record_of(spec: Spec, seed: int, origin: DataOrigin, rows: Batch, held: Batch | None) -> Record:
    """The record of a run that begins.

    Arguments:
        spec: what is trained.
        seed: where every draw comes from.
        origin: where the data come from.
        rows: the rows to train on.
        held: the rows to judge by, if any.
    """
    files = {f: file_digest(Path(f)) for f in dict.fromkeys(origin.files) if Path(f).is_file()}
    data = {"sources": list(origin.sources), "valid": list(origin.valid), "files": files}
    views = {v: _about(spec, v, rows, held) for v in rows.names}
    held_out = Fingerprints.of(held) if held is not None else None
    training = Fingerprints.of(rows)
    return Record(origin.command, seed, origin.fraction, data, views, training, held_out, versions())


def _about(spec: Spec, view: str, rows: Batch, held: Batch | None) -> dict[str, Any]:
    """What is kept of a view."""
    names = {"columns": list(rows.columns[view])} if rows.columns.get(view) else {}
    likelihood = spec.view(view).likelihood
    values = rows.views[view][rows.mask[:, rows.names.index(view)]]
    one_hot = likelihood is not None and likelihood.word == "categorical" and values.dim() == 2
    classes = {"classes": values.argmax(1).unique().tolist()} if one_hot and len(values) else {}
    judged = {"held_out_sha256": view_digest(held, view)} if held is not None else {}
    return {**names, **classes, "training_sha256": view_digest(rows, view), **judged}


def warn_of_shared(rows: Batch, held: Batch) -> None:
    """Say that validation rows are training rows, too, by id or by their values."""
    names = shared_names(held, Fingerprints.of(rows))
    if names:
        said = f"{len(names)} of {len(held)} validation rows are in the training data, too, by id or by their values"
        warnings.warn(
            f"{said}: {listed(names)}; what they are judged by, they were trained on", DataWarning, stacklevel=3
        )


def shared_names(data: Batch, known: Fingerprints) -> list[str]:
    """What the rows are called that are among others, by id or by their values."""
    return [data.name(int(row)) for row in Fingerprints.of(data).among(known).nonzero()[0]]


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that train."""
    packages = {p: version(p) for p in PACKAGES} | {"torch": str(torch.__version__)}  # with the kind of its build
    return {"python": platform.python_version(), **packages}


def version(package: str) -> str:
    """The version of an installed package."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def write_record(folder: Path, record: Record) -> None:
    """`record.json`, whole or not at all."""
    with replacing(folder / RECORD) as path:
        path.write_text(record.to_json(), encoding="utf-8")


def read_record(folder: Path) -> Record | None:
    """What `record.json` says; None where it is not there, as in runs of before.

    Raises:
        DataError: the file is broken.
    """
    path = folder / RECORD
    if not path.exists():
        return None
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return _read(plain)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        remedy = "take the file from a copy of the run; without it (removed) the run still answers, unchecked"
        raise DataError(
            Problem("MVG832", (str(path),), f"cannot be read as the record of a run: {what}", remedy)
        ) from error


def _read(plain: Any) -> Record:
    parts = {
        n: Fingerprints(tuple(p["rows"]), tuple(p.get("ids", ())), tuple(p["digests"]))
        for n, p in plain["split"].items()
    }
    views = {str(v): dict(about) for v, about in plain["views"].items()}
    return Record(
        tuple(plain["command"]),
        int(plain["seed"]),
        plain["fraction"],
        dict(plain["data"]),
        views,
        parts["training"],
        parts.get("held_out"),
        dict(plain["versions"]),
        tuple(map(tuple, plain["resumed"])),
        dict(plain["transforms"]),
    )


def _written(value: Any, indent: str = "") -> str:
    """A value as JSON: one key a line, and lists of plain values in one."""
    if not isinstance(value, Mapping) or not value:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = indent + "  "
    lines = [f"{inner}{json.dumps(str(k), ensure_ascii=False)}: {_written(v, inner)}" for k, v in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def warn_of_versions(folder: Path, record: Record | None) -> None:
    """Say where a run was written by a version that this one cannot know."""
    then = record.versions.get("mvgraph", "") if record else _old_version(folder)
    if then is not None and not _number(then) <= _number(versions()["mvgraph"]):
        said = f"'{folder}' was written by mvgraph {then or 'of no version'}, this is {versions()['mvgraph']}"
        warnings.warn(f"{said}: it may mean something else here; use that version", DataWarning, stacklevel=3)


def _old_version(folder: Path) -> str | None:
    """The version that `versions.json` names; None where there is no such file, "" where it cannot be read."""
    try:
        return str(json.loads((folder / VERSIONS).read_text(encoding="utf-8"))["mvgraph"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError):
        return ""


def _number(version: str) -> tuple[float, ...]:
    """A version by its leading numbers, to be compared; beyond all others where it has none.

    >>> _number("0.2.1"), _number("x")
    ((0.0, 2.0, 1.0), (inf,))
    """
    numbers = re.match(r"\d+(\.\d+)*", version)
    return tuple(float(n) for n in numbers[0].split(".")) if numbers else (math.inf,)
