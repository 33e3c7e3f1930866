"""What a node of p may be besides latent or observed: a condition, discrete, pseudo-data, a level of a hierarchy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mvgraph.vocab.family import Family
from mvgraph.vocab.network import Network


@dataclass(frozen=True)
class Condition:
    """A view that is conditioned on: a parent of priors and decoders that is always there and never scored.

    Arguments:
        view: its name, or its position (the first is 1).
    """

    name: str
    view: str


@dataclass(frozen=True)
class Discrete:
    """A discrete node of p, summed out of the prior of the latent that is `marginal_over` it.

    Arguments:
        discrete: how many values it has.
        probs: whether its probabilities are learnt, or stay equal.
    """

    name: str
    count: int
    probs: Literal["learnt", "equal"] = "learnt"


@dataclass(frozen=True)
class Pseudo:
    """Pseudo-data of an upper level: draws of a private latent, their gradient stopped, one copy a view.

    Arguments:
        pseudo: the private latent whose draws are the data.
        given: the latents that they are decoded from.
        likelihood: their likelihood.
        network: the decoder word.
    """

    name: str
    pseudo: str
    given: tuple[str, ...]
    likelihood: Family
    network: Network | None = None


@dataclass(frozen=True)
class Levels:
    """The levels of a hierarchy, the first one next to the data.

    Arguments:
        level: how many there are.
    """

    level: int


@dataclass(frozen=True)
class Level:
    """Which level of a hierarchy a latent is.

    Arguments:
        node: the node as it is written, with one copy a level.
        number: of the level, from 1 (next to the data) to `count` (the root).
        count: of all levels.
        given: the parents as they are written, e.g. `z[l+1:]`.
    """

    node: str
    number: int
    count: int
    given: tuple[str, ...] = ()
