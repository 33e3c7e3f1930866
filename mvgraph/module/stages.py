"""The objectives of a model, ready to run: that of the whole spec, and that of every phase."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from mvgraph.errors import Problem, UsageError
from mvgraph.module.lowering import Step
from mvgraph.planning import Plan, plan
from mvgraph.registry import nearest
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import games_only, without_games


@dataclass(frozen=True, eq=False)
class Stage:
    """One objective, as a spec, as a plan, and as a step."""

    spec: Spec
    plan: Plan
    step: Step


Part = Literal["total", "objective", "games"]
PARTS: dict[Part, Callable[[Spec], Spec]] = {"objective": without_games, "games": games_only}


class Stages:
    """The stages of a model by the names of their phases; None is the sum of all phases, or the only objective.

    Arguments:
        spec: the whole spec.
        whole: its plan.
    """

    def __init__(self, spec: Spec, whole: Plan) -> None:
        self.whole = Stage(spec, whole, Step(spec, whole))
        self.parts: dict[tuple[str | None, Part], Stage] = {}
        self.phases = {n: Stage(s, whole.phases[n], Step(s, whole.phases[n])) for n, s in spec.by_phase.items()}

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

    def part(self, phase: str | None, part: Part) -> Stage:
        """A part of a stage's objective, made when it is first asked for."""
        whole = self[phase]
        if part == "total":
            return whole
        if (phase, part) not in self.parts:
            spec = PARTS[part](whole.spec)
            made = plan(spec)
            self.parts[phase, part] = Stage(spec, made, Step(spec, made))
        return self.parts[phase, part]
