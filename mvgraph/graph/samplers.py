"""What can be wrong with the samplers of q for subsets of the views."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.errors import Problem
from mvgraph.graph.finding import Check, error, plated, posteriors
from mvgraph.spec.model import Posterior, Spec


def samplers(spec: Spec) -> Iterator[Problem]:
    """MVG355: a sampler that is never asked, or whose density does not exist."""
    for name, rule in posteriors(spec).items():
        if rule.subsets is not None:
            fault = _fault(spec, rule)
            if fault:
                message = f"'{rule.subsets.word}' cannot sample '{name}' given subsets of the views: {fault[0]}"
                yield error("MVG355", ("q", name, "subsets"), message, fault[1])


def _fault(spec: Spec, rule: Posterior) -> tuple[str, str] | None:
    latent = spec.latent(rule.name)
    if plated(spec, rule.name):
        return "it is private to a view and looks at no other", "drop subsets"
    if spec.mixture != "none":
        return f"mixture: {spec.mixture} gives q for every subset", "drop subsets, or write mixture: none"
    if rule.fuse is not None and not rule.fuse.joint:
        return f"fuse: {rule.fuse.word} gives q for every subset", "drop subsets, or fuse"
    if not rule.expert.is_density:
        return f"its experts are {rule.expert.word}, which has no density", "write expert: normal"
    if not latent.family.is_density:
        return f"its prior is {latent.family.word}, which has no density", "write latent: normal in p"
    if latent.given:
        return f"its prior depends on {', '.join(latent.given)}", "drop subsets"
    return None


CHECKS: tuple[Check, ...] = (samplers,)
