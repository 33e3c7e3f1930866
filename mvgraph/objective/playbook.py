"""A game and its moves in words and symbols."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mvgraph.objective.atoms import Atom
from mvgraph.objective.games import Generator, Match
from mvgraph.spec.games import Group, Loss, Move
from mvgraph.spec.model import Spec
from mvgraph.spec.moves import moves

LOSSES: dict[Loss, str] = {
    "objective": "the objective without its games",
    "critic": "the losses of the critics",
    "generator": "GAME, the losses of those who make the fakes",
    "total": "the objective with GAME in it",
}
GROUPS: dict[Group, str] = {"p": "decoders, priors", "q": "encoders", "critic": "critics"}
SIDES = {"even": "half at the real, half at the fakes", "pooled": "the real and every fake alike"}


def players(atoms: Iterable[Atom]) -> Iterator[str]:
    """Who plays a game, by its atoms, and what each of them minimises."""
    for atom in atoms:
        if isinstance(atom, Generator):
            yield from _players(atom.match)


def _players(match: Match) -> Iterator[str]:
    play = match.play
    fakes = "; ".join(dict.fromkeys(map(str, match.fakes)))
    yield f"critic {match.critic} ({match.network.word}) minimises, {SIDES[match.balance]}:"
    yield f"  {play.real_text} at the real: {match.real}"
    yield f"  {play.fake_text} at each fake: {fakes}"
    if play.bounds:
        yield f"  {play.bounds}"
    yield f"generator: those who make the fakes minimise the mean over them of {play.generator_text}"


def order(spec: Spec) -> list[str]:
    """The moves of a step, in their order; none where there is no game."""
    return [f"{n}. {_move(spec, move)}" for n, move in enumerate(moves(spec), 1)]


def _move(spec: Spec, move: Move) -> str:
    word = move.optimizer or spec.training.optimizer
    groups = ", ".join(GROUPS[g] for g in move.update)
    return f"{groups} take a step of {word.word if word else 'adam'} on {LOSSES[move.loss]}"
