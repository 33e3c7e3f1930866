"""Every check of a written model, in one table."""

from __future__ import annotations

from mvgraph.errors import Place, Problem
from mvgraph.graph import (
    hooks,
    impropriety,
    inference,
    mathematics,
    pooling,
    references,
    shapes,
    structure,
    usage,
    weights,
)
from mvgraph.graph.finding import Check
from mvgraph.spec.model import Spec

CHECKS: tuple[Check, ...] = (
    *structure.CHECKS,
    *inference.CHECKS,
    *references.CHECKS,
    *weights.CHECKS,
    *usage.CHECKS,
    *mathematics.CHECKS,
    *shapes.CHECKS,
    *pooling.CHECKS,
    *hooks.CHECKS,
    *impropriety.CHECKS,
)
CONSEQUENCES: tuple[Check, ...] = usage.CONSEQUENCES  # what only a spec without errors can be asked


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
        found += [problem for one in CONSEQUENCES for problem in one(spec)]
    located = [spec.document.locate(p) if spec.document is not None else p for p in found]
    return sorted(dict.fromkeys(located), key=_order)


def _order(problem: Problem) -> tuple[bool, Place, tuple[tuple[bool, int, str], ...], str, str]:
    path = tuple((isinstance(k, str), k if isinstance(k, int) else 0, str(k)) for k in problem.path)
    return problem.place is None, problem.place or Place("", 0, 0), path, problem.code, problem.message
