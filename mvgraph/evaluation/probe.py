"""Linear probe: how much of a label the latents hold in a linear way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.evaluation.answering import Answering, chunks, expected, seen
from mvgraph.evaluation.classes import agreement, class_views, classes, fit_classifier, majority
from mvgraph.evaluation.evidence import others

Labels = tuple[Sequence[int] | NDArray[np.int64] | Tensor, Sequence[int] | NDArray[np.int64] | Tensor]


@dataclass(frozen=True)
class Probe:
    """Accuracy of a linear classifier on posterior means.

    Arguments:
        accuracy: the share of held-out rows whose label is found.
        chance: what always answering the most frequent training label gives.
        latents: the latents that were read.
        given: the views that they were inferred from.
        rows: training and held-out rows.
    """

    accuracy: float
    chance: float
    latents: tuple[str, ...]
    given: tuple[str, ...]
    rows: tuple[int, int]


def fit_probe(
    model: Answering,
    train: Batch,
    valid: Batch,
    labels: str | Labels | None = None,
    given: Sequence[str] | None = None,
    latents: Sequence[str] | None = None,
) -> Probe:
    """A multinomial logistic regression from E[z | x_S] to labels, fitted on training rows, judged on held-out ones.

    The protocol of Sutter et al. (2021, arXiv 2105.02470, section 4) and Hwang et al. (2021): posterior means, not
    draws. Where the labels are a view of the model, that view is no evidence unless `given` names it.

    Arguments:
        model: a trained model.
        train: rows to fit on.
        valid: rows to judge by.
        labels: the class view, or whole numbers for the training and the validation rows, `(row,)` each; the first
            class view of the spec where not given.
        given: the views to infer from, S; all but a class view that holds the labels where not given.
        latents: the latents to read, e.g. `["z", "h.image"]`; where not given all latents that views share, or, where
            views share none, the private ones of the evidence.

    Raises:
        UsageError: there are no labels, or of one class only; a latent is unknown; the model has no posterior for
            the evidence.
    """
    view = labels if isinstance(labels, str) else _first(model) if labels is None else None
    names = model.spec.view_names
    given = tuple(given) if given is not None else others(names, view or "")
    wanted = tuple(latents) if latents is not None else _usual(model, given)
    sides = zip((train, valid), _labels(labels, view, train, valid), strict=True)
    (codes, truth), (held, held_truth) = (_codes(model, data, y, given, wanted) for data, y in sides)
    found = fit_classifier(codes, truth).classify(held)
    sizes = (len(truth), len(held_truth))
    return Probe(agreement(found, held_truth), majority(truth, held_truth), wanted, given, sizes)


def _usual(model: Answering, given: Sequence[str]) -> tuple[str, ...]:
    """The shared latents, or the private ones of the evidence."""
    latents = model.spec.latents
    shared = tuple(x.name for x in latents if not x.plate)
    return shared or tuple(f"{x.name}.{view}" for x in latents for view in given)


def _first(model: Answering) -> str:
    found = class_views(model.spec)
    if not found:
        raise UsageError("a probe needs labels: no view names a class, so give them for training and validation rows")
    return found[0]


def _labels(labels: str | Labels | None, view: str | None, train: Batch, valid: Batch) -> tuple[Tensor, Tensor]:
    """Labels of both parts, `(row,)`; -1 where a row has none."""
    if view is not None:
        return _of_view(train, view), _of_view(valid, view)
    assert isinstance(labels, tuple)
    first, second = (torch.as_tensor(np.asarray(y)) for y in labels)
    for y, data in ((first, train), (second, valid)):
        if y.shape != (len(data),):
            raise UsageError(f"labels of shape {tuple(y.shape)} do not fit {len(data)} rows; give one number a row")
    return first, second


def _of_view(data: Batch, view: str) -> Tensor:
    if view not in data.names:
        raise UsageError(f"there is no view '{view}' to take labels from; the views are {', '.join(data.names)}")
    return torch.where(seen(data, view).cpu(), classes(data.views[view]), -1)


def _codes(
    model: Answering, data: Batch, labels: Tensor, given: Sequence[str], latents: Sequence[str]
) -> tuple[Tensor, Tensor]:
    """Posterior means side by side `(row, dim)`, and labels `(row,)`, of the rows that have label and evidence."""
    there = data.only(given).mask.any(1).cpu() & (labels >= 0)
    data = data.rows(there.to(data.mask.device))
    if not len(data):
        raise UsageError(f"no row has both a label and one of the views {', '.join(given)}")
    parts = [_means(model, chunk, given, latents) for chunk in chunks(model.spec, data, 1)]
    return torch.cat(parts), labels[there]


def _means(model: Answering, data: Batch, given: Sequence[str], latents: Sequence[str]) -> Tensor:
    found = model.encode(data, given=given)
    unknown = [n for n in latents if n not in found]
    if unknown:
        raise UsageError(f"there is no latent '{unknown[0]}' given {', '.join(given)}; there are {', '.join(found)}")
    return torch.cat([expected(found[n]) for n in latents], -1)
