"""The objective of a spec as it is written, and the phases that training may have instead of one objective."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mvgraph.spec.terms import WrittenTerm


@dataclass(frozen=True)
class Objective:
    """What is maximised and what is minimised.

    Arguments:
        maximize: routes.
        minimize: divergences and games.
    """

    maximize: tuple[WrittenTerm, ...] = ()
    minimize: tuple[WrittenTerm, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One phase of training: an objective of its own, for some epochs, with some parts at rest.

    Schedules count from the start of the phase.

    Arguments:
        name: for messages, curves and `Model.loss`.
        epochs: passes over the rows.
        freeze: parts that do not learn: `p` or `q`, a node (`p.z`, `q.z`), or a part of it (`p.x.image`, `q.z.joint`).
        reset: what starts anew; the optimizer goes on as it is, unless named.
        objective: routes to be maximised, and terms to be minimised.
    """

    name: str
    epochs: int
    freeze: tuple[str, ...] = ()
    reset: tuple[Literal["optimizer"], ...] = ()
    objective: Objective
