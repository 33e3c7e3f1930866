"""The decoder calls that an atom asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mvgraph.objective.atoms import Atom, Draw, LogMeanExp, Stream
from mvgraph.objective.games import Generator, Reconstruction
from mvgraph.objective.keys import Ref

Key = tuple[Ref, tuple[Stream, ...]]


class Call(NamedTuple):
    """A decoder at draws of its latents: the same for every mask, though what is drawn from follows the mask.

    Arguments:
        target: what is decoded.
        draws: its latents.
        component: the number of the part of the atom that asks for it; None where no part does so alone.
        scored: data are compared with what is decoded, and have to be there.
    """

    target: Ref
    draws: tuple[Draw, ...]
    component: int | None
    scored: bool = True

    @property
    def key(self) -> Key:
        """The target with the streams of its latents."""
        return key_of(self.target, self.draws)


def key_of(target: Ref, draws: tuple[Draw, ...]) -> Key:
    """A decoder's target with the streams of its latents."""
    return target, tuple(d.stream for d in draws)


def calls(atom: Atom) -> Iterator[Call]:
    """The decoder calls of an atom: of its log-likelihoods, or of the reconstructions that a game judges."""
    if isinstance(atom, LogMeanExp):
        for i, part in enumerate(atom.parts):
            yield from (Call(score.target, score.draws, i) for _, score in part.scores)
    elif isinstance(atom, Generator):
        samples = [(atom.match.real, None), *((f.sample, i) for i, f in enumerate(atom.match.fakes))]
        yield from (Call(s.ref, s.draws, i, scored=False) for s, i in samples if isinstance(s, Reconstruction))
    else:
        yield from (Call(score.target, score.draws, None) for score in atom.scored)
