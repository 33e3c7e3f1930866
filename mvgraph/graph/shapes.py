"""What can be wrong with sizes, as far as it can be known without building a network."""

from __future__ import annotations

from collections.abc import Iterator

from mvgraph.errors import Problem, SpecError
from mvgraph.graph.finding import Check, attempt, error, posteriors
from mvgraph.graph.inference import weights_of
from mvgraph.language.table import Table
from mvgraph.registry import nearest
from mvgraph.spec.graphs import copies
from mvgraph.spec.model import Latent, Spec, View
from mvgraph.vocab.param.learnt import Learnt


def dims(spec: Spec) -> Iterator[Problem]:
    """MVG401: a latent without entries."""
    for latent in spec.latents:
        sizes = latent.dim.items() if isinstance(latent.dim, Table) else [("", latent.dim)]
        for view, size in sizes:
            path = ("p", latent.name, "dim", view) if view else ("p", latent.name, "dim")
            if size < 1:
                yield error("MVG401", path, f"'{latent.name}' has {size} entries", "dim is 1 or more")


def dim_tables(spec: Spec) -> Iterator[Problem]:
    """MVG402: a table of sizes that does not fit the views."""
    for latent in (v for v in spec.latents if isinstance(v.dim, Table)):
        yield from _dim_table(spec, latent, list(latent.dim if isinstance(latent.dim, Table) else ()))


def _dim_table(spec: Spec, latent: Latent, keys: list[str]) -> Iterator[Problem]:
    path = ("p", latent.name, "dim")
    if not latent.plate:
        message = f"'{latent.name}' is shared by all views and has one size"
        yield error("MVG402", path, message, f"write one number, or plate: view at '{latent.name}'")
        return
    for view in (k for k in keys if k not in spec.scored_views):
        message = f"'{latent.name}' has a size for '{view}', which is no view"
        yield error("MVG402", (*path, view), message, nearest(view, list(spec.scored_views)))
    for view in (v for v in spec.scored_views if v not in keys):
        message = f"'{latent.name}' has no size for the view '{view}'"
        yield error("MVG402", path, message, f"add {view}: 10")


def view_shapes(spec: Spec) -> Iterator[Problem]:
    """MVG403: a shape without entries."""
    for view in spec.views:
        if view.shape is not None and any(size < 1 for size in view.shape):
            message = f"data of the shape {list(view.shape)} have no entries"
            yield error("MVG403", ("views", view.name, "shape"), message, "sizes are 1 or more")


def likelihood_shapes(spec: Spec) -> Iterator[Problem]:
    """MVG404: a likelihood that has no parameters for data of the view's shape."""
    for name in spec.scored_views:
        failure = attempt(_heads, spec.view(name))
        for problem in failure.problems if isinstance(failure, SpecError) else ():
            yield error("MVG404", ("views", name, "shape"), problem.message, problem.remedy)


def exponent_shapes(spec: Spec) -> Iterator[Problem]:
    """MVG405: exponents that are learnt for each entry, of latents with different numbers of entries."""
    for name, param in spec.params.items():
        if isinstance(param, Learnt) and param.per == "dim":
            users = [n for n, q in posteriors(spec).items() if any(r.name == name for r in weights_of(q))]
            sizes = {n: set(_sizes(spec, spec.latent(n))) for n in users}
            if len(set().union(*sizes.values())) > 1:
                each = ", ".join(f"{n} ({' and '.join(map(str, sorted(s)))})" for n, s in sizes.items())
                message = f"'{name}' is learnt for each entry, of latents with different numbers of entries: {each}"
                yield error(
                    "MVG405", ("params", name), message, "give each latent a param of its own, or drop per: dim"
                )


def _sizes(spec: Spec, latent: Latent) -> Iterator[int]:
    """The sizes of a latent's copies, those that it has a number for."""
    for view in copies(spec, latent):
        size = latent.dim.get(view or "") if isinstance(latent.dim, Table) else latent.dim
        yield from () if size is None else (size,)


def _heads(view: View) -> object:
    if view.shape is None or view.likelihood is None or "likelihood" not in view.likelihood.roles:
        return None
    return view.likelihood.heads(view.shape, "likelihood")


CHECKS: tuple[Check, ...] = (dims, dim_tables, view_shapes, likelihood_shapes, exponent_shapes)
