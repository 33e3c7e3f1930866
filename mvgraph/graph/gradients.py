"""Gradient estimators that are biased for an objective, or change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from mvgraph.errors import Path, Problem
from mvgraph.graph.finding import Check, posteriors, reach, routes, used_latents, value, warning
from mvgraph.spec.model import Spec
from mvgraph.spec.terms import Route
from mvgraph.vocab.divergence import closed_kl

REASONS = {
    "stl": "without q's own gradient a log-mean of several draws has another mean gradient",
    "mixture": "its weights are divided by the density of a mixture, and its draws are those of the components",
    "levels": "the posterior of a latent reads draws of its parents, which the squared weights then reach twice",
}
REMEDIES = {
    "stl": "write gradient: pathwise; or gradient: dreg where q is no mixture",
    "mixture": "write gradient: pathwise; or density: component, which has one density a draw",
    "levels": "write gradient: pathwise",
}


def biased(spec: Spec) -> Iterator[tuple[Path, str]]:
    """The routes for which the gradient estimator has another mean than the gradient of the objective, and why.

    Unbiased are `stl` where no two draws meet in a logarithm, and `dreg` where every draw comes from the density that
    its own weight is divided by: one component, `density: component`, or one draw in each logarithm.
    """
    for one, route in routes(spec):
        if route.word == "iwae" and value(spec, route.weight) != 0 and (reason := _reason(spec, route)):
            yield one.path, reason


def _reason(spec: Spec, route: Route) -> str | None:
    found, word = reach(spec, route, route.from_), spec.estimator.gradient
    mixed = spec.mixture != "none" and found is not None and max(found.sizes, default=0) > 1
    several = route.samples > 1 or (route.strata == "inside" and mixed)
    if word == "pathwise" or not several:
        return None
    if word == "stl":
        return "stl"
    if mixed and route.density == "mixture":
        return "mixture"
    return "levels" if _reads_parents(spec) else None


def _reads_parents(spec: Spec) -> bool:
    given = [v.name for v in spec.latents if v.given]
    return any(q.prior_expert != "never" for name, q in posteriors(spec).items() if name in given)


def bias(spec: Spec) -> Iterator[Problem]:
    """MVG360 (warning): a gradient estimator that is biased for a route."""
    for path, reason in biased(spec):
        message = f"gradient: {spec.estimator.gradient} is biased here: {REASONS[reason]}"
        yield warning("MVG360", path, message, REMEDIES[reason])


def void(spec: Spec) -> Iterator[Problem]:
    """MVG361 (warning): a gradient estimator of sampled log-densities, and none is sampled."""
    word = spec.estimator.gradient
    if word != "pathwise" and not _sampled(spec):
        message = f"gradient: {word} changes nothing: every divergence is in closed form"
        yield warning("MVG361", ("estimator", "gradient"), message, "write kl: sampled in estimator, or drop gradient")


def _sampled(spec: Spec) -> bool:
    """Whether the log-density of some posterior is evaluated at its draws."""
    weighted = any(r.word == "iwae" and (r.samples > 1 or r.strata == "inside") for _, r in routes(spec))
    mixed = spec.mixture != "none" and any(r.density == "mixture" for _, r in routes(spec))
    if weighted or mixed or spec.estimator.kl == "sampled":
        return True
    experts, used = [q.expert for q in posteriors(spec).values()], used_latents(spec)
    priors = [v.family for v in spec.latents if v.name in used]
    return any(closed_kl(of, to) is None for of, to in product(experts, priors))


CHECKS: tuple[Check, ...] = (bias, void)
