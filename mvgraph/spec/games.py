"""A game as it is written: the term of the objective, and the moves of its players within a step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from mvgraph.errors import Path
from mvgraph.language.expr import Formula
from mvgraph.language.table import Table
from mvgraph.spec.terms import ONE
from mvgraph.vocab.game import Game
from mvgraph.vocab.network import Network
from mvgraph.vocab.optimizer import Optimizer

Group = Literal["p", "q", "critic"]
Loss = Literal["objective", "critic", "generator", "total"]


@dataclass(frozen=True)
class Contest:
    """`game`: a critic tells what is real from fakes, and the networks that make the fakes learn to pass for real.

    A variable of `real` makes one game, with a critic of its own, for each view; the others range over the fakes of
    one game. Fakes whose evidence is missing are left out, row by row.

    Arguments:
        play: the losses of the two players, e.g. `gan` or `{wgan: {clip: 0.01}}`.
        real: what is real: a density of a latent, e.g. `p(z)`, or the data of a view, `x.m`.
        fake: what is to pass for it: another density of that latent, e.g. `q(z | m)`, or a reconstruction, `x.m`.
        from: the evidence that a reconstruction is made from, as in a route.
        for: variables and what they run over, as in a route.
        critic: the network that gives the scores; `mlp` where none is named.
        balance: reals count as much as all fakes together (`even`), or as much as each of them (`pooled`).
        weight: a number or a formula, of the generator's loss in the objective.
    """

    play: Game
    real: str
    fake: str
    from_: str | None = None
    for_: Table[str] = field(default_factory=Table)
    critic: Network | None = None
    balance: Literal["even", "pooled"] = "even"
    weight: Formula = ONE

    word: ClassVar[str] = "game"
    combine: ClassVar[Literal["sum", "mean"]] = "sum"
    gathers: ClassVar[bool] = True
    is_distance: ClassVar[bool] = True
    compares: ClassVar[bool] = False

    @property
    def samples(self) -> tuple[tuple[str, str], ...]:
        """What is real and what is fake, by their keys."""
        return ("real", self.real), ("fake", self.fake)

    @property
    def densities(self) -> tuple[tuple[Path, str], ...]:
        """Those of the two that are densities of a latent."""
        return tuple(((key,), text) for key, text in self.samples if "(" in text)


@dataclass(frozen=True)
class Move:
    """One move of a step: some parameters take one step of an optimizer of their own, with noise of their own.

    Arguments:
        update: whose parameters: `p` (decoders, priors), `q` (encoders, what is learnt in weights), `critic` (all).
        loss: which loss: the objective without its games, the critics', the generators', or objective and generators.
        optimizer: a word with its options; that of `training` where none is named.
    """

    update: tuple[Group, ...]
    loss: Loss
    optimizer: Optimizer | None = None
