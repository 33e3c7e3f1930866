"""Two objectives as numbers: every term of both, on the same rows, with the same parameters and the same noise."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.language.expr import Formula
from mvgraph.language.table import Table
from mvgraph.module.interpreter import interpret
from mvgraph.module.model import Model
from mvgraph.module.noise import Noise, family_of_stream
from mvgraph.objective.canonical import derive
from mvgraph.objective.difference.delta import Difference
from mvgraph.objective.difference.naming import renamed
from mvgraph.spec.model import Spec, View
from mvgraph.vocab.network.linear import Linear

SHAPE = (3,)
DIM = 2
Number = tuple[float, float]  # a mean, and its standard error


@dataclass(frozen=True)
class Line:
    """One term in both objectives.

    Arguments:
        term: the atom, as text.
        a, b: what it contributes to each of them, a mean over rows and its standard error; 0 where it is not there.
        gap: B − A, of the same rows and noise.
        share: of this term in B − A; NaN where there is none.
    """

    term: str
    a: Number
    b: Number
    gap: Number
    share: float


@dataclass(frozen=True)
class Contrast:
    """Two objectives as numbers: their terms, and their sums."""

    lines: tuple[Line, ...]
    total: Line

    def __str__(self) -> str:
        rows = [("A", "", "B", "", "B - A", "", "share", ""), *map(_row, (*self.lines, self.total))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
        return "\n".join("  ".join([*map(str.rjust, row[:-1], widths), row[-1]]).rstrip() for row in rows)

    def to_json(self) -> list[dict[str, Any]]:
        """Every term, the sum last, as plain data."""
        return [{**asdict(line), "share": _share_of(line)} for line in (*self.lines, self.total)]


def _share_of(line: Line) -> float | None:
    return None if math.isnan(line.share) else line.share


def _row(line: Line) -> tuple[str, ...]:
    numbers = [text for mean, error in (line.a, line.b, line.gap) for text in (f"{mean:.4f}", f"+- {error:.4f}")]
    return (*numbers, "" if math.isnan(line.share) else f"{line.share:.0%}", line.term)


@torch.no_grad()
def contrast(delta: Difference, *, rows: int = 32, repeats: int = 64, seed: int = 0) -> Contrast:
    """Evaluate both objectives by the reference interpreter, with small random networks that they share.

    Arguments:
        delta: the difference of two specs with the same names.
        rows: how many rows are made up, for views of three entries.
        repeats: how often noise is drawn for each of them.
        seed: of rows, parameters and noise.

    Raises:
        UsageError: the two specs have other names, or views; what is assumed of a param is no number.
    """
    if delta.names.nodes or delta.names.views or set(delta.a.view_names) != set(delta.b.view_names):
        raise UsageError("numbers need two specs with the same names of nodes and views; rename those of one of them")
    one, other = (_model(_assumed(spec, delta.assuming), seed) for spec in (delta.a, delta.b))
    _share(one, other)
    batch = _rows(one, rows, seed).rows(torch.arange(rows).repeat_interleave(repeats))
    return _contrast(*({str(atom): v for atom, v in _values(m, batch, seed)} for m in (one, other)))


def _contrast(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> Contrast:
    nothing = torch.zeros_like(next(iter((*ours.values(), *theirs.values()))))
    both = {t: (ours.get(t, nothing), theirs.get(t, nothing)) for t in dict.fromkeys((*ours, *theirs))}
    sums = sum((a for a, _ in both.values()), nothing), sum((b for _, b in both.values()), nothing)
    whole = float((sums[1] - sums[0]).mean())
    lines = (_line(term, *pair, whole) for term, pair in both.items())
    return Contrast(tuple(sorted(lines, key=lambda line: -abs(line.gap[0]))), _line("sum", *sums, whole))


def _line(term: str, a: Tensor, b: Tensor, whole: float) -> Line:
    gap = _mean(b - a)
    return Line(term, _mean(a), _mean(b), gap, gap[0] / whole if whole else math.nan)


def _mean(values: Tensor) -> Number:
    return float(values.mean()), float(values.std() / len(values) ** 0.5)


def _assumed(spec: Spec, assuming: Mapping[str, str]) -> Spec:
    """The spec with the values that are assumed of its params, for all views alike."""
    params = dict(spec.params)
    for name in assuming.keys() & params.keys():
        value, own = Formula(assuming[name]).expr, params[name]
        if not value.is_number:
            raise UsageError(f"numbers need a number for '{name}', not {assuming[name]}")
        params[name] = Table(dict.fromkeys(own, float(value))) if isinstance(own, Mapping) else float(value)
    return replace(spec, params=Table(params))


def _small(spec: Spec) -> Spec:
    """The same model over small views, with linear networks where it may have any."""
    views = tuple(View(v.name, SHAPE, spec.view(v.name).likelihood, Linear(), Linear()) for v in spec.views)
    latents = tuple(replace(v, dim=DIM, network=v.network and Linear()) for v in spec.latents)
    rules = tuple(replace(q, network=q.network and Linear()) for q in spec.posteriors)
    pseudo = tuple(replace(n, network=n.network and Linear()) for n in spec.pseudo)
    observed = replace(spec.observed, network=None, likelihood=None)
    plain = {"views": views, "latents": latents, "posteriors": rules, "pseudo": pseudo, "observed": observed}
    return replace(spec, open_views=None, **plain)  # type: ignore[arg-type]


def _model(spec: Spec, seed: int) -> Model:
    """An interpreter in double precision, the same parameters for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = Model(_small(spec), optimize=False).double().eval()
    for name, parameter in made.networks.named_parameters():
        if name.startswith("learnt."):  # what is learnt in weights has a range of its own
            continue
        fan = parameter.shape[-1] if parameter.dim() > 1 else 1
        drawn = torch.randn(parameter.shape, generator=_generator(name, seed), dtype=torch.double)
        parameter.data = 0.5 * drawn / fan**0.5
    return made


