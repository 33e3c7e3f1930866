"""The networks that a spec declares and that no term of its objective uses."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.graph.usage import trained
from mvgraph.objective.keys import Expert, Ref
from mvgraph.objective.prose import copies
from mvgraph.spec.model import Spec


def dead(spec: Spec) -> Iterator[str]:
    """The networks that a spec declares and no term of its objective uses: they are not built."""
    used = trained(spec)
    for latent in spec.latents:
        for ref in copies(spec, latent):
            views = spec.view_names if ref.view is None else (ref.view,)
            yield from (f"encoder {Expert(ref, v)}" for v in views if v not in used.experts[latent.name])
        rule = spec.posterior(latent.name).fuse
        if rule is not None and rule.joint and latent.name not in used.joints:
            yield f"joint encoder of {latent.name}"
    for node, scored in used.decoders.items():
        yield from (f"decoder of {Ref(node, v)}" for v in spec.scored_views if v not in scored)
