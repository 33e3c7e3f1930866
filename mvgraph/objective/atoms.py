"""The atoms of an objective: expected log-likelihoods, divergences, log-mean-exps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar, Literal, Protocol

from mvgraph.language.expr import Expr
from mvgraph.language.hashing import hashed_once
from mvgraph.objective.keys import Key, Mixture, Ref
from mvgraph.vocab.divergence import closed_kl
from mvgraph.vocab.family import ClosedKL, Family

Parts = tuple[tuple[Fraction, tuple["Stream", ...]], ...]
FamilyOf = Callable[[Key], Family]
Source = Literal["posterior", "own", "aux", "prior"]


@dataclass(frozen=True)
class Stream:
    """One stream of draws of a latent: what is drawn, from which evidence, how often.

    Draws are shared by every term that names the same stream. `views` is the evidence as the spec writes it,
    before missing views are taken out, so that a stream is the same thing for every mask.

    Arguments:
        ref: the latent.
        source: where its distribution comes from.
        views: the evidence.
        drawn: the number of a random evidence set, from 1; 0 where the evidence is not random.
        samples: draws a datum.
        parents: the streams of its latent parents, for draws from a conditional prior, or from a posterior of which
            that prior is an expert.
        owner: the stratum of a log-mean-exp that alone has these draws; empty where they are shared.
    """

    ref: Ref
    source: Source
    views: frozenset[str]
    drawn: int = 0
    samples: int = 1
    parents: tuple[Stream, ...] = ()
    owner: str = ""

    def __str__(self) -> str:
        evidence = f"random {self.drawn}" if self.drawn else ",".join(sorted(self.views))
        text = f"{self.ref}~{self.source}({evidence})x{self.samples}"
        text += f"<{';'.join(map(str, self.parents))}>" if self.parents else ""
        return text + (f" of {self.owner}" if self.owner else "")


@dataclass(frozen=True)
class Draw:
    """A latent and the distribution that it is drawn from; `given` draws the latents that this is conditioned on."""

    ref: Ref
    key: Key
    stream: Stream = field(compare=False)
    given: tuple[Draw, ...] = ()

    @property
    def whole(self) -> tuple[Draw, ...]:
        """The draw and those that it is made from, parents last."""
        return self, *(d for parent in self.given for d in parent.whole)

    def __str__(self) -> str:
        return f"{self.ref}~{self.key}"


Closed = Callable[["Distance"], bool]  # whether a divergence is evaluated in closed form


class Atom(Protocol):
    """What every kind of atom tells its readers."""

    @property
    def is_distance(self) -> bool:
        """Whether it is made to be minimised; it then follows the scores in print."""

    @property
    def scored(self) -> tuple[Likelihood, ...]:
        """The log-likelihoods that it is, or has inside."""

    @property
    def keys(self) -> tuple[Key, ...]:
        """The distributions that it names, fused ones as they are."""

    @property
    def compared(self) -> tuple[Stream, ...]:
        """The posteriors whose parameters it needs, drawn from or not."""

    @property
    def components(self) -> tuple[frozenset[str] | None, ...]:
        """The evidence of each part whose weight depends on the observed views; none where it has no such parts."""

    def streams(self, closed: Closed) -> Iterator[Stream]:
        """The draws that it needs, parents first; a divergence in closed form needs those of its condition only."""


def depth(stream: Stream) -> int:
    """How many generations of parents a stream has."""
    return 1 + max(map(depth, stream.parents)) if stream.parents else 0


class Distance(Atom, Protocol):
    """An atom that may have a closed form."""

    def formula(self, family: FamilyOf) -> ClosedKL | None:
        """Its value as a function of both densities' parameters, where a closed form is known."""


def with_parents(streams: Iterable[Stream]) -> Iterator[Stream]:
    """Streams, each after those that it is drawn from."""
    for stream in streams:
        yield from with_parents(stream.parents)
        yield stream


@dataclass(frozen=True)
class Likelihood:
    """E[log p(x_m | pa(x_m))] under the draws.

    Arguments:
        target: what is scored.
        draws: its latent parents.
        fixed: its parents that are conditioned on.
        value: the draw that it is of, the gradient stopped, where the target is pseudo-data.
    """

    target: Ref
    draws: tuple[Draw, ...]
    fixed: tuple[Ref, ...] = ()
    value: Draw | None = None

    is_distance: ClassVar[bool] = False
    compared: ClassVar[tuple[Stream, ...]] = ()
    components: ClassVar[tuple[frozenset[str] | None, ...]] = ()

    @property
    def scored(self) -> tuple[Likelihood, ...]:
        """Itself."""
        return (self,)

    @property
    def keys(self) -> tuple[Key, ...]:
        """What its latents are drawn from."""
        return tuple(d.key for d in self.draws)

    def streams(self, closed: Closed) -> Iterator[Stream]:  # noqa: ARG002 - every atom is asked alike
        """The draws of its latents."""
        yield from with_parents(d.stream for d in (*self.draws, *([self.value] if self.value else [])))

    def __str__(self) -> str:
        parents = ",".join(sorted(map(str, (*self.fixed, *(d.ref for d in self.draws)))))
        drawn = dict.fromkeys(str(d) for d in (*self.draws, *(a for d in self.draws for a in d.whole)))
        return f"E[log p({self.target}|{parents}); {', '.join(drawn)}]"


