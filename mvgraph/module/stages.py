"""The objectives of a model, ready to run: that of the whole spec, and that of every phase."""

from __future__ import annotations

from dataclasses import dataclass

from mvgraph.errors import Problem, UsageError
from mvgraph.module.lowering import Step
from mvgraph.planning import Plan
from mvgraph.registry import nearest
from mvgraph.spec.model import Spec


@dataclass(frozen=True, eq=False)
class Stage:
    """One objective, as a spec, as a plan, and as a step."""

    spec: Spec
    plan: Plan
    step: Step


class Stages:
    """The stages of a model by the names of their phases; None is the sum of all phases, or the only objective.

    Arguments:
        spec: the whole spec.
        plan: its plan.
    """

    def __init__(self, spec: Spec, plan: Plan) -> None:
        self.whole = Stage(spec, plan, Step(spec, plan))
        self.phases = {n: Stage(s, plan.phases[n], Step(s, plan.phases[n])) for n, s in spec.by_phase.items()}

    def __getitem__(self, phase: str | None) -> Stage:
        """A stage.

        Raises:
            UsageError: the spec has no such phase.
        """
        if phase is None:
            return self.whole
        if phase not in self.phases:
            remedy = nearest(phase, list(self.phases)) if self.phases else "it has one objective, and no phases"
            raise UsageError(Problem("MVG513", ("phases",), f"the spec has no phase '{phase}'", remedy))
        return self.phases[phase]
