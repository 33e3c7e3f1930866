"""The rule of an explicit divergence."""

from __future__ import annotations

from collections.abc import Iterator

import sympy

from mvgraph.language.density import parse_density
from mvgraph.objective.atoms import KL
from mvgraph.objective.family import drawn, mixture_of, mixture_streams, parents_of, prior_key
from mvgraph.objective.frame import WHOLE, Frame, behind
from mvgraph.objective.keys import Ref
from mvgraph.objective.terms import Scope, Term
from mvgraph.spec.terms import Divergence


def divergence(frame: Frame, written: Divergence) -> Iterator[Term]:
    """An explicit KL(of ‖ to), for evidence that exists under the mask."""
    of, to = parse_density(written.of), parse_density(written.to)
    first, second = behind(frame, of), behind(frame, to)
    if not frame.at(first) or not frame.at(second):
        return
    ref = Ref(of.node, frame.weigh.copy(of.copy))
    site, other_site = (frame.site(s, s.views, frame.at(s)) for s in (first, second))
    key = drawn(site, ref).key if ref.view or frame.spec.mixture == "none" else mixture_of(site, [ref])
    other = prior_key(frame.spec, ref) if to.which == "p" else drawn(other_site, ref).key
    same = key == other and first.drawn == second.drawn
    if not same and (ref.view is None or ref.view in frame.observed):
        given = tuple(drawn(site, p) for p in parents_of(other) or parents_of(key))
        against = drawn(other_site, ref).stream if to.which == "q" else None
        streams = mixture_streams(site, [ref]) if ref.view is None else ((WHOLE, (drawn(site, ref).stream,)),)
        atom = KL(key, (other,), given, streams, against)
        scored = second.views if ref.view is None else frozenset({ref.view})
        scope = Scope(written, frame.instance.needs, first, second, None, scored)
        yield frame.build(sympy.Integer(1), WHOLE, atom, scope)
