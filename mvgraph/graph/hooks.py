"""What can be wrong with the hooks that run after fitting: each of them knows."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.errors import Problem
from mvgraph.graph.finding import Check, error
from mvgraph.spec.model import Spec


def hooks(spec: Spec) -> Iterator[Problem]:
    """MVG340: a hook that has no meaning for the model."""
    for i, hook in enumerate(spec.training.after):
        for option, message, remedy in hook.faults(spec):
            yield error("MVG340", ("training", "after", i, hook.word, option), message, remedy)


CHECKS: tuple[Check, ...] = (hooks,)
