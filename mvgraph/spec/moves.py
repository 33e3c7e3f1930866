"""The games of a spec and the moves of a step: who takes a step when, on what, and what that can change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mvgraph.language.density import Data, Density, parse_sample
from mvgraph.spec.games import Contest, Group, Loss, Move
from mvgraph.spec.model import Spec
from mvgraph.spec.phases import Objective

Reaches = Mapping[Loss, frozenset[Group]]


def contests(spec: Spec) -> list[Contest]:
    """The games of a spec that are played, as they are written; a game whose weight is the number 0 is not."""
    return [t for t in spec.minimize if isinstance(t, Contest) and not t.weight.vanishes]


def critics(spec: Spec) -> list[str]:
    """The names of the critics, game by game: C, with a number where there are several games."""
    found = contests(spec)
    return [f"C{n}" for n in range(1, len(found) + 1)] if len(found) > 1 else ["C"] * len(found)


def variables(written: Contest) -> list[str]:
    """The variables of `real`: one game for each of their bindings."""
    real = parse_sample(written.real)
    behind = (real.views or "").split(",") if isinstance(real, Density) else []
    named = {real.copy, *(v.strip() for v in behind)}
    return [name for name in written.for_ if name in named]


def without_games(spec: Spec) -> Spec:
    """The spec with the other terms of its objective only."""
    kept = tuple(t for t in spec.minimize if not isinstance(t, Contest))
    return replace(spec, objective=Objective(spec.maximize, kept), phases=())


def games_only(spec: Spec) -> Spec:
    """The spec with the games of its objective only."""
    return replace(spec, objective=Objective((), tuple(contests(spec))), phases=())


def reaches(spec: Spec) -> Reaches:
    """Whose parameters each of the losses depends on."""
    makers = {"p", "q"} if any(isinstance(parse_sample(c.fake), Data) for c in contests(spec)) else {"q"}
    found: dict[Loss, set[Group]] = {
        "objective": {"p", "q"},
        "critic": {"critic"},
        "generator": set(makers),  # type: ignore[arg-type]
        "total": {"p", "q"},
    }
    return {part: frozenset(groups) for part, groups in found.items()}


def moves(spec: Spec) -> tuple[Move, ...]:
    """The moves of a step; where none is written: the objective, the critics, then those who make the fakes."""
    if not contests(spec):
        return ()
    alone = not (spec.maximize or without_games(spec).minimize)
    if spec.moves:  # a phase may have the game, and not the rest
        return tuple(move for move in spec.moves if not (alone and move.loss == "objective"))
    makers: tuple[Group, ...] = ("p", "q") if "p" in reaches(spec)["generator"] else ("q",)
    first = () if alone else (Move(("p", "q"), "objective"),)
    return (*first, Move(("critic",), "critic"), Move(makers, "generator"))
