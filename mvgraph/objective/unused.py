"""The networks that a spec declares and that no term of its objective uses."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.objective.canonical import Objective
from mvgraph.objective.keys import Expert, Fused, Joint, Key, Pooled, Ref
from mvgraph.objective.prose import copies
from mvgraph.spec.model import Spec


def dead(spec: Spec, objective: Objective) -> Iterator[str]:
    """The networks that a spec declares and no term of its objective uses."""
    atoms = [a for one in (objective, *objective.phases.values()) for _, a in one.terms]
    keys = {k for atom in atoms for key in atom.keys for k in _members(key)}
    for latent in spec.latents:
        for ref in copies(spec, latent):
            views = spec.view_names if ref.view is None else (ref.view,)
            experts = [Expert(ref, v) for v in views]
            yield from (f"encoder {e}" for e in experts if e not in keys)
        rule = spec.posterior(latent.name).fuse
        if (
            rule is not None
            and rule.joint
            and not any(isinstance(k, Joint) and k.ref.node == latent.name for k in keys)
        ):
            yield f"joint encoder of {latent.name}"
    scored = {a.target for atom in atoms for a in atom.scored}
    yield from (f"decoder of {x}" for x in (Ref(spec.observed.name, v) for v in spec.scored_views) if x not in scored)


def _members(key: Key) -> Iterator[Key]:
    yield key
    if isinstance(key, Fused):
        yield from (k for m in key.members for k in _members(m))
    if isinstance(key, Pooled):
        yield from (Expert(key.ref, v) for v in key.views)
