"""What a phase of training holds still, as far as its objective depends on it."""

from __future__ import annotations

from mvgraph.graph.parts import Part, within
from mvgraph.objective.difference.naming import Names
from mvgraph.objective.difference.sides import Side
from mvgraph.spec.model import Spec

DENSITIES = {"decoders": "p", "priors": "p", "experts": "q", "joints": "qJ", "auxiliaries": "r"}


def at_rest(side: Side, used: set[str]) -> set[tuple[str | None, ...]]:
    """The frozen parts that learn elsewhere, in the names of A.

    Arguments:
        side: a phase of one of two specs.
        used: the densities that its objective uses, as `in_use` names them.
    """
    parts = (p for p in within(side.spec, side.frozen) if _learns(side.spec, p))
    return {_named(p, side.names) for p in parts if p.kind == "learnt" or _density(p, side.names) in used}


def _learns(spec: Spec, part: Part) -> bool:
    """A prior without options to be learnt and without parents has nothing that could learn."""
    latent = spec.latent(part.node) if part.kind == "priors" else None
    return latent is None or bool(getattr(latent.family, "learnt", ()) or latent.given)


def _named(part: Part, names: Names) -> tuple[str | None, ...]:
    views = (view if view is None else names.view(view) for view in (part.copy, part.view))
    return (part.kind, names.node(part.node), *views)


def _density(part: Part, names: Names) -> str:
    kind, node, copy, _ = _named(part, names)
    return f"{DENSITIES[str(kind)]}({node}{f'.{copy}' if kind == 'decoders' else ''})"
