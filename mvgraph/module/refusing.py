"""What a model cannot be asked: rows without a view, rows without what is conditioned on, answers for a condition."""

from __future__ import annotations

from collections.abc import Sequence

from mvgraph.data.batch import Batch
from mvgraph.errors import DataError, Problem, UsageError
from mvgraph.planning import Plan
from mvgraph.planning.steps import is_joint
from mvgraph.spec.model import Spec


def require_views(batch: Batch) -> None:
    """Refuse rows without any view.

    Raises:
        DataError: names the rows.
    """
    empty = (~batch.mask.any(1)).nonzero().flatten().tolist()
    if empty:
        names = ", ".join(batch.name(i) for i in empty[:5])
        text = f"rows without any view: {names}{' and more' if len(empty) > 5 else ''}"
        raise DataError(Problem("MVG715", ("data",), text, "leave them out, e.g. batch.rows(batch.mask.any(1))"))


def require_conditions(spec: Spec, batch: Batch) -> None:
    """Refuse rows that lack a view that is conditioned on.

    Raises:
        DataError: names the rows.
    """
    for node, view in spec.conditioned.items():
        rows = (~batch.mask[:, spec.view_names.index(view)]).nonzero().flatten().tolist()
        if rows:
            names = ", ".join(batch.name(i) for i in rows[:5])
            text = f"p is conditioned on '{node}', the view '{view}', and it is missing in rows: {names}"
            remedy = f"leave such rows out, or drop '{node}' from p so that '{view}' is a view like the others"
            raise DataError(Problem("MVG511", ("p", node), f"{text}{' and more' if len(rows) > 5 else ''}", remedy))


def untrained(network: str, kind: str, known: Sequence[str]) -> str:
    """Why a network gives no answer: no term trains it, so that it was not built."""
    only = f"{kind} of {', '.join(known)} only" if known else f"no {kind}"
    return f"no term trains {network}, and none is built: the objective trains {only}"


def require_decoders(views: Sequence[str], known: Sequence[str]) -> None:
    """Refuse to answer for views whose decoders no term trains.

    Arguments:
        views: those that are asked for; none is asked for what is not trained at all.
        known: those whose decoders are trained.

    Raises:
        UsageError: names the decoders.
    """
    wrong = [v for v in views if v not in known]
    if wrong or not views:
        decoders = "the decoder" if len(wrong) == 1 else "the decoders"
        of = f" of {', '.join(map(repr, wrong))}" if wrong else " of any view"
        raise UsageError(untrained(decoders + of, "decoders", known))


def require_given(spec: Spec, there: bool) -> None:
    """Refuse to generate without what is conditioned on, or from views that are not.

    Raises:
        UsageError: says what to give.
    """
    conditions = list(spec.conditioned.values())
    if conditions and not there:
        listed = ", ".join(conditions)
        raise UsageError(
            f"p is conditioned on {listed}: give rows of it, e.g. model.generate(10, {{'{conditions[0]}': rows}}), or "
            "mvgraph generate RUN --data FILE"
        )
    if there and not conditions:
        raise UsageError("p is conditioned on nothing: ask model.impute for views given others")


def observed_views(spec: Spec, batch: Batch) -> list[str]:
    """The scored views that some row of a batch has."""
    seen = zip(spec.view_names, batch.mask.any(0).tolist(), strict=True)
    return [v for v, there in seen if there and v in spec.scored_views]


def require_scored(spec: Spec, views: Sequence[str]) -> None:
    """Refuse to answer for a view that is conditioned on.

    Raises:
        UsageError: names it.
    """
    for view in (v for v in views if v in spec.conditioned.values()):
        raise UsageError(f"'{view}' is conditioned on: the model has no distribution of it and cannot impute it")


def require_complete(spec: Spec, plan: Plan, batch: Batch) -> None:
    """Refuse missing views where something needs them all, and batches that are none.

    Raises:
        DataError: names a row that lacks a view.
    """
    if not batch.complete:
        name = batch.name(int((~batch.mask.all(1)).nonzero()[0]))
        for slot in (s for s in plan.slots if is_joint(spec, s)):
            message = f"the joint network of '{slot.ref}' needs every view, and row {name} lacks one"
            remedy = "leave such rows out, or use fuse: poe (as in mvae and mvtcae), defined for any subset"
            raise DataError(Problem("MVG510", ("q", slot.ref.node, "fuse"), message, remedy))
        if plan.batchwise:
            message = f"a statistic of the batch needs every view of every row, and row {name} lacks one"
            raise DataError(Problem("MVG514", ("data",), message, "leave such rows out of training"))
    if plan.batchwise and len(batch) < 2:
        message = "a statistic of the batch needs two rows at least"
        raise DataError(Problem("MVG512", ("data",), message, "write a larger training.batch_size"))
