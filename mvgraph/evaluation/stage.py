"""Two models on one stage: the same parameters wherever both have them, and the same rows."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from mvgraph.data.batch import Batch
from mvgraph.data.columns import batch_in_order
from mvgraph.data.filling import complete
from mvgraph.data.tables import Tables
from mvgraph.data.validation import batch as checked
from mvgraph.errors import UsageError
from mvgraph.language.expr import Formula
from mvgraph.language.table import Table
from mvgraph.module.model import Model, compile  # noqa: A004 - the public verb
from mvgraph.module.refusing import require_conditions, require_views
from mvgraph.objective.difference.delta import Difference
from mvgraph.spec.model import Spec, View
from mvgraph.training.run import Run
from mvgraph.vocab.family import Params
from mvgraph.vocab.network.linear import Linear

SHAPE = (3,)
DIM = 2


@dataclass(frozen=True)
class Stage:
    """Where two objectives are evaluated.

    Arguments:
        models: those of A and B, in double precision.
        rows: what both see.
        about: both in words.
    """

    models: tuple[Model, Model]
    rows: Batch
    about: tuple[str, ...]


def made_up(delta: Difference, rows: int, seed: int) -> Stage:
    """Small random networks, and rows that the first model makes up.

    Raises:
        UsageError: the two specs have other names, or views; what is assumed of a param is no number.
    """
    one, other = (_random(_small(spec), seed) for spec in _alike(delta))
    _share(one, other)
    about = (f"{rows} made-up rows", "small random networks that both share")
    return Stage((one, other), _rows(one, rows, seed), about)


def own(delta: Difference, data: Batch | Tables | Mapping[str, Any], run: Run | None, rows: int, seed: int) -> Stage:
    """The networks that the specs ask for, with the parameters of a run where there is one, and rows of data.

    Raises:
        UsageError: as above; a run that has no parameter of either. DataError: the data do not fit.
    """
    specs = _alike(delta)
    if isinstance(data, Tables):
        specs = tuple(complete(spec, data)[0] for spec in specs)
    columns = run.model.columns if run else None
    whole = batch_in_order(data, columns) if isinstance(data, Batch) else checked(specs[0], data, columns=columns)
    one, other = (compile(spec, optimize=False, seed=seed).double().eval() for spec in specs)
    _share(one, other)
    said = _trained(run, one, other) if run else "parameters as training would start from them"
    chosen, counted = _some(whole.to(torch.zeros((), dtype=torch.double)), rows, seed)
    for made in (one, other):
        ordered = _in_order(chosen, made.spec)
        require_views(ordered)
        require_conditions(made.spec, ordered)
        made.require_complete(ordered)
    return Stage((one, other), chosen, (counted, said))


def _alike(delta: Difference) -> tuple[Spec, ...]:
    """Both specs with the values that are assumed, where one leaves its views open with those of the other."""
    a, b = delta.a, delta.b
    if b.open_views and not a.open_views:
        b = replace(b, views=a.views, open_views=None)
    if a.open_views and not b.open_views:
        a = replace(a, views=b.views, open_views=None)
    if delta.names.nodes or set(a.view_names) != set(b.view_names):
        raise UsageError("numbers need two specs with the same names of nodes and views; rename those of one of them")
    return tuple(_assumed(spec, delta.assuming) for spec in (a, b))


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


def _random(spec: Spec, seed: int) -> Model:
    """An interpreter in double precision, the same parameters for the same seed."""
    made = compile(spec, optimize=False, seed=seed).double().eval()
    for name, parameter in made.networks.named_parameters():
        if name.startswith("learnt."):  # what is learnt in weights has a range of its own
            continue
        fan = parameter.shape[-1] if parameter.dim() > 1 else 1
        generator = torch.Generator().manual_seed(zlib.crc32(name.encode()) + seed)
        drawn = torch.randn(parameter.shape, generator=generator, dtype=torch.double)
        parameter.data = 0.5 * drawn / fan**0.5
    return made


def _share(one: Model, other: Model) -> int:
    """Give the second model the numbers of the first wherever both have them; how many tensors these are."""
    ours, theirs = one.state_dict(), other.state_dict()
    alike = {n: v for n, v in ours.items() if n in theirs and v.shape == theirs[n].shape}
    other.load_state_dict(alike, strict=False)
    return len(alike)


def _trained(run: Run, *models: Model) -> str:
    """Give both models the parameters of a run; what was given, in words."""
    counts = [(_share(run.model, made), len(made.state_dict())) for made in models]
    if not any(given for given, _ in counts):
        raise UsageError(f"{run.folder or 'the run'} has no parameters of either model; their networks are others")
    told = [f"{given} of the {of} tensors of {name}" for name, (given, of) in zip("AB", counts, strict=True)]
    return f"parameters of {run.folder or 'the run'}: {' and '.join(told)}" + (
        "" if all(given == of for given, of in counts) else "; the others as training would start from them"
    )


def _some(data: Batch, rows: int, seed: int) -> tuple[Batch, str]:
    """So many rows by chance, or all where there are no more; and in words."""
    if len(data) <= rows:
        return data, f"all {len(data)} rows of the data"
    index = torch.randperm(len(data), generator=torch.Generator().manual_seed(seed))[:rows]
    return data.rows(index), f"{rows} of the {len(data)} rows of the data, by chance"


def _in_order(data: Batch, spec: Spec) -> Batch:
    """The views in the order in which a spec has them."""
    places = [data.names.index(v) for v in spec.view_names]
    return replace(data, views={v: data.views[v] for v in spec.view_names}, mask=data.mask[:, places])


def _rows(made: Model, rows: int, seed: int) -> Batch:
    """Made-up rows: draws from the likelihoods at random parents; normal numbers for what is conditioned on."""
    spec = made.spec
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        views = {v: torch.randn(rows, *SHAPE, dtype=torch.double) for v in spec.view_names}
        for view in spec.scored_views:
            family, shape = made.networks.scored(view)
            decoded = _decoded(made, view, rows)
            views[view] = family.distribution(decoded, shape).sample().double()
    return Batch(views, torch.ones(rows, len(views), dtype=torch.bool))


def _decoded(made: Model, view: str, rows: int) -> Params:
    """The parameters of a likelihood: at random parents, or random themselves where no decoder is built."""
    spec, (family, shape) = made.spec, made.networks.scored(view)
    if view in made.networks.decoded():
        parents = sum(spec.dim(g, view) for g in spec.observed.given)
        return made.networks.decode(view, torch.randn(rows, parents, dtype=torch.double))
    raw = {n: torch.randn(rows, *s, dtype=torch.double) for n, s in family.heads(shape, "likelihood").items()}
    free = {n: p.double() for n, p in family.free(shape, "likelihood").items()}
    return family.constrain({**raw, **free}, shape, "likelihood")
