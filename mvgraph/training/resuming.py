"""What a run must have in common with the one that it goes on with, and the state that it goes on from."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from mvgraph.data.batch import Batch
from mvgraph.errors import UsageError
from mvgraph.spec.model import Spec
from mvgraph.spec.writing import dump
from mvgraph.training.folder import STATE, prepare, read_state
from mvgraph.training.keeping import Keeper, Recipe


def recipe_of(spec: Spec, seed: int, size: int, rows: Batch, held: Batch | None) -> Recipe:
    """What runs must share for one to go on with the other; only their last epochs may be more."""
    training = replace(spec.training, epochs=1, batch_size="full", early_stopping=None)
    phases = (*spec.phases[:-1], *(replace(p, epochs=1) for p in spec.phases[-1:]))
    text = dump(replace(spec, training=training, phases=phases))
    return {
        "spec": hashlib.sha256(text.encode()).hexdigest(),
        "seed": seed,
        "batch size": size,
        "training rows": len(rows),
        "validation rows": len(held) if held is not None else 0,
    }


def state_of(folder: Path | None, resume: bool, recipe: Recipe) -> dict[str, Any] | None:
    """The state to go on from; None for a run from the start.

    Raises:
        UsageError: there is nothing to resume, or it is another run. DataError: its state is broken.
    """
    if folder is None:
        if resume:
            raise UsageError("to resume a run, give its folder")
        return None
    prepare(folder, resume)
    if not resume or not (folder / STATE).exists():
        return None
    state = read_state(folder / STATE)
    differ = [k for k, v in kept(state)["recipe"].items() if recipe.get(k) != v]
    if differ:
        before, now = kept(state)["recipe"][differ[0]], recipe.get(differ[0])
        said = "" if differ[0] == "spec" else f": {before} then, {now} now"
        raise UsageError(f"the run in '{folder}' cannot go on, for its {differ[0]} was another{said}")
    return state


def kept(state: dict[str, Any]) -> dict[str, Any]:
    """What the keeper of a run left in its state."""
    found = state.get("callbacks", {}).get(Keeper.state_key)
    if not isinstance(found, dict):
        raise UsageError("the state file is not one of mvgraph")
    return found
