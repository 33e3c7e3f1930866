"""Models: planned, given data, compiled and trained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mvgraph.errors import UsageError
from mvgraph.interface.specs import Source, accepted, load, sound
from mvgraph.planning import steps
from mvgraph.spec.model import Spec

if TYPE_CHECKING:
    from mvgraph.data.batch import Batch
    from mvgraph.data.tables import Tables
    from mvgraph.module.model import Model
    from mvgraph.training.run import Run


def plan(source: Source, **overrides: Any) -> steps.Plan:
    """What a training step of a spec executes.

    Raises:
        SpecError: the spec has errors.
    """
    return steps.plan(sound(source, **overrides))


def batch(
    source: Source,
    views: Any,
    mask: Any = None,
    ids: Iterable[Any] | None = None,
    align: str = "id",
    on_empty: Literal["refuse", "skip"] = "refuse",
) -> Batch:
    """A batch of data that has been checked against a spec; see `mvgraph.data.validation.batch`.

    Arguments:
        source: a spec with its views, the name of a reference spec, or a path.
        views: tables, or arrays, tensors, data frames, sparse matrices, annotated data by view, or a data set of these.
        mask: which views were observed, bool `(row, view)`; a row of a view that is NaN as a whole is missing, too.
        ids: a name for each row of what has no ids itself; a data frame's are its index.
        align: rows are joined by their ids; "position" pairs them by their order instead.
        on_empty: what becomes of a row without any view: refused by name, or skipped with one warning.

    Raises:
        DataError: with one problem for everything in the data that does not fit.
    """
    make: Callable[..., Batch] = import_module("mvgraph.data.validation").batch
    return make(load(source), views, mask, ids, on_empty, align=align)


def compile(  # noqa: A001 - the public verb
    source: Source, data: Any = None, *, optimize: bool = True, seed: int | None = None, **overrides: Any
) -> Model:
    """The module of a spec, a `torch.nn.Module`.

    Arguments:
        source: a spec, the name of a reference spec, or a path.
        data: gives the names, shapes and likelihoods of views that the spec leaves open, as in `mvgraph train`; it is
            whatever `batch` takes.
        optimize: False gives the reference interpreter.
        seed: where the starting weights come from; torch's global generator, unless given.
        overrides: see `load`.

    Raises:
        SpecError: the spec has errors, or a view without a shape. DataError: the data are not for the spec.
    """
    build: Callable[..., Model] = import_module("mvgraph.module.model").compile
    if data is None:
        return build(sound(source, **overrides), optimize=optimize, seed=seed)
    filled = import_module("mvgraph.data.filling").complete(load(source, **overrides), _tables(data))[0]
    return build(accepted(filled), optimize=optimize, seed=seed)


def _tables(data: Any, ids: Iterable[Any] | None = None, align: str = "id") -> Tables:
    as_tables: Callable[..., Tables] = import_module("mvgraph.data.objects").as_tables
    return as_tables(data, ids, align)


def fit(model: Model | Source, data: Any, **options: Any) -> Run:
    """Train a model; see `mvgraph.training.fitting.fit`, to which all arguments pass.

    A spec, or the name of one, is compiled first; what it leaves open is filled in from the data.

    Raises:
        UsageError: there is no model.
    """
    train: Callable[..., Run] = import_module("mvgraph.training.fitting").fit
    if isinstance(model, import_module("mvgraph.module.model").Model):
        return train(model, data, **options)
    if not isinstance(model, str | Path | Mapping | Spec):
        raise UsageError(
            f"give a compiled model, a spec or the name of one, not an object of type {type(model).__name__}"
        )
    tables = _tables(data, options.pop("ids", None), options.get("align", "id"))
    return train(compile(model, tables, seed=options.get("seed", 0)), tables, **options)
