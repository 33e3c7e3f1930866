"""Pictures of what a model makes of real rows: reconstructions, and imputations of each view from the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from mvgraph.data.batch import Batch
from mvgraph.errors import MvgraphError, UsageError
from mvgraph.evaluation.answering import Answering, Asking, expected, randomness, seen
from mvgraph.evaluation.evidence import evidence, others
from mvgraph.evaluation.gallery import Block, Strip, arrange
from mvgraph.evaluation.painting import Painter, painter

MOST_VIEWS = 6  # views that a picture shows
Sizes = Mapping[str, tuple[int, int]]


def draw_reconstructions(
    model: Answering, data: Batch, columns: int = 8, sizes: Sizes | None = None, samples: int = 10, seed: int = 0
) -> Figure:
    """Rows of the data above E[x_m | x_O], what the model makes of them given all that was observed.

    Where q(z | x_O) is not defined, each view is reconstructed from itself alone, and its heading says so.

    Arguments:
        model: a trained model.
        data: held-out rows; complete ones are drawn first.
        columns: how many rows of the data are drawn.
        sizes: height and width of views that are pictures laid out as vectors.
        samples: draws of z from each component of q, over which E is taken.
        seed: randomness of the draws.

    Raises:
        UsageError: no view can be reconstructed.
    """
    shown, painters = _setting(model, data, columns, sizes)
    blocks = []
    problem = "there are no rows"
    for view, paint in painters.items():
        try:
            heading, strip = _reconstructed(model, shown, view, samples, seed)
        except MvgraphError as error:
            problem = str(error)
            continue
        blocks.append(Block(f"{view}{heading}", paint, [_real(shown, view), strip]))
    if not blocks:
        raise UsageError(problem)
    return arrange(f"{model.spec.name}: reconstructions of held-out data", blocks)


def draw_imputations(
    model: Answering, data: Batch, columns: int = 8, sizes: Sizes | None = None, samples: int = 10, seed: int = 0
) -> Figure:
    """Rows of the data above E[x_m | x_S], for S each other view alone and all others.

    Arguments: see `draw_reconstructions`.

    Raises:
        UsageError: no view can be imputed.
    """
    shown, painters = _setting(model, data, columns, sizes)
    made: dict[str, list[Strip]] = {view: [] for view in painters}
    problem = "imputation needs two views or more, seen in the same rows"
    for view, strips in made.items():
        for name, given in evidence(others(list(painters), view)).items():
            try:
                strips.append(_made(model, shown, view, given, f"from {name}", samples, seed))
            except MvgraphError as error:
                problem = str(error)
    blocks = [Block(v, painters[v], [_real(shown, v), *strips]) for v, strips in made.items() if strips]
    if not blocks:
        raise UsageError(problem)
    return arrange(f"{model.spec.name}: each view imputed from the others, held-out data", blocks)


def _setting(model: Answering, data: Batch, columns: int, sizes: Sizes | None) -> tuple[Batch, dict[str, Painter]]:
    """The rows that are drawn, and how each view is."""
    names = model.spec.view_names[:MOST_VIEWS]
    how = {v: painter(model.spec.view(v), data.views[v][seen(data, v)], (sizes or {}).get(v)) for v in names}
    return data.rows(_spread(data, columns)), how


def _spread(data: Batch, columns: int) -> Tensor:
    """Rows that have the most views, evenly spread over the data (which may be sorted by class)."""
    count = data.mask.sum(1)
    best = (count == count.max()).nonzero().flatten()
    if len(best) < columns:
        return count.argsort(descending=True, stable=True)[:columns]
    return best[torch.linspace(0, len(best) - 1, columns, dtype=torch.float64).long()]


def _reconstructed(model: Answering, data: Batch, view: str, samples: int, seed: int) -> tuple[str, Strip]:
    """A note for the heading, and the view made from everything observed, or else from itself."""
    try:
        return "", _made(model, data, view, model.spec.view_names, "reconstruction", samples, seed)
    except MvgraphError:
        return " (from itself alone)", _made(model, data, view, (view,), "reconstruction", samples, seed)


def _real(data: Batch, view: str) -> Strip:
    return Strip("data", _array(data.views[view]), seen(data, view).tolist(), guess=False)


def _made(model: Answering, data: Batch, view: str, given: Sequence[str], name: str, samples: int, seed: int) -> Strip:
    """A view as the model makes it; a column without the evidence stays empty."""
    there = data.only(given).mask.any(1)
    asking = Asking(model, samples, randomness(model, seed))
    parts = [expected(answer[view]) for _, answer in asking.impute(data, given, [view])]
    if not parts:
        raise UsageError(f"no row has one of the views {', '.join(given)}")
    made = torch.cat(parts)
    values = torch.zeros(len(data), *made.shape[1:], dtype=made.dtype)
    values[there.cpu()] = made
    return Strip(name, _array(values), there.tolist())


def _array(values: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(values.detach().double().cpu().numpy())