def _share(one: Model, other: Model) -> None:
    """Give the second model the numbers of the first wherever both have them."""
    ours, theirs = one.state_dict(), other.state_dict()
    alike = {n: v for n, v in ours.items() if n in theirs and v.shape == theirs[n].shape}
    other.load_state_dict(alike, strict=False)


def _generator(name: str, seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(zlib.crc32(name.encode()) + seed)


def _rows(made: Model, rows: int, seed: int) -> Batch:
    """Made-up rows: draws from the likelihoods at random parents; normal numbers for what is conditioned on."""
    spec = made.spec
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        views = {v: torch.randn(rows, *SHAPE, dtype=torch.double) for v in spec.view_names}
        for view in spec.scored_views:
            family, shape = made.networks.scored(view)
            parents = sum(spec.dim(g, view) for g in spec.observed.given)
            decoded = made.networks.decode(view, torch.randn(rows, parents, dtype=torch.double))
            views[view] = family.distribution(decoded, shape).sample().double()
    return Batch(views, torch.ones(rows, len(views), dtype=torch.bool))


def _values(made: Model, batch: Batch, seed: int) -> Iterator[tuple[object, Tensor]]:
    """The value of every term for every row, by its atom in one form for every order of the views."""
    objective = derive(made.spec)
    noise = _noise(made, len(batch), seed)
    found = interpret(made.spec, made.networks, batch, noise, made.networks.values()).terms
    zeros = torch.zeros(len(batch), dtype=torch.double)
    for (_, atom), line in zip(objective.terms, objective.lines, strict=True):
        yield renamed(atom), found.get(line, zeros)


def _noise(made: Model, rows: int, seed: int) -> Noise:
    """Noise that depends on what is drawn, and not on the model that draws it."""
    like = torch.zeros((), dtype=torch.double)
    streams = {}
    for stream in made.plan.streams:
        shape = (stream.samples, rows, made.spec.dim(stream.ref.node, stream.ref.view))
        name = f"{stream.ref} {stream.source} {sorted(stream.views)}"
        streams[stream] = family_of_stream(made.spec, stream).noise(shape, _generator(name, seed), like)
    sets = torch.rand(made.plan.random_sets, rows, 1 + len(made.spec.views), generator=_generator("", seed)).double()
    return Noise(streams, sets)
