"""What a run must have in common with the one that it goes on with, and the state that it goes on from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from mvgraph.data.batch import Batch
from mvgraph.data.columns import listed
from mvgraph.data.fingerprints import Fingerprints, text_digest, view_digest
from mvgraph.errors import Problem, UsageError
from mvgraph.language.word import inline, option_name, plain
from mvgraph.spec.model import Spec
from mvgraph.spec.reading import load
from mvgraph.spec.writing import dump, leaves, tree
from mvgraph.training.folder import STATE, WEIGHTS, prepare, read_state
from mvgraph.training.keeping import Keeper, Recipe
from mvgraph.training.record import Record, read_record
from mvgraph.vocab.optimizer import Optimizer

MOST = 5  # differences that a message names
ROWS, COUNT = "rows", "count"


def recipe_of(spec: Spec, seed: int, size: int, rows: Batch, held: Batch | None, fraction: float | None) -> Recipe:
    """What runs must share for one to go on with the other; only their last epochs may be more."""
    training = replace(spec.training, epochs=1, batch_size="full", early_stopping=None)
    phases = (*spec.phases[:-1], *(replace(p, epochs=1) for p in spec.phases[-1:]))
    return {
        "spec": dump(replace(spec, training=training, phases=phases)),
        **{"seed": seed, "fraction": fraction, "batch size": size},
        ROWS: {"training": _digests(rows), "validation": {} if held is None else _digests(held)},
    }


def _digests(data: Batch) -> dict[str, int | str]:
    """The number of rows, and digests of their ids and of every view, by what they are of."""
    views = {f"the values of '{view}'": view_digest(data, view) for view in data.names}
    return {COUNT: len(data), "the ids": text_digest([str(i) for i in data.ids]), **views}


def state_of(
    folder: Path | None, resume: bool, recipe: Recipe, rows: Batch, held: Batch | None
) -> dict[str, Any] | None:
    """The state to go on from; None for a run from the start.

    Raises:
        UsageError: there is nothing to resume, or it is another run: with every difference. DataError: its state is
            broken.
    """
    if folder is None:
        if resume:
            raise UsageError("to resume a run, give its folder")
        return None
    prepare(folder, resume)
    if not resume:
        return None
    if not (folder / STATE).exists():
        _refuse_lost(folder)
        return None
    state = read_state(folder / STATE)
    then = kept(state)["recipe"]
    differ = list(_differences(then, recipe))
    if all(then.get(key, recipe[key]) == recipe[key] for key in ("seed", "fraction")):  # else rows are split otherwise
        differ += _row_differences(then, recipe, read_record(folder), {"training": rows, "validation": held})
    if differ:
        first = "; ".join(differ[:MOST]) + (f"; and {len(differ) - MOST} more" if len(differ) > MOST else "")
        remedy = "give what the run began with, or train anew in another folder"
        raise UsageError(Problem("MVG833", (str(folder),), f"the run cannot go on, for these differ: {first}", remedy))
    return state


def _refuse_lost(folder: Path) -> None:
    """Refuse to begin anew over the weights of epochs whose state is gone."""
    if (folder / WEIGHTS).exists():
        message = f"there are weights, but no {STATE} that training could go on from"
        remedy = f"put {STATE} back from a copy, or train anew in another folder; the weights are as they were"
        raise UsageError(Problem("MVG836", (str(folder),), message, remedy))


def _differences(then: Recipe, now: Recipe) -> Iterator[str]:
    """What differs between the recipes of two runs but for their rows, in words."""
    for key, before in then.items():
        if key == "spec":
            yield from _spec_differences(str(before), now["spec"])
        elif key != ROWS and now.get(key, before) != before:
            yield f"{key}: {_shown(before)} then, {_shown(now[key])} now"


def _spec_differences(before: str, now: str) -> Iterator[str]:
    """The keys of the spec that differ, each with its value then and now."""
    if before in (now, hashlib.sha256(now.encode()).hexdigest()):
        return
    if "\n" not in before:  # runs of before kept a digest only
        yield "the spec"
        return
    then, keys = (dict(leaves(_explicit(load(text)))) for text in (before, now))
    differ = [k for k in dict.fromkeys((*then, *keys)) if then.get(k) != keys.get(k)]
    yield from (f"{k}: {_shown(then.get(k))} then, {_shown(keys.get(k))} now" for k in differ)


def _explicit(spec: Spec) -> dict[str, Any]:
    """A spec as plain data, in which the optimizer has all its options."""
    optimizer = spec.training.optimizer or Optimizer.read("adam")
    options = {option_name(f): plain(getattr(optimizer, f.name)) for f in fields(optimizer)}
    written = tree(spec)
    return {**written, "training": {**written.get("training", {}), "optimizer": {optimizer.word: options}}}


def _shown(value: Any) -> str:
    return "not given" if value is None else inline(value)


def _row_differences(
    then: Recipe, now: Recipe, record: Record | None, data: Mapping[str, Batch | None]
) -> Iterator[str]:
    """Which rows differ, in words: how many, what of them, and which ones where the run has a record."""
    known = {"training": record.training, "validation": record.held_out} if record else {}
    for part, after in now[ROWS].items():
        old = {**after, COUNT: then.get(f"{part} rows", after.get(COUNT))}  # runs of before kept a count only
        before = then[ROWS][part] if ROWS in then else old
        counts = [digests.get(COUNT, 0) for digests in (before, after)]
        if counts[0] != counts[1]:
            yield f"{part} rows: {counts[0]} then, {counts[1]} now"
        elif before != after:
            yield from (f"{what} in the {part} rows" for what in before if before[what] != after.get(what))
        rows, recorded = data[part], known.get(part)
        if before != after and rows is not None and recorded is not None:
            yield from _other_rows(part, recorded, Fingerprints.of(rows), rows)


def _other_rows(part: str, before: Fingerprints, now: Fingerprints, data: Batch) -> Iterator[str]:
    names, known = [data.name(i) for i in range(len(data))], before.names
    if names != list(known) and sorted(names) == sorted(known):
        yield f"the {part} rows are in another order"
        return
    digests, present = dict(zip(known, before.digests, strict=True)), set(names)
    yield from _named(f"{part} rows that are new", [n for n in names if n not in digests])
    yield from _named(f"{part} rows that are gone", [n for n in known if n not in present])
    pairs = zip(names, now.digests, strict=True)
    yield from _named(f"{part} rows with other values", [n for n, d in pairs if digests.get(n, d) != d])


def _named(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{what}: {listed(names)}"


def kept(state: dict[str, Any]) -> dict[str, Any]:
    """What the keeper of a run left in its state."""
    found = state.get("callbacks", {}).get(Keeper.state_key)
    if not isinstance(found, dict):
        raise UsageError("the state file is not one of mvgraph")
    return found
