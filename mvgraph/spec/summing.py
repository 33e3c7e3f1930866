"""What a discrete node makes of the prior of the latent that is summed over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mvgraph.spec.model import Latent, Spec
from mvgraph.spec.nodes import Discrete
from mvgraph.vocab.mixed import Mixed


def mixed(latent: Latent, discretes: Mapping[str, Discrete]) -> Latent:
    """A latent whose prior is the mixture that `marginal_over` makes of it; one component is the family itself (R1)."""
    over = discretes.get(latent.marginal_over or "")
    if over is None or over.count == 1:
        return latent
    return replace(latent, family=Mixed(latent.family, over.name, over.count, over.probs == "learnt"))


def summed(spec: Spec, discrete: str) -> Latent:
    """The latent whose prior a discrete node is summed out of."""
    return next(v for v in spec.latents if v.marginal_over == discrete)
