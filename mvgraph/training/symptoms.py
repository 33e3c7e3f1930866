"""What a model and its data look like when training goes wrong: looked at then, and never before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import torch

from mvgraph.data.batch import Batch
from mvgraph.module.conditional import Conditional
from mvgraph.module.model import Model
from mvgraph.module.naming import module_name
from mvgraph.objective.keys import Ref
from mvgraph.spec.model import Clip

LARGE_VALUE = 20.0  # standardised values stay below
LARGE_SPREAD = 1e3  # of a posterior; those of a training that goes well are about 1 and less


@dataclass(frozen=True)
class Symptoms:
    """Facts from which the cause may be read.

    Arguments:
        terms: the terms that went wrong, the first one first, as they are printed.
        spreads: the largest scale of the experts, by their printed name, where it is large.
        values: the largest magnitude in views of real numbers, where it is large.
        learnt: the numbers of the spec that training finds, where they are negative or not finite.
        rate: the learning rate, the largest of all optimizers.
        clip: the bounds on the gradient.
        rows: the rows that went wrong by name, where single ones did.
    """

    terms: Sequence[str] = ()
    spreads: Mapping[str, float] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    learnt: Mapping[str, float] = field(default_factory=dict)
    rate: float = 0.0
    clip: Clip = field(default_factory=Clip)
    rows: Sequence[str] = ()


def look(
    model: Model, batch: Batch, data: Batch, terms: Sequence[str], rates: Sequence[float], rows: Sequence[str] = ()
) -> Symptoms:
    """Look at a model that has gone wrong, and at its data.

    Arguments:
        model: as it is.
        batch: the rows at which it went wrong.
        data: all rows that it is trained on.
        terms: the terms that went wrong, the first one first.
        rates: the learning rates of all optimizers.
        rows: the rows that went wrong by name, where single ones did.
    """
    spreads, values, learnt = dict(_spreads(model, batch)), dict(_values(model, data)), dict(_learnt(model))
    return Symptoms(terms, spreads, values, learnt, max(rates, default=0.0), model.spec.training.clip, rows)


@torch.no_grad()
def _spreads(model: Model, batch: Batch) -> Iterator[tuple[str, float]]:
    """Those of the experts, which one view gives."""
    for latent, (number, view) in product(model.spec.latents, enumerate(model.spec.view_names)):
        ref, values = Ref(latent.name, view if latent.plate else None), batch.views[view][batch.mask[:, number]]
        network = model.networks.experts[name] if (name := module_name(ref, view)) in model.networks.experts else None
        if isinstance(network, Conditional) and network.inputs == values.shape[1:] and len(values):
            largest = float(network(values).get("scale", values.new_zeros(1)).max())
            if not largest <= LARGE_SPREAD:
                yield f"q({ref}|{view})", largest


def _values(model: Model, data: Batch) -> Iterator[tuple[str, float]]:
    for number, view in enumerate(model.spec.view_names):
        values = data.views[view][data.mask[:, number]]
        likelihood = model.spec.view(view).likelihood
        real = likelihood is None or likelihood.invalid(torch.full_like(values[:1], -0.5)) is None
        largest = float(values.abs().max()) if values.numel() else 0.0
        if real and not largest <= LARGE_VALUE:
            yield view, largest


def _learnt(model: Model) -> Iterator[tuple[str, float]]:
    for name, number in model.networks.learnt.items():
        least = float(number.detach().min())
        if least < 0 or not math.isfinite(least):
            yield name, least
