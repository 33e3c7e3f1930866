"""Models: planned, given data, compiled and trained."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mvgraph.interface.specs import Source, load, sound
from mvgraph.planning import steps

if TYPE_CHECKING:
    from mvgraph.data.batch import Batch
    from mvgraph.module.model import Model
    from mvgraph.training.run import Run


def plan(source: Source, **overrides: Any) -> steps.Plan:
    """What a training step of a spec executes.

    Raises:
        SpecError: the spec has errors.
    """
    return steps.plan(sound(source, **overrides))


def batch(source: Source, views: Any, mask: Any = None, ids: Iterable[Any] | None = None, align: str = "id") -> Batch:
    """A batch of data that has been checked against a spec; see `mvgraph.data.validation.batch`.

    Arguments:
        source: a spec with its views, the name of a reference spec, or a path.
        views: tables, or arrays, tensors, data frames, sparse matrices, annotated data by view, or a data set of these.
        mask: which views were observed, bool `(row, view)`; a row of a view that is NaN as a whole is missing, too.
        ids: a name for each row of what has no ids itself; a data frame's are its index.
        align: rows are joined by their ids; "position" pairs them by their order instead.

    Raises:
        DataError: with one problem for everything in the data that does not fit.
    """
    make: Callable[..., Batch] = import_module("mvgraph.data.validation").batch
    return make(load(source), views, mask, ids, align=align)


def compile(  # noqa: A001 - the public verb
    source: Source, *, optimize: bool = True, seed: int | None = None, **overrides: Any
) -> Model:
    """The module of a spec, a `torch.nn.Module`.

    Arguments:
        source: a spec, the name of a reference spec, or a path.
        optimize: False gives the reference interpreter.
        seed: where the starting weights come from; torch's global generator, unless given.
        overrides: see `load`.

    Raises:
        SpecError: the spec has errors, or a view without a shape.
    """
    build: Callable[..., Model] = import_module("mvgraph.module.model").compile
    return build(sound(source, **overrides), optimize=optimize, seed=seed)


def fit(model: Model, data: Any, **options: Any) -> Run:
    """Train a model; see `mvgraph.training.fitting.fit`, to which all arguments pass."""
    train: Callable[..., Run] = import_module("mvgraph.training.fitting").fit
    return train(model, data, **options)
