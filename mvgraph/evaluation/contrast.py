"""Two objectives as numbers: every term of both, on the same rows, with the same parameters and the same noise."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.data.tables import Tables
from mvgraph.errors import UsageError
from mvgraph.evaluation.stage import Stage, made_up, own
from mvgraph.module.interpreter import interpret
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise, family_of_stream
from mvgraph.objective.atoms import Atom
from mvgraph.objective.difference.delta import Difference
from mvgraph.objective.difference.naming import renamed
from mvgraph.objective.difference.numbers import Contrast, Line, Number, contrasted
from mvgraph.training.run import Run

MADE_UP, OF_DATA = 32, 256  # rows, unless it is said how many
AT_ONCE = 2048  # rows that are evaluated together
Values = dict[str, tuple[Atom, Tensor]]  # of every term by its text: one value for every repeat, `(repeat,)`


@torch.no_grad()
def contrast(
    delta: Difference,
    *,
    data: Batch | Tables | Mapping[str, Any] | None = None,
    run: Run | None = None,
    rows: int | None = None,
    repeats: int = 64,
    seed: int = 0,
) -> Contrast:
    """Both objectives by the reference interpreter; `mvgraph.contrast` says what the arguments are."""
    if run is not None and data is None:
        raise UsageError("the parameters of a run are for data like its own; give data, too")
    if repeats < 2 or (rows is not None and rows < 1):
        raise UsageError("numbers need one row at least, and two repeats")
    stage = made_up(delta, rows or MADE_UP, seed) if data is None else own(delta, data, run, rows or OF_DATA, seed)
    return staged(stage, repeats, seed)


@torch.no_grad()
def staged(stage: Stage, repeats: int, seed: int) -> Contrast:
    """Evaluate two models on a stage.

    Arguments:
        stage: the models and the rows.
        repeats: how often noise is drawn for each row.
        seed: of the noise.
    """
    ours, theirs = _values(stage, repeats, seed)
    atoms = {text: atom for text, (atom, _) in (*ours.items(), *theirs.items())}
    nothing = torch.zeros_like(next(v for _, v in (*ours.values(), *theirs.values())))
    both = {t: tuple(side[t][1] if t in side else nothing for side in (ours, theirs)) for t in atoms}
    sums = [sum(side, nothing) for side in zip(*both.values(), strict=True)]
    whole = float((sums[1] - sums[0]).mean())
    lines = (_line(text, a, b, whole, atoms[text]) for text, (a, b) in both.items())
    about = (*stage.about, f"{repeats} draws of the noise")
    return contrasted(lines, _line("sum", sums[0], sums[1], whole), about)


def _line(term: str, a: Tensor, b: Tensor, whole: float, atom: Atom | None = None) -> Line:
    gap = _mean(b - a)
    return Line(term, _mean(a), _mean(b), gap, gap[0] / whole if whole else math.nan, atom)


def _mean(values: Tensor) -> Number:
    return float(values.mean()), float(values.std() / len(values) ** 0.5)


def _values(stage: Stage, repeats: int, seed: int) -> tuple[Values, Values]:
    """The values of the terms of both; a statistic of a batch sees the rows once each, as in training."""
    batchwise = any(made.plan.batchwise for made in stage.models)
    many = 1 if batchwise else max(1, AT_ONCE // len(stage.rows))
    both: tuple[Values, Values] = ({}, {})
    for first in range(0, repeats, many):
        at = slice(first, min(first + many, repeats))
        batch = stage.rows.rows(torch.arange(len(stage.rows)).repeat(at.stop - first))
        for found, made in zip(both, stage.models, strict=True):
            for atom, values in _evaluated(made, batch, at.stop - first, f"{first} {seed}"):
                _, whole = found.setdefault(str(atom), (atom, torch.zeros(repeats, dtype=torch.double)))
                whole[at] += values  # random sets may not occur in every part
    return both


def _evaluated(made: Model, batch: Batch, repeats: int, seed: str) -> Iterator[tuple[Atom, Tensor]]:
    """The mean over the rows of every term, `(repeat,)`, with its atom in one form for every order of the views."""
    account = interpret(made.spec, made.networks, batch, _noise(made, len(batch), seed), made.networks.values())
    for line, values in account.terms.items():
        yield renamed(account.atoms[line]), values.reshape(repeats, -1).mean(1)


def _noise(made: Model, rows: int, seed: str) -> Noise:
    """Noise that depends on what is drawn, and not on the model that draws it."""
    like = torch.zeros((), dtype=torch.double)
    streams = {}
    for stream in made.plan.streams:
        shape = (stream.samples, rows, made.spec.dim(stream.ref.node, stream.ref.view))
        name = f"{stream.ref} {stream.source} {sorted(stream.views)}"
        streams[stream] = family_of_stream(made.spec, stream).noise(shape, _generator(name, seed), like)
    sets = torch.rand(made.plan.random_sets, rows, 1 + len(made.spec.views), generator=_generator("", seed)).double()
    return Noise(streams, sets)


def _generator(name: str, seed: str) -> torch.Generator:
    return torch.Generator().manual_seed(zlib.crc32(f"{name} {seed}".encode()))
