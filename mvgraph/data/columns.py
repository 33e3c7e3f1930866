"""Columns by name: later data are put in the order of the data that a model was trained on."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mvgraph.data.batch import Batch
from mvgraph.data.tables import DataWarning, Tables
from mvgraph.errors import DataError, Problem

ColumnNames = Mapping[str, tuple[str, ...]]  # of each view that came from a table
MOST_NAMES = 3  # columns that a message names


def in_order(tables: Tables, trained: ColumnNames | None) -> Tables:
    """Tables whose columns stand as a model knows them.

    Columns that have names are taken by them, in whatever order they come; further ones are left out with a warning.
    Where one side has no names (arrays, `.npy`, `.npz`, or names that only count from 0), columns are taken in their
    order, which is said.

    >>> import numpy as np
    >>> tables = Tables({"a": np.array([[1.0, 2.0]])}, columns={"a": ("y", "x")})
    >>> in_order(tables, {"a": ("x", "y")}).views["a"].tolist()
    [[2.0, 1.0]]

    Arguments:
        tables: later data.
        trained: the names of the columns of each view that the model was trained on; None where that is not known.

    Raises:
        DataError: columns lack; all views at once.
    """
    if trained is None:
        return tables
    orders = {v: _order(v, tables, trained.get(v, ())) for v in tables.names}
    _refuse([p for order in orders.values() for p in order.problems])
    views = dict(tables.views)
    for view, order in orders.items():
        _warn(order.remark)
        if order.places is not None:
            picked = views[view][:, order.places]
            views[view] = picked[:, 0] if len(order.places) == 1 else picked  # a single column may hold class numbers
    known = {v: trained[v] for v in tables.names if trained.get(v)}
    return replace(tables, views=views, columns={**tables.columns, **known})


def batch_in_order(data: Batch, trained: ColumnNames | None) -> Batch:
    """The same for data that have been prepared, whose columns may be in another order.

    Raises:
        DataError: columns lack; all views at once.
    """
    if trained is None or not data.columns or data.columns is trained:
        return data
    pairs = {v: (names, trained.get(v, ())) for v, names in data.columns.items()}
    orders = {v: _by_name(v, "data", has, wanted) for v, (has, wanted) in pairs.items() if wanted and has != wanted}
    _refuse([p for order in orders.values() for p in order.problems])
    views = {v: x[:, orders[v].places] if v in orders else x for v, x in data.views.items()}
    return replace(data, views=views, columns=trained)


@dataclass(frozen=True)
class _Order:
    """Where the columns of a view are, None for as they stand; what is wrong with them; what is to be said of them."""

    places: list[int] | None = None
    problems: tuple[Problem, ...] = ()
    remark: str = ""


def _order(view: str, tables: Tables, trained: Sequence[str]) -> _Order:
    names, values = tables.columns.get(view, ()), tables.views[view]
    width = values.shape[1] if values.ndim == 2 else 1
    if tuple(names) == tuple(trained) or (width == 1 and not (names and trained)):
        return _Order()  # a single column has no order
    where = f"view '{view}' of {tables.source(view)}" if view in tables.sources else f"view '{view}'"
    strangers = not set(names) & set(trained)
    if not names or (strangers and trained and _only_count(names)):
        said = f"{where}: its columns have no names and are taken in the order of training: {listed(trained)}"
        worth_saying = isinstance(values, np.ndarray) and values.ndim == 2 and width == len(trained)
        return _Order(remark=said if worth_saying else "")  # tensors have an order only, as whoever makes them knows
    if not trained or (strangers and _only_count(trained)):
        return _Order(remark=f"{where}: the model was trained on columns without names; these are taken as they stand")
    return _by_name(view, tables.source(view), names, trained)


def _by_name(view: str, source: str, names: Sequence[str], trained: Sequence[str]) -> _Order:
    at = {name: place for place, name in enumerate(names)}
    twice = [n for place, n in enumerate(names) if at[n] != place]
    twice += [n for n in trained if n in at and list(trained).count(n) > 1] if len(set(trained)) < len(trained) else []
    if twice:
        message = f"view '{view}' has several columns of the name {listed(list(dict.fromkeys(twice)))}"
        remedy = "give every column a name of its own, for columns are put in order by name"
        return _Order(problems=(Problem("MVG831", (source,), message, remedy),))
    lacking = [n for n in trained if n not in at]
    known = set(trained)
    further = [n for n in names if n not in known]
    if lacking:
        message = f"view '{view}' lacks {_counted(lacking)} that the model was trained on: {listed(lacking)}"
        return _Order(problems=(Problem("MVG830", (source,), message, _nearest(lacking, further)),))
    left = f"view '{view}': left out {_counted(further)} that the model was not trained on: {listed(further)}"
    return _Order([at[n] for n in trained], remark=left if further else "")


def _nearest(lacking: Sequence[str], further: Sequence[str]) -> str:
    """What columns that lack may be called in the data."""
    plain = {name.strip().casefold(): name for name in reversed(further)}
    matches = [(n, difflib.get_close_matches(n.strip().casefold(), plain, n=1)) for n in lacking[:MOST_NAMES]]
    near = [f"'{plain[match[0]]}' for '{name}'" for name, match in matches if match]
    has = f"the data have {listed(further)}" if further else "the data have no further columns"
    hint = f"did you mean {', '.join(near)}?" if near else has
    return f"give every column the name that it had in training; {hint}"


def _only_count(names: Sequence[str]) -> bool:
    """Whether names are those that a frame gives to columns without names: 0, 1, 2, ..."""
    return list(names) == [str(i) for i in range(len(names))]


def _counted(names: Sequence[str]) -> str:
    return f"{len(names)} column{'' if len(names) == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """The first few of some names, and a count of the others.

    >>> listed(["a", "b", "c", "d", "e"])
    "'a', 'b', 'c' and 2 more"
    """
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(f"'{n}'" for n in names[:MOST_NAMES]) + more


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise DataError(*problems)


def _warn(remark: str) -> None:
    if remark:
        warnings.warn(remark, DataWarning, stacklevel=4)
