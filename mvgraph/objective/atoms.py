"""The atoms of an objective: expected log-likelihoods, divergences, log-mean-exps."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from mvgraph.language.expr import Expr
from mvgraph.objective.keys import Key, Mixture, Ref

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
        parents: the streams of its latent parents, for draws from a conditional prior.
    """

    ref: Ref
    source: Source
    views: frozenset[str]
    drawn: int = 0
    samples: int = 1
    parents: tuple[Stream, ...] = ()

    def __str__(self) -> str:
        evidence = f"random {self.drawn}" if self.drawn else ",".join(sorted(self.views))
        text = f"{self.ref}~{self.source}({evidence})x{self.samples}"
        return text + (f"<{';'.join(map(str, self.parents))}>" if self.parents else "")


@dataclass(frozen=True)
class Draw:
    """A latent and the distribution that it is drawn from; `given` draws the parents of a conditional prior."""

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


@dataclass(frozen=True)
class Likelihood:
    """E[log p(x_m | pa(x_m))] under the draws."""

    target: Ref
    draws: tuple[Draw, ...]

    def __str__(self) -> str:
        parents = ",".join(str(d.ref) for d in self.draws)
        drawn = dict.fromkeys(str(d) for d in (*self.draws, *(a for d in self.draws for a in d.whole)))
        return f"E[log p({self.target}|{parents}); {', '.join(drawn)}]"


@dataclass(frozen=True)
class KL:
    """KL(of ‖ to), for the latents of `of`; in expectation over `given` where `to` is conditional.

    Arguments:
        of: the first density: a key, or a mixture.
        to: the second density, one key for each latent of a mixture's part.
        given: draws of the parents of `to`.
        streams: for each component of `of`, its weight and one stream for each latent, for estimates by sampling.
        against: the stream of `to` where it is a posterior, so that it can be found under a mask.
    """

    of: Key | Mixture
    to: tuple[Key, ...]
    given: tuple[Draw, ...] = ()
    streams: tuple[tuple[Fraction, tuple[Stream, ...]], ...] = field(default=(), compare=False)
    against: Stream | None = field(default=None, compare=False)

    def __str__(self) -> str:
        drawn = dict.fromkeys(str(a) for d in self.given for a in d.whole)
        given = f"; {', '.join(drawn)}" if drawn else ""
        return f"KL({self.of} || {'·'.join(map(str, self.to))}{given})"


@dataclass(frozen=True)
class Stratum:
    """One component's log-weight: Σ λ log p(x | ·) + Σ β (log p − log q), as coefficients and atoms.

    `component` is the component's evidence, where the posterior family is a mixture.
    """

    weight: Fraction
    scores: tuple[tuple[Expr, Likelihood], ...]
    ratios: tuple[tuple[Expr, KL], ...]
    component: frozenset[str] | None = None


@dataclass(frozen=True)
class LogMeanExp:
    """E[log (1/K) Σ_k w(z_k)], averaged over strata (`outside`) or with the strata inside the logarithm."""

    samples: int
    strata: Literal["outside", "inside"]
    parts: tuple[Stratum, ...]
    text: str = field(compare=False)

    def __str__(self) -> str:
        return f"LME_{self.samples},{self.strata}{{ {self.text} }}"


Atom = Likelihood | KL | LogMeanExp


def likelihoods(atom: Atom) -> list[Likelihood]:
    """The log-likelihoods that an atom is, or has inside."""
    if isinstance(atom, LogMeanExp):
        return [a for part in atom.parts for _, a in part.scores]
    return [atom] if isinstance(atom, Likelihood) else []
