"""Objectives: derived, explained and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from mvgraph.drawing.delta.comparison import Comparison, shown
from mvgraph.errors import UsageError
from mvgraph.interface.specs import Source, names, sound
from mvgraph.language.expr import Expr
from mvgraph.objective import canonical
from mvgraph.objective.atoms import Atom
from mvgraph.objective.difference.comparing import difference
from mvgraph.objective.difference.everywhere import difference_of_all
from mvgraph.objective.difference.matrix import Matrix, Told, matrix
from mvgraph.objective.difference.numbers import Contrast
from mvgraph.objective.difference.operations import Operation, operation
from mvgraph.objective.difference.operations import apply as change
from mvgraph.objective.explaining import explain as explain_spec
from mvgraph.objective.plates.explaining import ALL_VIEWS, explain_all

if TYPE_CHECKING:
    from mvgraph.data.batch import Batch
    from mvgraph.data.tables import Tables
    from mvgraph.training.run import Run


def derive(source: Source, **overrides: Any) -> canonical.Objective:
    """The objective of a spec in canonical form.

    Raises:
        SpecError: the spec has errors.
    """
    return canonical.derive(sound(source, **overrides))


def explain(source: Source, *, unfold: bool | None = None, steps: bool = False, **overrides: Any) -> str:
    """The derivation of a spec's objective, as text.

    Arguments:
        source: a spec, the name of a reference spec, or a path.
        unfold: whether every term is written out; unless it is said, sums over three views and more are folded.
        steps: whether every written term is derived rule by rule.
        overrides: see `load`; `views="M"` gives folded sums for every number of views at once.

    Raises:
        SpecError: the spec has errors. UsageError: the objective is not one formula for all numbers of views.
    """
    if overrides.get("views") == ALL_VIEWS:
        return explain_all(sound(source, **{name: value for name, value in overrides.items() if name != "views"}))
    return explain_spec(sound(source, **overrides), unfold=unfold, steps=steps)


def diff(
    a: Source,
    b: Source,
    *,
    assuming: Mapping[str, float | int | str] | None = None,
    views: int | Literal["M"] | None = None,
    unfold: bool | None = None,
) -> Comparison:
    """What sets the models A and B apart: the strongest relation of their objectives, terms, graphs, settings.

    >>> delta = diff("mcvae", "dvcca", assuming={"beta": 1})
    >>> print(delta.verdict, len(delta.shared), len(delta.removed), len(delta.added))
    different 3 3 0

    Arguments:
        a, b: two specs, names of reference specs, or paths.
        assuming: values of params, as numbers or formulas such as `5/6`, for both.
        views: how many views, where a spec leaves it open, else as many as the other one has; "M" for every number of
            views at once, the terms being sums over views whose coefficients are formulas in M.
        unfold: whether every term is shown by itself; unless it is said, sums over three views and more are folded.

    Raises:
        SpecError: a spec has errors. UsageError: neither spec has a param that is assumed; or an objective is not one
            formula for all numbers of views.
    """
    one, other = (sound(s) for s in (a, b))
    if views == ALL_VIEWS:
        if unfold:
            raise UsageError("for every number of views at once the terms are sums; leave --unfold out")
        return shown(difference_of_all(one, other, assuming))
    return replace(shown(difference(one, other, assuming, views)), unfold=unfold)


def apply(
    operations: Iterable[Operation | Mapping[str, Any]], objective: canonical.Objective
) -> tuple[tuple[Expr, Atom], ...]:
    """What operations, one after another, make of an objective: coefficients and atoms, in canonical order.

    >>> delta = diff("mopoe", "mvae")
    >>> apply(delta.to_json()["operations"], derive("mopoe")) == apply([], derive("mvae"))
    True

    Arguments:
        operations: those of a difference, as values or as plain data; `mvgraph schema --operations` says how they look.
        objective: what they start from.

    Raises:
        UsageError: an operation does not fit, or cannot be read.
    """
    return change(((operation(x) if isinstance(x, Mapping) else x) for x in operations), objective.terms)


def contrast(
    delta: Comparison,
    *,
    data: Batch | Tables | Mapping[str, Any] | None = None,
    run: Run | None = None,
    rows: int | None = None,
    repeats: int = 64,
    seed: int = 0,
) -> Contrast:
    """Two objectives as numbers, term by term, on the same rows, with the same parameters and noise.

    A value is the mean over the rows. Its standard error is that of the mean over `repeats` draws of all the noise:
    what is in closed form has none, and what other rows would give is not in it.

    Arguments:
        delta: what `diff` found, of two specs with the same names.
        data: rows of one's own, for the networks that the specs ask for: a batch, what `read` gives, or arrays by view;
            made-up rows, of views with three entries, and small networks, unless given.
        run: a trained model, whose parameters both get wherever they have those; starting values, unless given.
        rows: how many rows: made up, 32 unless said; or of the data, by chance, 256 at most unless said.
        repeats: how often noise is drawn for each of them.
        seed: of rows, parameters and noise.

    Raises:
        UsageError: the two specs have other names, or views; a run is given without data, or has none of the
            parameters. DataError: the data do not fit.
    """
    evaluate: Callable[..., Contrast] = import_module("mvgraph.evaluation.contrast").contrast
    return evaluate(delta, data=data, run=run, rows=rows, repeats=repeats, seed=seed)


def relate(
    *sources: Source,
    assuming: Mapping[str, float | int | str] | None = None,
    views: int | None = None,
    tell: Told | None = None,
) -> Matrix:
    """How many models relate: every pair of them compared, as `diff` compares two, whose arguments it has.

    >>> [str(link.verdict) for link in relate("mmvae", "mmvae_dreg", "mmvae_tight").links]
    ['equal in expectation', 'ordered', 'ordered']

    Arguments:
        sources: specs, names of reference specs, or paths; all reference models where none is given.
        tell: told after every pair how many are done, and how many there are.

    Raises:
        SpecError: a spec has errors. UsageError: there are fewer than two, or two have one name.
    """
    if len(chosen := sources or tuple(names())) < 2:
        raise UsageError(f"{len(chosen)} is too few to be related; name two models or more")
    specs = [sound(s) for s in chosen]
    called = [s if isinstance(s, str) and "\n" not in s else found.name for s, found in zip(chosen, specs, strict=True)]
    if len(set(called)) < len(called):
        raise UsageError(f"two models have the name '{max(called, key=called.count)}'; name one of them otherwise")
    return matrix(dict(zip(called, specs, strict=True)), assuming, views, tell)
