"""Every check of a written model, in one table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mvgraph.errors import Place, Problem
from mvgraph.graph import (
    comparisons,
    conditions,
    games,
    gradients,
    hooks,
    idle,
    impropriety,
    inference,
    mathematics,
    networks,
    phases,
    pooling,
    references,
    samplers,
    shapes,
    statistics,
    structure,
    summing,
    usage,
    weights,
)
from mvgraph.graph.finding import Check
from mvgraph.spec.model import Spec

CHECKS: tuple[Check, ...] = (
    *structure.CHECKS,
    *inference.CHECKS,
    *samplers.CHECKS,
    *references.CHECKS,
    *weights.CHECKS,
    *usage.CHECKS,
    *conditions.CHECKS,
    *mathematics.CHECKS,
    *comparisons.CHECKS,
    *shapes.CHECKS,
    *networks.CHECKS,
    *statistics.CHECKS,
    *pooling.CHECKS,
    *summing.CHECKS,
    *games.CHECKS,
    *hooks.CHECKS,
    *idle.CHECKS,
    *impropriety.CHECKS,
    *phases.CHECKS,
    *gradients.CHECKS,
)
# What only a spec without errors can be asked.
CONSEQUENCES: tuple[Check, ...] = (*usage.CONSEQUENCES, *networks.CONSEQUENCES, *statistics.CONSEQUENCES)


def check(spec: Spec) -> list[Problem]:
    """Everything that is wrong with a written model, all at once.

    Arguments:
        spec: a written model.

    Returns:
        Errors and warnings by their places in the text, or by their paths where the spec came from no text. The codes
        MVG2xx are about structure, MVG3xx about mathematics, MVG4xx about shapes.
    """
    found = [problem for one in CHECKS for problem in one(spec)]
    if not any(p.severity == "error" for p in found):
        found += consequences(spec)
    located = [_located(spec, _folded(spec, p)) for p in found] + [*(spec.document.notes if spec.document else ())]
    return ordered(located)


def consequences(spec: Spec) -> list[Problem]:
    """What follows from a spec whose objective is as it is meant, where it is."""
    return [problem for one in CONSEQUENCES for problem in one(spec)]


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by their places in the text, each once."""
    return sorted(dict.fromkeys(problems), key=_order)


def _folded(spec: Spec, problem: Problem) -> Problem:
    """A problem of one level as a problem of the node that is written, so that it is told once."""
    nodes = {x.name: x.level.node for x in spec.latents if x.level is not None}
    if not nodes or problem.path[:1] not in (("p",), ("q",)):
        return problem
    path, message = tuple(nodes.get(str(k), k) for k in problem.path), problem.message
    for name, node in nodes.items():
        message = message.replace(f"'{name}'", f"'{node}'")
    return replace(problem, path=path[:3] if path[2:3] == ("given",) else path, message=message)


def _located(spec: Spec, problem: Problem) -> Problem:
    return problem if spec.document is None else spec.document.locate(problem)


def _order(problem: Problem) -> tuple[bool, Place, tuple[tuple[bool, int, str], ...], str, str]:
    path = tuple((isinstance(k, str), k if isinstance(k, int) else 0, str(k)) for k in problem.path)
    return problem.place is None, problem.place or Place("", 0, 0), path, problem.code, problem.message
