"""What can be wrong with discrete nodes, which are summed out of the prior of a latent."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.errors import Problem
from mvgraph.graph.finding import Check, error, warning
from mvgraph.registry import nearest
from mvgraph.spec.model import Latent, Spec
from mvgraph.vocab.family import Family
from mvgraph.vocab.mixed import Mixed


def nodes(spec: Spec) -> Iterator[Problem]:
    """MVG250: a discrete node that no latent, or more than one, is summed over."""
    for node in spec.discretes:
        over = [v.name for v in spec.latents if v.marginal_over == node.name]
        if not over:
            remedy = f"write marginal_over: {node.name} at a latent, or drop '{node.name}'"
            yield error("MVG250", ("p", node.name), f"no latent is summed over '{node.name}'", remedy)
        for name in over[1:]:
            message = f"'{over[0]}' and '{name}' are both summed over '{node.name}', and would no longer be independent"
            remedy = "give each latent a discrete node of its own"
            yield error("MVG250", ("p", name, "marginal_over"), message, remedy)


def latents(spec: Spec) -> Iterator[Problem]:
    """MVG251: a latent whose prior cannot be a mixture over a discrete node."""
    names = [d.name for d in spec.discretes]
    for latent in (v for v in spec.latents if v.marginal_over is not None):
        path = ("p", latent.name, "marginal_over")
        if latent.marginal_over not in names:
            remedy = nearest(str(latent.marginal_over), names) if names else "add a node such as c: {discrete: 10} to p"
            yield error("MVG251", path, f"'{latent.marginal_over}' is no discrete node of p", remedy)
        for message, remedy in _faults(latent):
            yield error("MVG251", path, f"the prior of '{latent.name}' cannot be a mixture: {message}", remedy)


def _faults(latent: Latent) -> Iterator[tuple[str, str]]:
    if latent.plate:
        yield "its copies in all views would depend on one discrete node", "drop plate, or marginal_over"
    if latent.given:
        yield f"it depends on {', '.join(latent.given)}", "drop given, or marginal_over"
    base = _base(latent)
    if not base.is_density:
        yield f"'{base.word}' is no density", "write latent: normal or latent: laplace"


def alike(spec: Spec) -> Iterator[Problem]:
    """MVG252 (warning): a mixture whose components are all the same."""
    for node in (d for d in spec.discretes if d.count > 1):
        for latent in (v for v in spec.latents if v.marginal_over == node.name and "loc" not in _learnt(v)):
            message = (
                f"the components of '{latent.name}' are all the same: nothing tells the values of '{node.name}' apart"
            )
            remedy = f"let their places be learnt: latent: {{{_base(latent).word}: {{learnt: [loc]}}}}"
            yield warning("MVG252", ("p", latent.name, "latent"), message, remedy)


def _base(latent: Latent) -> Family:
    return latent.family.base if isinstance(latent.family, Mixed) else latent.family


def _learnt(latent: Latent) -> tuple[str, ...]:
    return tuple(vars(_base(latent)).get("learnt", ()))


def counts(spec: Spec) -> Iterator[Problem]:
    """MVG401: a discrete node without values."""
    for node in (d for d in spec.discretes if d.count < 1):
        yield error(
            "MVG401", ("p", node.name, "discrete"), f"'{node.name}' has {node.count} values", "it has 1 or more"
        )


CHECKS: tuple[Check, ...] = (nodes, latents, alike, counts)
