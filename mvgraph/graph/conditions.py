"""A view that p is conditioned on is no expert: only a joint network may read it, and no product or mixture of q."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.errors import Problem
from mvgraph.graph.finding import Check, error, plated, posteriors
from mvgraph.graph.usage import uses
from mvgraph.spec.model import Spec


def experts(spec: Spec) -> Iterator[Problem]:
    """MVG262: evidence in which a condition would be one more expert, q(z | c), beside those of the views."""
    conditions, rules = {view: node for node, view in spec.conditioned.items()}, posteriors(spec)
    for use in uses(spec) if conditions and spec.scored_views else ():
        rule = rules[use.latent]
        joint = rule.fuse is not None and rule.fuse.joint and spec.mixture == "none"
        seen = sorted(use.evidence.views & conditions.keys())
        if seen and not plated(spec, use.latent) and not (joint and use.evidence.sizes == {len(spec.views)}):
            views = ", ".join(spec.scored_views)
            message = f"the view '{seen[0]}' is conditioned on, and would be one more expert of '{use.latent}' here"
            remedy = (
                f"write from: [{views}]" if use.path[-1] == "from" else f"name the views: 'q({use.latent} | {views})'"
            )
            yield error("MVG262", use.path, message, f"{remedy}, or fuse: joint in q.{use.latent} and from: V")


CHECKS: tuple[Check, ...] = (experts,)
