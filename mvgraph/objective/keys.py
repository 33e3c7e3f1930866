"""Distributions of the objective, named by the networks that make them, never by a display name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import sympy

from mvgraph.language.expr import Expr
from mvgraph.language.hashing import hashed_once
from mvgraph.objective.ranges import Each, count
from mvgraph.vocab.center import Center


@dataclass(frozen=True)
class Ref:
    """A node of the unrolled graph: a shared latent `z`, or the copy of a plated node in one view, `h.1`."""

    node: str
    view: str | None = None

    def __str__(self) -> str:
        return f"{self.node}.{self.view}" if self.view is not None else self.node


@dataclass(frozen=True)
class Prior:
    """p(z), or p(z1 | z2, x) where the latent has parents.

    Arguments:
        ref: the latent.
        given: its latent parents.
        fixed: its parents that are conditioned on.
    """

    ref: Ref
    given: tuple[Ref, ...] = ()
    fixed: tuple[Ref, ...] = ()

    def __str__(self) -> str:
        parents = ",".join(map(str, (*self.given, *self.fixed)))
        return f"p({self.ref}|{parents})" if parents else f"p({self.ref})"


@dataclass(frozen=True)
class Standard(Prior):
    """N(0, I), as a part of a prior that is a mixture."""

    def __str__(self) -> str:
        return "N(0,I)"


@dataclass(frozen=True)
class Marginalised(Prior):
    """Σ_c p(c) p(z | c), a prior from which a discrete parent has been summed out (R6).

    Arguments:
        over: the discrete parent c.
    """

    over: str = ""

    def __str__(self) -> str:
        return f"Mix_p({self.over})[p({self.ref}|{self.over})]"


@dataclass(frozen=True)
class Empirical(Prior):
    """h(z.m | X), a prior that is made of the posteriors of all the views of the same datum."""

    def __str__(self) -> str:
        return f"h({self.ref}|X)"


@dataclass(frozen=True)
class Auxiliary:
    """r(h.m), the auxiliary prior of a private latent whose view is not in the evidence."""

    ref: Ref

    def __str__(self) -> str:
        return f"r({self.ref})"


@dataclass(frozen=True)
class Expert:
    """q(z | x_m), made by the encoder of one view."""

    ref: Ref
    view: str

    def __str__(self) -> str:
        return f"q({self.ref}|{self.view})"


@dataclass(frozen=True)
class Joint:
    """q(z | x_S) made by one network that sees all the views of S."""

    ref: Ref
    views: tuple[str, ...]

    def __str__(self) -> str:
        return f"qJ({self.ref}|{','.join(map(str, self.views))})"


@hashed_once
@dataclass(frozen=True)
class Pooled:
    """q(z | x_S) made by one network from the mean of messages, one from every view of S.

    Arguments:
        ref: the latent.
        views: S.
        reads: the latents whose draws are read in place of the views, their gradient stopped.
    """

    ref: Ref
    views: tuple[str, ...]
    reads: tuple[Ref, ...] = ()

    def __str__(self) -> str:
        return f"qPool({self.ref}|{','.join([f'sg({r})' for r in self.reads] or map(str, self.views))})"


@hashed_once
@dataclass(frozen=True)
class Fused:
    """Experts joined by a fusion rule; equal members are kept, since exponents add.

    Arguments:
        rule: the symbol of the rule, e.g. `PoE`.
        members: the experts (and the prior, where it is one), sorted by their text.
        exponents: of each member, for rules that have them: a number, or the name of a param and the view.
    """

    rule: str
    members: tuple[Key, ...]
    exponents: tuple[str, ...] = ()

    @property
    def ref(self) -> Ref:
        """The latent."""
        return self.members[-1].ref

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        texts = [str(m) for m in self.members]
        if self.exponents:
            exponents = [e if "/" not in e else f"({e})" for e in map(str, self.exponents)]
            texts = [f"{t}^{e}" for t, e in zip(texts, exponents, strict=True)]
        return f"{self.rule}[{'·'.join(texts)}]"


@hashed_once
@dataclass(frozen=True)
class Mixture:
    """Σ_S w_S Π_v q_S(v): components switch the evidence of all shared latents together."""

    weights: tuple[Fraction, ...]
    parts: tuple[tuple[Key, ...], ...]

    def __str__(self) -> str:
        texts = [str(p) if isinstance(p, Each) else "·".join(map(str, p)) for p in self.parts]
        if len(set(self.weights)) == 1:
            return f"Mix_{self.weights[0]}[{', '.join(texts)}]"
        return f"Mix[{', '.join(f'{w}:{t}' for w, t in zip(self.weights, texts, strict=True))}]"


@hashed_once
@dataclass(frozen=True)
class Pool:
    """a N(0, I) + (1 − a) mean over n of q(z.n | x_n): copies of a latent in several views as one prior.

    Arguments:
        standard: a, a formula over params.
        members: the posteriors of the views of the evidence.
    """

    standard: Expr
    members: tuple[Key, ...]

    def __str__(self) -> str:
        number = sympy.sympify(count(self.members))
        if self.standard == 0:
            return f"Mix_{1 / number}[{', '.join(map(str, self.members))}]"
        each = sympy.expand((1 - self.standard) / number)
        rest = "".join(f", {each}:{m}" for m in self.members if each != 0)
        return f"Mix[{self.standard}:N(0,I){rest}]"


@hashed_once
@dataclass(frozen=True)
class Centered:
    """The center of several densities of equal weights: their mixture, or their geometric mean.

    Arguments:
        rule: the kind of center.
        members: the densities, sorted by their text.
    """

    rule: Center
    members: tuple[Key, ...]

    def __str__(self) -> str:
        return f"{self.rule.symbol}_{1 / sympy.sympify(count(self.members))}[{', '.join(map(str, self.members))}]"


Key = Prior | Auxiliary | Expert | Joint | Pooled | Fused


def fused(
    rule: str, members: tuple[Key, ...], exponents: tuple[str, ...] = (), *, single_is_expert: bool = True
) -> Key:
    """The canonical key of a fusion: members sorted; a single one is itself unless the rule changes it (R1)."""
    if len(members) == 1 and single_is_expert:
        return members[0]
    pairs = sorted(zip(members, exponents or ("",) * len(members), strict=True), key=lambda p: (str(p[0]), p[1]))
    return Fused(rule, tuple(m for m, _ in pairs), tuple(e for _, e in pairs) if exponents else ())


def leaves(key: Key | Mixture) -> Iterator[Key]:
    """The densities that a fusion or a mixture is made of; any other one is itself."""
    if isinstance(key, Mixture):
        yield from (leaf for part in key.parts for member in part for leaf in leaves(member))
    elif isinstance(key, Fused):
        yield from (leaf for member in key.members for leaf in leaves(member))
    else:
        yield key
