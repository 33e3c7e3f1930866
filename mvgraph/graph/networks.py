"""What can be wrong with networks, as far as their words tell."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.errors import Path, Problem
from mvgraph.graph.finding import Check, error, posteriors
from mvgraph.spec.model import Latent, Posterior, Spec


def batch_statistics(spec: Spec) -> Iterator[Problem]:
    """MVG414: batch normalisation in a network over draws, or over pooled messages."""
    for latent in spec.latents:
        if latent.given and latent.network is not None and latent.network.batch_dependent:
            yield prior_statistics(latent)
    for name, rule in posteriors(spec).items():
        if rule.reads is not None and rule.network is not None and rule.network.batch_dependent:
            yield reading_statistics(rule)
        if rule.fuse is not None and rule.fuse.batch_dependent:
            yield _unsteady(("q", name, "fuse"), f"the network over the pooled messages of '{name}'")


def prior_statistics(latent: Latent) -> Problem:
    """MVG414, of the network of a prior that depends on draws."""
    return _unsteady(("p", latent.name, "network"), f"the network of the prior of '{latent.name}'")


def reading_statistics(rule: Posterior) -> Problem:
    """MVG414, of the network of a posterior that reads draws."""
    return _unsteady(("q", rule.name, "network"), f"the network by which '{rule.name}' reads draws of '{rule.reads}'")


def _unsteady(path: Path, network: str) -> Problem:
    """Such a network is asked about draws whose evidence differs; which of them share statistics is in no model."""
    message = f"{network} normalises by statistics of the batch, and it is asked about draws of several origins at once"
    return error("MVG414", path, message, "write norm: layer there; encoders, decoders and critics may use norm: batch")


CHECKS: tuple[Check, ...] = (batch_statistics,)
