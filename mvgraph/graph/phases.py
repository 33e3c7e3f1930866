"""What can be wrong with the phases of training: their names, and what they freeze."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mvgraph.errors import Problem
from mvgraph.graph.finding import Check, error, warning
from mvgraph.graph.parts import names_of, parts, within
from mvgraph.registry import nearest
from mvgraph.spec.model import Spec, Training

_NAME = re.compile(r"[^\W\d][\w-]*")


def both(spec: Spec) -> Iterator[Problem]:
    """MVG240: an objective beside phases, which have objectives of their own."""
    if spec.phases and (spec.objective.maximize or spec.objective.minimize):
        remedy = "move it into a phase, or drop it (objective: null, where the spec extends one that has it)"
        yield error("MVG240", ("objective",), "there is an objective beside phases: when is it trained?", remedy)


def names(spec: Spec) -> Iterator[Problem]:
    """MVG241: a name of a phase that stands twice, or does not read as a name."""
    taken: set[str] = set()
    for i, phase in enumerate(spec.phases):
        path = ("phases", i, "name")
        if not _NAME.fullmatch(phase.name):
            remedy = "a name has letters, digits, _ and -, and starts with a letter"
            yield error("MVG241", path, f"'{phase.name}' is not a name", remedy)
        if phase.name in taken:
            message = f"there are two phases named '{phase.name}'"
            yield error("MVG241", path, message, "give each phase a name of its own")
        taken.add(phase.name)


def frozen(spec: Spec) -> Iterator[Problem]:
    """MVG242: a part to be frozen that does not exist."""
    known = names_of(spec)
    for i, phase in enumerate(spec.phases):
        for k, name in enumerate(phase.freeze):
            if name not in known:
                message = f"nothing that learns is named '{name}'"
                alike = [n for n in known if n.count(".") == min(name.count("."), 3)]
                yield error("MVG242", ("phases", i, "freeze", k), message, nearest(name, alike))


def idle(spec: Spec) -> Iterator[Problem]:
    """MVG243: a phase in which everything is frozen."""
    for i, phase in enumerate(spec.phases):
        if parts(spec) and len(within(spec, phase.freeze)) == len(parts(spec)):
            message = f"the phase '{phase.name}' freezes everything, and trains nothing"
            yield error("MVG243", ("phases", i, "freeze"), message, "leave out what it should train")


def epochs(spec: Spec) -> Iterator[Problem]:
    """MVG244 (warning): a number of epochs beside phases, which have their own."""
    if spec.phases and spec.training.epochs != Training().epochs:
        message = "the phases have epochs of their own, and this number is never used"
        yield warning("MVG244", ("training", "epochs"), message, "drop it")


CHECKS: tuple[Check, ...] = (both, names, frozen, idle, epochs)