@dataclass(frozen=True)
class Comparison:
    """One density against another, for the latents of `of`; in expectation over `given` where one is conditional.

    Arguments:
        of: the first density: a key, or a mixture.
        to: the second density, one key for each latent of a mixture's part.
        given: draws of the latents that they are conditioned on.
        parts: for each component of `of`, its weight and one stream for each latent, for estimates by sampling.
        against: the stream of `to` where it is a posterior, so that it can be found under a mask.
    """

    of: Key | Mixture
    to: tuple[Key, ...]
    given: tuple[Draw, ...] = ()
    parts: Parts = field(default=(), compare=False)
    against: Stream | None = field(default=None, compare=False)

    symbol: ClassVar[str] = ""  # in print
    is_distance: ClassVar[bool] = True
    scored: ClassVar[tuple[Likelihood, ...]] = ()

    def formula(self, family: FamilyOf) -> ClosedKL | None:
        """That of the pair of families; none for a mixture."""
        return None if isinstance(self.of, Mixture) else self.pair(family(self.of), family(self.to[0]))

    @staticmethod
    def pair(of: Family, to: Family) -> ClosedKL | None:
        """The closed form for two families, where one is known."""
        raise NotImplementedError

    @property
    def keys(self) -> tuple[Key, ...]:
        """Both densities, and the condition's."""
        whole = [k for part in self.of.parts for k in part] if isinstance(self.of, Mixture) else [self.of]
        return (*whole, *self.to, *(d.key for d in self.given))

    @property
    def compared(self) -> tuple[Stream, ...]:
        """The posteriors between which it stands."""
        return (*(s for _, part in self.parts for s in part), *((self.against,) if self.against else ()))

    @property
    def components(self) -> tuple[frozenset[str] | None, ...]:
        """Those of a mixture."""
        return tuple(streams[0].views for _, streams in self.parts) if isinstance(self.of, Mixture) else ()

    def streams(self, closed: Closed) -> Iterator[Stream]:
        """The draws of its condition, and those of the first density where it is sampled."""
        yield from with_parents(d.stream for d in self.given)
        drawn = [s for _, part in self.parts for s in part]
        yield from with_parents(p for s in drawn for p in s.parents)
        if not closed(self):
            yield from drawn

    def __str__(self) -> str:
        drawn = dict.fromkeys(str(a) for d in self.given for a in d.whole)
        given = f"; {', '.join(drawn)}" if drawn else ""
        return f"{self.symbol}({self.of} || {'·'.join(map(str, self.to))}{given})"


@hashed_once
@dataclass(frozen=True)
class KL(Comparison):
    """KL(of ‖ to) = E_of[log of − log to]."""

    symbol: ClassVar[str] = "KL"

    @staticmethod
    def pair(of: Family, to: Family) -> ClosedKL | None:
        return closed_kl(of, to)


@dataclass(frozen=True)
class Stratum:
    """One component's log-weight: Σ λ log p(x | ·) + Σ β (log p − log q), as coefficients and atoms.

    `component` is the component's evidence, where the posterior family is a mixture.
    """

    weight: Fraction
    scores: tuple[tuple[Expr, Likelihood], ...]
    ratios: tuple[tuple[Expr, KL], ...]
    component: frozenset[str] | None = None


@hashed_once
@dataclass(frozen=True)
class LogMeanExp:
    """E[log (1/K) Σ_k w(z_k)], averaged over strata (`outside`) or with the strata inside the logarithm."""

    samples: int
    strata: Literal["outside", "inside"]
    parts: tuple[Stratum, ...]
    text: str = field(compare=False)

    is_distance: ClassVar[bool] = False
    compared: ClassVar[tuple[Stream, ...]] = ()

    @property
    def scored(self) -> tuple[Likelihood, ...]:
        """The log-likelihoods of every stratum."""
        return tuple(a for part in self.parts for _, a in part.scores)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Those of everything under the logarithm."""
        inner = (a for part in self.parts for terms in (part.scores, part.ratios) for _, a in terms)
        return tuple(k for atom in inner for k in atom.keys)

    @property
    def components(self) -> tuple[frozenset[str] | None, ...]:
        """One a stratum."""
        return tuple(part.component for part in self.parts)

    def streams(self, closed: Closed) -> Iterator[Stream]:  # noqa: ARG002 - a log-weight is always sampled
        """The draws of every stratum."""
        for part in self.parts:
            yield from (s for _, a in part.scores for s in a.streams(_never))
            yield from (s for _, a in part.ratios for s in a.streams(_never))

    def __str__(self) -> str:
        return f"LME_{self.samples},{self.strata}{{ {self.text} }}"


def _never(_: Distance) -> bool:
    return False
