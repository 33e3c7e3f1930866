"""The atoms of a game: what each of its two players minimises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import ClassVar, Literal

from mvgraph.objective.atoms import Closed, Draw, Likelihood, Stream, with_parents
from mvgraph.objective.keys import Key, Ref
from mvgraph.vocab.game import Game
from mvgraph.vocab.network import Network


@dataclass(frozen=True)
class Observation:
    """The data of one view."""

    ref: Ref

    draws: ClassVar[tuple[Draw, ...]] = ()

    def __str__(self) -> str:
        return str(self.ref)


@dataclass(frozen=True)
class Latent:
    """A draw of a latent."""

    draw: Draw

    @property
    def ref(self) -> Ref:
        """The latent."""
        return self.draw.ref

    @property
    def draws(self) -> tuple[Draw, ...]:
        """The draw itself."""
        return (self.draw,)

    def __str__(self) -> str:
        return ", ".join(dict.fromkeys(map(str, self.draw.whole)))


@dataclass(frozen=True)
class Reconstruction:
    """E[x_m | pa(x_m)] at draws of the latents: the mean of the view's likelihood."""

    ref: Ref
    draws: tuple[Draw, ...]

    def __str__(self) -> str:
        drawn = dict.fromkeys(str(a) for d in self.draws for a in d.whole)
        return f"E[{self.ref}|{','.join(str(d.ref) for d in self.draws)}; {', '.join(drawn)}]"


CRITIC = "critic of "  # the beginning of a critic's name among the players
Sample = Observation | Latent | Reconstruction


@dataclass(frozen=True)
class Fake:
    """One fake, and the views without which it does not exist; none are named where its evidence is what there is."""

    sample: Latent | Reconstruction
    needs: frozenset[str] | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return str(self.sample)


@dataclass(frozen=True)
class Match:
    """A critic, what it takes for real, and the fakes that are to pass for it.

    Arguments:
        critic: the name of its network.
        network: the word of its network.
        play: the losses of the two players.
        balance: how much the reals count beside the fakes.
        real: what is real.
        fakes: those that may exist.
    """

    critic: str
    network: Network = field(compare=False)
    play: Game
    balance: Literal["even", "pooled"]
    real: Sample
    fakes: tuple[Fake, ...]

    @property
    def rule(self) -> str:
        """The word of the game, with its options."""
        options = ", ".join(f"{f.name}: {getattr(self.play, f.name)}" for f in fields(self.play))
        return f"{self.play.word}({options})" if options else self.play.word

    def __str__(self) -> str:
        counts = Counter(map(str, self.fakes))
        fakes = ", ".join(t if n == 1 else f"{n} x {t}" for t, n in counts.items())
        pooled = "; pooled" if self.balance == "pooled" else ""
        return f"{self.rule}{{ {self.critic}; real {self.real}; fake {fakes}{pooled} }}"


@dataclass(frozen=True)
class _Player:
    """What the losses of both players have in common: the fakes, and what is real."""

    match: Match

    is_distance: ClassVar[bool] = True
    scored: ClassVar[tuple[Likelihood, ...]] = ()

    @property
    def draws(self) -> tuple[Draw, ...]:
        """The draws behind the fakes, and what is drawn of the real."""
        return (*self.match.real.draws, *(d for f in self.match.fakes for d in f.sample.draws))

    @property
    def keys(self) -> tuple[Key, ...]:
        """What the fakes, and the real, are drawn from."""
        return tuple(d.key for d in self.draws)

    @property
    def compared(self) -> tuple[Stream, ...]:
        """None: no density is evaluated."""
        return ()

    @property
    def components(self) -> tuple[frozenset[str] | None, ...]:
        """One a fake."""
        return tuple(f.needs for f in self.match.fakes)

    def streams(self, closed: Closed) -> Iterator[Stream]:  # noqa: ARG002 - every atom is asked alike
        """The draws of the real and the fakes."""
        yield from with_parents(d.stream for d in self.draws)


@dataclass(frozen=True)
class Generator(_Player):
    """The mean over the fakes of the generator's loss, with the critic held still."""

    def __str__(self) -> str:
        return f"GAME_{self.match}"

    @property
    def player(self) -> str:
        """Its name among the players."""
        return f"generator of {self.match.critic}"

    @property
    def opponent(self) -> Critic:
        """Who judges the fakes."""
        return Critic(self.match)


@dataclass(frozen=True)
class Critic(_Player):
    """The critic's loss: the mean over what is real and over the fakes, which are held still.

    Real and fakes count alike as two sides, ½(real + mean of the fakes), or all alike, (real + Σ fakes)/(1 + fakes).
    """

    def __str__(self) -> str:
        return f"{CRITIC}{self.match.critic}"


def is_critic(player: str) -> bool:
    """Whether a player, by its name among the players, is a critic."""
    return player.startswith(CRITIC)
