"""What the rule of a route leaves out, and why: the divergences of latents that end up in no term."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from mvgraph.graph.pooling import pools
from mvgraph.language.expr import Expr
from mvgraph.objective.atoms import KL
from mvgraph.objective.family import Site, drawn, prior_key
from mvgraph.objective.frame import Frame
from mvgraph.objective.keys import Ref
from mvgraph.objective.routes import Case, case
from mvgraph.spec.terms import Route

Why = Literal["barren", "cancelled", "surrogate"]


@dataclass(frozen=True)
class Omission:
    """A divergence that is in no term.

    Arguments:
        why: it belongs to a latent above no target; both of its densities are one; its ratio is left out.
        coefficient: what it would be weighted with.
        atom: the divergence.
    """

    why: Why
    coefficient: Expr
    atom: KL


def omissions(frame: Frame, written: Route) -> Iterator[Omission]:
    """What a route leaves out, for one binding of its variables: each latent of each component once, or kept."""
    found = case(frame, written)
    if found is None:
        return
    for weight, part in found.parts:
        site = found.site(part)
        for ref in _latents(frame):
            why = _why(found, site, ref)
            if why is not None:
                yield _omission(found, site, weight, ref, why)


def _latents(frame: Frame) -> list[Ref]:
    spec = frame.spec
    plated = {v.name: sorted(spec.scored_views) if v.plate else [None] for v in spec.latents}
    return [Ref(name, view) for name, views in plated.items() for view in views]


def _why(found: Case, site: Site, ref: Ref) -> Why | None:
    """Why a latent has no divergence of its own in a component; None where it has one, or a part in the mixture's."""
    source = drawn(site, ref).stream.source
    if source == "prior":
        return "cancelled"
    if ref not in found.relevant:
        return "barren"
    if source == "aux":
        return "surrogate"
    spec = found.frame.spec
    kept = ref.node in pools(spec) or (found.mixed and ref.view is None)
    return "cancelled" if not kept and drawn(site, ref).key == prior_key(spec, ref) else None


def _omission(found: Case, site: Site, weight: Fraction, ref: Ref, why: Why) -> Omission:
    frame, draw = found.frame, drawn(site, ref)
    prior = prior_key(frame.spec, ref)
    given = tuple(dict.fromkeys((*(drawn(site, p) for p in prior.given), *draw.given)))
    atom = KL(draw.key, (prior,), given, ((Fraction(1), (draw.stream,)),))
    term = frame.build(-frame.weigh.beta(found.route, ref), weight, atom, found.scope(found.scored))
    return Omission(why, term.weight, atom)
