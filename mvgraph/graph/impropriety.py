"""What has no meaning under an improper prior, whose integral is infinite: weights, draws, parents."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.errors import Problem
from mvgraph.graph.finding import Check, error, posteriors, routes, used_latents
from mvgraph.spec.model import Latent, Spec


def importance_weights(spec: Spec) -> Iterator[Problem]:
    """MVG350: importance weights made with a prior that is known up to a factor only."""
    used = used_latents(spec)
    for one, route in routes(spec):
        for latent in _improper(spec):
            if route.word == "iwae" and latent.name in used:
                message = f"{_prior(latent)}: an importance weight made with it has no size"
                remedy = f"use elbo; or, for a bound of log p(X), write latent: normal at '{latent.name}' in p"
                yield error("MVG350", one.path, message, remedy)


def absences(spec: Spec) -> Iterator[Problem]:
    """MVG351: a private latent that would be drawn from an improper prior where its view is absent."""
    known = posteriors(spec)
    for latent in _improper(spec):
        if latent.plate and latent.name in known and known[latent.name].absent == "prior":
            message = f"{_prior(latent)} and cannot be drawn from where its view is absent"
            yield error("MVG351", ("q", latent.name), message, f"write absent: own or absent: aux in q.{latent.name}")


def conditions(spec: Spec) -> Iterator[Problem]:
    """MVG352: a prior without parameters that is to depend on something."""
    for latent in _improper(spec):
        if latent.given:
            message = f"{_prior(latent)}, and has no parameters that could depend on {', '.join(latent.given)}"
            yield error("MVG352", ("p", latent.name, "given"), message, "drop given, or write latent: normal")


def _improper(spec: Spec) -> list[Latent]:
    return [v for v in spec.latents if v.family.improper]


def _prior(latent: Latent) -> str:
    return f"the prior '{latent.family.word}' of '{latent.name}' is improper"


CHECKS: tuple[Check, ...] = (importance_weights, absences, conditions)
