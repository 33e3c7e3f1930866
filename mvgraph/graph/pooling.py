"""What can be wrong with a prior that is made of posteriors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mvgraph.errors import Path, Problem, SpecError
from mvgraph.graph.extents import extent
from mvgraph.graph.finding import (
    Check,
    attempt,
    densities,
    error,
    plated,
    posteriors,
    references,
    routes,
    written,
)
from mvgraph.language.expr import Formula, Reference
from mvgraph.language.table import Table
from mvgraph.registry import nearest
from mvgraph.spec.model import Latent, Spec
from mvgraph.vocab.family.mixture_of import MixtureOf
from mvgraph.vocab.param.learnt import Learnt


def pools(spec: Spec) -> dict[str, MixtureOf]:
    """The priors that are made of posteriors, by the names of their latents."""
    return {v.name: v.family for v in spec.latents if isinstance(v.family, MixtureOf)}


def standard_names(family: MixtureOf) -> tuple[Reference, ...]:
    """The names that the weight of the standard normal uses; none where it cannot be read."""
    found = attempt(references, Formula(str(family.standard)))
    return () if isinstance(found, SpecError) else found


def places(spec: Spec) -> Iterator[Problem]:
    """MVG330: a latent that cannot have a prior made of posteriors."""
    for name in pools(spec):
        for key, message, remedy in _misplaced(spec, spec.latent(name)):
            yield error("MVG330", ("p", name, key), f"the prior of '{name}' is made of posteriors: {message}", remedy)


def _misplaced(spec: Spec, latent: Latent) -> Iterator[tuple[str, str, str]]:
    if not latent.plate:
        yield "latent", "those of the latents of all views, and this one is shared by them", "write plate: view"
    if latent.given:
        yield "given", f"it cannot depend on {', '.join(latent.given)}", "drop given"
    if isinstance(latent.dim, Table) and len(set(latent.dim.values())) > 1:
        yield "dim", "the latents of all views have one size", "write one number"
    others = [n for n, f in pools(spec).items() if f.standard != pools(spec)[latent.name].standard]
    if others:
        message = f"the prior of {others[0]} has another weight of the standard normal"
        yield "latent", message, "give both the same `standard`"
    if spec.mixture != "none":
        yield "latent", f"under mixture: {spec.mixture} a component sees only some of them", "write mixture: none in q"


def weights(spec: Spec) -> Iterator[Problem]:
    """MVG331: a weight of the standard normal that is no number from 0 to 1."""
    for name, family in pools(spec).items():
        formula = Formula(str(family.standard))
        path: Path = ("p", name, "latent", "mixture_of", "standard")
        found = attempt(references, formula)
        if isinstance(found, SpecError):
            yield from (error(p.code, path, p.message, p.remedy) for p in found.problems)
            continue
        faults = [f for r in found if (f := _fault(spec, r))]
        yield from (error("MVG331", path, message, remedy) for message, remedy in faults)
        span = None if faults else attempt(partial(extent, spec), formula)
        if isinstance(span, SpecError):
            yield from (error(p.code, path, p.message, p.remedy) for p in span.problems)
            continue
        for number in dict.fromkeys(p.number for p in span or () if not 0 <= p.number <= 1):
            message = f"the weight of the standard normal is {number:g}"
            yield error("MVG331", path, message, "it is a share of a mixture: from 0 to 1")


def _fault(spec: Spec, reference: Reference) -> tuple[str, str] | None:
    if reference.size or reference.index or reference.name == "M_obs":
        return f"'{reference.name}' has no meaning here", "write a number, a param, or a formula such as 1/(M + 1)"
    if reference.name != "M" and reference.name not in spec.params:
        return f"there is no param '{reference.name}'", nearest(reference.name, [*spec.params, "M"])
    param = spec.params.get(reference.name)
    if isinstance(param, Table) or (isinstance(param, Learnt) and param.per):
        return f"'{reference.name}' is not one number", "write a number, a schedule, or one learnt number"
    return None


def uses(spec: Spec) -> Iterator[Problem]:
    """MVG332: a term that would need the prior as a density, or draw from it."""
    made = pools(spec)
    for one, route in routes(spec) if made else ():
        if route.word == "iwae" and (route.samples > 1 or route.strata == "inside"):
            message = f"an importance weight needs p(X, z), and the prior of {', '.join(made)} is made of posteriors"
            yield error("MVG332", one.path, message, "use elbo")
        drawn = [n for n, q in posteriors(spec).items() if n in made and plated(spec, n) and q.absent == "prior"]
        if drawn and route.from_ not in ("V", route.to):
            message = f"a view outside {route.from_} would draw '{drawn[0]}' from a prior that is made of posteriors"
            yield error("MVG332", (*one.path, "from"), message, "write from: V, or the same views in from and to")
    for one in written(spec):
        for path, density in densities(one):
            if density.which == "p" and density.node in made:
                message = f"the prior of '{density.node}' is made of posteriors and is no density of its own"
                yield error("MVG332", path, message, "name the posteriors, e.g. q(z.m | m)")


CHECKS: tuple[Check, ...] = (places, weights, uses)
