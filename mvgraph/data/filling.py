"""What a spec leaves open, filled in from the data: names, shapes and likelihoods of views."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mvgraph.data.arrays import array
from mvgraph.data.tables import Array, Tables
from mvgraph.errors import DataError, Problem
from mvgraph.spec.model import Spec, View
from mvgraph.vocab.family import Family


def complete(spec: Spec, tables: Tables) -> tuple[Spec, list[str]]:
    """The spec with its open views filled in, and one sentence for everything that was inferred.

    A spec with open views gets the views of the data, in their order. A view of whole numbers `(row,)` becomes a
    categorical with K = 1 + the largest number; other views keep the likelihood of the spec's `view_defaults`. A spec
    with named views gets the shapes that it does not say.

    Raises:
        DataError: the number of views is not what the spec allows.
    """
    if spec.open_views is not None:
        _refuse_count(spec, tables)
        named = replace(spec, views=tuple(View(name) for name in tables.names), open_views=None)
        filled = [_fill(named, View(name), tables, open_=True) for name in tables.names]
        return replace(named, views=tuple(v for v, _ in filled)), [s for _, s in filled]
    filled = [_fill(spec, own, tables, open_=False) for own in spec.views]
    return replace(spec, views=tuple(v for v, _ in filled)), [s for _, s in filled if s]


def _refuse_count(spec: Spec, tables: Tables) -> None:
    assert spec.open_views is not None
    least, most, found = spec.open_views.least, spec.open_views.most, len(tables.views)
    if found < least or (most is not None and found > most):
        allowed = f"{least}" if most == least else f"{least} or more" if most is None else f"{least} to {most}"
        message = f"{spec.name} takes {allowed} views; the data have {found}: {', '.join(tables.names)}"
        raise DataError(Problem("MVG716", ("data",), message))


def _fill(spec: Spec, own: View, tables: Tables, open_: bool) -> tuple[View, str]:
    """A view with its shape (and, where it is open, its likelihood), and what was inferred; "" for nothing."""
    view = spec.view(own.name)
    if own.name not in tables.views or (view.shape is not None and not open_):
        return own, ""
    values = array(tables.views[own.name], f"view '{own.name}'")
    classes = _classes(values, tables, own.name)
    likelihood = view.likelihood or (Family.read("categorical") if classes else None)
    if classes and open_ and spec.observed.likelihood is None:
        likelihood = Family.read("categorical")
    one_hot = bool(classes and likelihood is not None and likelihood.word == "categorical")
    shape = (classes,) if one_hot else values.shape[1:] or (1,)
    filled = replace(own, shape=shape, likelihood=own.likelihood if likelihood == view.likelihood else likelihood)
    return filled, _sentence(own.name, tables, shape, likelihood, one_hot)


def _classes(values: Array, tables: Tables, name: str) -> int:
    """The number of classes of a vector of class numbers `(row,)`; 0 for other values."""
    seen = values[tables.seen(name)]
    if values.ndim != 1 or values.dtype.kind not in "iu" or not len(seen) or np.min(seen) < 0:
        return 0
    return int(np.max(seen)) + 1


def _sentence(name: str, tables: Tables, shape: tuple[int, ...], likelihood: Family | None, one_hot: bool) -> str:
    word = likelihood.word if likelihood is not None else "not known"
    why = f" (whole numbers from 0 to {shape[0] - 1})" if one_hot else ""
    return f"view '{name}' from {tables.source(name)}: shape {list(shape)}, likelihood {word}{why}"
