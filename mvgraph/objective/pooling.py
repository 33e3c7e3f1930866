"""Priors that are made of posteriors: h(z.m | X) = a N(0, I) + (1 − a) mean over n of q(z.n | x_n), and the KL to them.

The mean is over the views of the evidence that were observed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from mvgraph.language.expr import Expr, Formula
from mvgraph.objective.atoms import KL, Atom
from mvgraph.objective.comparisons import PooledKL
from mvgraph.objective.evidence import Views
from mvgraph.objective.family import Site, drawn
from mvgraph.objective.keys import Pool, Ref, Standard
from mvgraph.objective.weighing import Weigher
from mvgraph.vocab.family.mixture_of import MixtureOf

WHOLE = Fraction(1)


@dataclass(frozen=True)
class Pull:
    """A part of a latent's KL to its prior.

    Arguments:
        atom: the divergence.
        factor: its weight in the KL, as a formula.
        share: its weight for the views that are there.
        member: the view whose posterior it is taken to, where the prior is a mean over such posteriors.
    """

    atom: Atom
    factor: Expr = 1
    share: Fraction = WHOLE
    member: Views | None = None


def standard(weigh: Weigher, family: MixtureOf) -> Expr:
    """a, the weight of the standard normal."""
    return weigh.weight(Formula(str(family.standard)))


def pulls(site: Site, weigh: Weigher, ref: Ref, family: MixtureOf) -> Iterator[Pull]:
    """The KL of a latent's posterior to its prior: the convex bound, or the whole."""
    yield from BOUNDS[family.bound](site, ref, standard(weigh, family))


def _convex(site: Site, ref: Ref, alone: Expr) -> Iterator[Pull]:
    """a KL(q ‖ N(0, I)) + (1 − a) mean over n of KL(q ‖ q_n)."""
    own = drawn(site, ref)
    parts = ((WHOLE, (own.stream,)),)
    yield Pull(KL(own.key, (Standard(ref),), (), parts), alone)
    for view in sorted(site.evidence):
        other = drawn(site, Ref(ref.node, view))
        if other.key != own.key:
            atom = KL(own.key, (other.key,), (), parts, other.stream)
            yield Pull(atom, 1 - alone, Fraction(1, len(site.evidence)), frozenset({view}))


def _exact(site: Site, ref: Ref, alone: Expr) -> Iterator[Pull]:
    """KL(q ‖ h)."""
    own = drawn(site, ref)
    members = [drawn(site, Ref(ref.node, view)) for view in sorted(site.evidence)]
    pool = Pool(alone, tuple(m.key for m in members))
    if alone != 0 or len(members) > 1 or members[0].key != own.key:
        yield Pull(PooledKL(own.key, pool, own.stream, tuple(m.stream for m in members)))


BOUNDS: dict[str, Callable[[Site, Ref, Expr], Iterator[Pull]]] = {"convex": _convex, "exact": _exact}
