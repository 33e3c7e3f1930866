"""What a spec says of its games beside their terms: the losses of both players, and the moves of a step."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.objective.difference.naming import Names
from mvgraph.objective.difference.settings import Settings
from mvgraph.objective.playbook import LOSSES, SIDES
from mvgraph.spec.games import Contest, Group, Loss
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import contests, critics, moves

GROUPS: tuple[Group, ...] = ("p", "q", "critic")


def turns(spec: Spec) -> list[tuple[frozenset[Group], Loss]]:
    """Who takes a step on which loss, move by move; by which optimizer is a matter of training."""
    return [(frozenset(move.update), move.loss) for move in moves(spec)]


def players(spec: Spec, names: Names) -> Settings:
    """What the players of each game minimise, and their moves in the order of a step."""
    return dict([*_players(spec, names), *_moves(spec)])


def _players(spec: Spec, names: Names) -> Iterator[tuple[str, str]]:
    for phase, part in (spec.by_phase or {"": spec}).items():
        where = f" in phase {phase}" if phase else ""
        for written, name in zip(contests(part), critics(part), strict=True):
            yield from ((f"{what.format(names.critic(name))}{where}", text) for what, text in _losses(written))


def _losses(written: Contest) -> Iterator[tuple[str, str]]:
    play = written.play
    yield "critic {}, at the real", play.real_text
    yield "critic {}, at each fake", play.fake_text
    yield "critic {}, counts", SIDES[written.balance]
    if play.bounds:
        yield "critic {}, bounded", play.bounds
    yield "generator of {}, at each fake", play.generator_text


def _moves(spec: Spec) -> Iterator[tuple[str, str]]:
    for number, (update, loss) in enumerate(turns(spec), 1):
        yield f"move {number}", f"{', '.join(g for g in GROUPS if g in update)} on {LOSSES[loss]}"
