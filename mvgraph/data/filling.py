"""What a spec leaves open, filled in from the data: names, shapes and likelihoods of views."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mvgraph.data.aligning import warn
from mvgraph.data.arrays import MOST_BYTES, array
from mvgraph.data.doubts import channels_last
from mvgraph.data.tables import Array, Tables
from mvgraph.deferring import defer
from mvgraph.errors import DataError, Problem
from mvgraph.graph.networks import taken_otherwise
from mvgraph.spec.model import Spec, View
from mvgraph.vocab.family import Family

if TYPE_CHECKING:
    import torch
else:
    torch = defer("torch")

MOST_CLASSES = 1000  # that a vector may have though most of them do not occur
FEW_VALUES = 20


def complete(spec: Spec, tables: Tables) -> tuple[Spec, list[str]]:
    """The spec with its open views filled in, and one sentence for everything that was inferred.

    A spec with open views gets the views of the data, in their order. A view of whole numbers `(row,)` becomes a
    categorical with K = 1 + the largest number; other views keep the likelihood of the spec's `view_defaults`. A spec
    with named views gets the shapes that it does not say. Numbers that may be classes and are not read so, and classes
    that hardly occur, are warned of.

    Raises:
        DataError: the number of views is not what the spec allows; a vector has far more classes than values.
    """
    names = tables.names if spec.open_views is not None else spec.view_names
    if spec.open_views is not None:
        _refuse_count(spec, tables)
    known = {v.name: v for v in spec.views}
    views = tuple(known.get(name, View(name)) for name in names)
    named = replace(spec, views=views, open_views=None)
    filled = [_fill(named, own, tables, open_=spec.open_views is not None) for own in views]
    whole = replace(named, views=tuple(v for v, _ in filled))
    for problem in taken_otherwise(whole):
        view = known.get(str(problem.path[1]))
        if (view is None or view.shape is None) and problem.code != "MVG417":  # the others were told before
            warn(f"{problem.message}; {problem.remedy}")
    return whole, [s for _, s in filled if s]


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
    if own.name not in tables.views or own.shape is not None or (view.shape is not None and not open_):
        return own, ""
    values = array(tables.views[own.name], f"view '{own.name}'")
    numbers = _Numbers(own.name, tables.source(own.name), values, values[tables.seen(own.name)])
    free = own.likelihood is None and spec.observed.likelihood is None  # to be inferred
    inferred = numbers.are_classes and (view.likelihood is None or (open_ and free))
    likelihood = Family.read("categorical") if inferred else view.likelihood
    one_hot = likelihood is not None and likelihood.word == "categorical" and numbers.may_be_classes
    if one_hot:
        numbers.require_classes()
    for sentence in numbers.odd_classes() if one_hot else numbers.odd_numbers(likelihood) if free else ():
        warn(sentence)
    shape = (numbers.classes,) if one_hot else values.shape[1:] or (1,)
    if channels_last(shape):
        remedy = "networks take channels first: numpy.moveaxis(values, -1, 1)"
        warn(f"view '{own.name}' has rows of shape {list(shape)}, pictures with their channels last; {remedy}")
    filled = replace(own, shape=shape, likelihood=own.likelihood if likelihood == view.likelihood else likelihood)
    return filled, _sentence(own.name, tables, shape, likelihood, one_hot)


@dataclass(frozen=True, eq=False)
class _Numbers:
    """A view's values, and what they look like.

    Arguments:
        view: its name.
        source: where it is from.
        values: `(row, *shape)`.
        seen: the values of the rows that are there.
    """

    view: str
    source: str
    values: Array
    seen: Array

    @property
    def there(self) -> Array:
        """The values but NaN, `(value,)`."""
        flat = self.seen.ravel()
        return flat[~np.isnan(flat)] if flat.dtype.kind == "f" else flat

    @property
    def whole(self) -> bool:
        """Whether there is one whole number a row."""
        there = self.there
        single = self.values.ndim == 1 or self.values.shape[1:] == (1,)
        return single and len(there) > 0 and there.dtype.kind in "biuf" and bool(np.equal(there, np.floor(there)).all())

    @property
    def may_be_classes(self) -> bool:
        """Whether the values can be class numbers, where one is told that they are."""
        return self.whole and bool(np.min(self.there) >= 0)

    @property
    def are_classes(self) -> bool:
        """Whether the values are taken for class numbers where nothing is said: whole by dtype, `(row,)`."""
        return self.values.ndim == 1 and self.values.dtype.kind in "iu" and self.may_be_classes

    @property
    def classes(self) -> int:
        """How many classes there are: 1 + the largest number."""
        return int(np.max(self.there)) + 1

    @property
    def occurring(self) -> int:
        """How many different values there are."""
        return len(np.unique(self.there))

    def require_classes(self) -> None:
        """Refuse far more classes than values.

        Raises:
            DataError: says how the values can be meant.
        """
        sparse = self.classes > MOST_CLASSES and 2 * self.occurring < self.classes
        if sparse or 4 * self.classes * len(self.values) > MOST_BYTES:
            message = (
                f"view '{self.view}' holds whole numbers from {int(np.min(self.there))} to {self.classes - 1}: as "
                f"class numbers these are {self.classes} classes, of which {self.occurring} occur"
            )
            remedy = (
                f"if they are numbers, give them as floating point, or say likelihood: normal; if they are classes, "
                f"say shape: [{self.classes}], or number those that occur 0, 1, 2, ..."
            )
            raise DataError(Problem("MVG722", (self.source,), message, remedy))

    def odd_classes(self) -> Iterator[str]:
        """What is odd about class numbers."""
        least = int(np.min(self.there))
        said = (
            f"view '{self.view}': whole numbers from {least} to {self.classes - 1} are read as {self.classes} classes"
        )
        if least == 1 < self.occurring == self.classes - 1:
            yield f"{said}, of which 0 never occurs; if the classes are counted from 1, subtract 1"
        elif 2 * self.occurring < self.classes:
            remedy = "if they are numbers and no classes, give them as floating point, or say likelihood: normal"
            yield f"{said}, of which {self.occurring} occur; {remedy}"

    def odd_numbers(self, likelihood: Family | None) -> Iterator[str]:
        """What lets one doubt that numbers are no classes."""
        real = likelihood is None or likelihood.invalid(torch.tensor([-0.5])) is None
        if not self.whole or not real:
            return
        least, most = int(np.min(self.there)), int(np.max(self.there))
        if self.values.dtype.kind == "f" and not (
            most - least < 2 * self.occurring and 1 < self.occurring <= FEW_VALUES
        ):
            return
        under = f", as numbers under '{likelihood.word}'" if likelihood is not None else ""
        said = f"view '{self.view}': whole numbers from {least} to {most} are read as they are{under}"
        if least < 0:
            yield f"{said}, for classes are counted from 0; a label that is missing is NaN, an empty cell, or masked"
        elif self.values.dtype.kind == "b":
            yield f"{said}; for true and false say likelihood: bernoulli, for classes likelihood: categorical"
        else:
            yield f"{said}; if they are classes, say likelihood: categorical"


def _sentence(name: str, tables: Tables, shape: tuple[int, ...], likelihood: Family | None, one_hot: bool) -> str:
    word = likelihood.word if likelihood is not None else "not known"
    why = f" (whole numbers from 0 to {shape[0] - 1})" if one_hot else ""
    return f"view '{name}' from {tables.source(name)}: shape {list(shape)}, likelihood {word}{why}"
