"""The rules of explicit divergences: of one density from another, and of several from their center."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import sympy

from mvgraph.objective.atoms import KL, Draw, Stream
from mvgraph.objective.comparisons import CE, Deviation
from mvgraph.objective.evidence import Views
from mvgraph.objective.family import drawn, parents_of
from mvgraph.objective.frame import WHOLE, Frame
from mvgraph.objective.keys import Centered, Mixture
from mvgraph.objective.sides import Side, members, side
from mvgraph.objective.terms import Scope, Term
from mvgraph.spec.terms import CrossEntropy, Divergence, JensenShannon
from mvgraph.vocab.center.mixture import MixtureCenter

ONE = sympy.Integer(1)


def divergence(frame: Frame, written: Divergence) -> Iterator[Term]:
    """KL(of ‖ to), for evidence that exists under the mask."""
    of, to = side(frame, written.of), side(frame, written.to)
    if not of.exists or not to.exists:
        return
    if isinstance(to.key, Mixture):
        yield frame.build(ONE, WHOLE, _to_mixture(of, to), _scope(of, to))
    elif of.key != to.key or of.evidence.drawn != to.evidence.drawn:
        atom = KL(of.key, (to.key,), _parents(of, to), of.parts, _against(to))
        yield frame.build(ONE, WHOLE, atom, _scope(of, to))


def cross_entropy(frame: Frame, written: CrossEntropy) -> Iterator[Term]:
    """CE(of ‖ to): linear in `of`, so that of a mixture is the mean over its components."""
    of, to = side(frame, written.of), side(frame, written.to)
    if not of.exists or not to.exists or isinstance(to.key, Mixture):
        return
    for weight, draw in of.draws:
        component = draw.stream.views if len(of.draws) > 1 else None
        atom = CE(draw.key, (to.key,), _parents(of, to), ((WHOLE, (draw.stream,)),), _against(to))
        yield frame.build(ONE, weight, atom, _scope(of, to, component))


def jensen_shannon(frame: Frame, written: JensenShannon) -> Iterator[Term]:
    """Σ_k 1/K KL(q_k ‖ center), of the K densities that exist under the mask; nothing where all are one."""
    there = [s for s in members(frame, written.of) if s.exists]
    keys = sorted((s.single for s in there), key=str)
    if len(set(keys)) < 2:
        return
    center, sets = Centered(written.center, tuple(keys)), tuple(s.sets[0] for s in there)
    streams = tuple(zip(sets, (_stream_of(s) for s in there), strict=True))
    for one in there:
        scope = replace(_scope(one, one), needs=frozenset(), among=sets)
        atom = Deviation(one.single, center, _stream_of(one), streams)
        yield frame.build(ONE, Fraction(1, len(there)), atom, scope)


def _to_mixture(of: Side, to: Side) -> Deviation:
    """KL of one density to a mixture."""
    keys = sorted((d.key for _, d in to.draws), key=str)
    streams = tuple(zip(to.sets, (d.stream for _, d in to.draws), strict=True))
    return Deviation(of.single, Centered(MixtureCenter(), tuple(keys)), _stream_of(of), streams)


def _scope(of: Side, to: Side, component: Views | None = None) -> Scope:
    return Scope(of.frame.term, of.frame.instance.needs, of.evidence, to.evidence, component, to.scored)


def _stream_of(one: Side) -> Stream:
    return one.draws[0][1].stream


def _against(to: Side) -> Stream | None:
    return None if to.is_prior else _stream_of(to)


def _parents(of: Side, to: Side) -> tuple[Draw, ...]:
    """Draws of the latents that one of them is conditioned on."""
    return tuple(drawn(of.site, p) for p in parents_of(to.key) or parents_of(of.key))
