"""From a written model to its two graphs, plates unrolled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mvgraph.deferring import defer
from mvgraph.language.table import Table

if TYPE_CHECKING:
    import networkx as nx

    from mvgraph.spec.model import Latent, Posterior, Spec
else:
    nx = defer("networkx")  # what only reads a spec need not wait for it


def build(spec: Spec) -> nx.MultiDiGraph:
    """The generative graph p and the posterior family q over the same nodes, one copy a view of whatever is plated.

    Nodes are named `z` or, for a copy in a plate, `h.image`. Their attributes:

    - `kind`: `latent`, `observed` or `condition` (data that q reads, too), `discrete` (summed out), or `pseudo`.
    - `name`: the node's name in the spec; `plate`: `view` or None; `view`: the copy's view or None.
    - `family`: the word of the prior or likelihood, None where there is none.
    - `dim`: entries of a latent, values of a discrete node, None of data.
    - of a latent with a posterior: `expert`, `fusion`, `prior_expert`, `absent` and `auxiliary`, words or None.

    Edges carry `part`: `p` from parent to child, `q` from the datum to the latent that is inferred from it. Those of q
    carry `role` (`expert`: a network for this view alone, `joint`: one that sees all views, `prior`: a parent of the
    latent, where the conditional prior is one more expert), `expert` and `fusion`.
    The graph itself carries `name` and `mixture`. A parent that does not exist has no edge: see `check`.

    Arguments:
        spec: a written model, checked or not.

    Returns:
        A new graph; nodes in the order of the spec.
    """
    graph: nx.MultiDiGraph = nx.MultiDiGraph(name=spec.name, mixture=spec.mixture)
    for node in spec.discretes:
        graph.add_node(node.name, kind="discrete", name=node.name, plate=None, view=None, family=None, dim=node.count)
    for latent in spec.latents:
        _add_latent(graph, spec, latent)
        if latent.marginal_over in graph:
            for view in copies(spec, latent):
                graph.add_edge(latent.marginal_over, copy_name(latent.name, view), part="p")
    for name, view in spec.conditioned.items():
        graph.add_node(name, kind="condition", name=name, plate=None, view=view, family=None, dim=None)
    for view in spec.scored_views:
        likelihood = spec.view(view).likelihood
        about = {"kind": "observed", "name": spec.observed.name, "plate": "view", "view": view, "dim": None}
        graph.add_node(copy_name(spec.observed.name, view), family=likelihood.word if likelihood else None, **about)
    for upper in spec.pseudo:
        for view in spec.scored_views:
            about = {"kind": "pseudo", "name": upper.name, "plate": "view", "view": view, "dim": None}
            graph.add_node(copy_name(upper.name, view), family=upper.likelihood.word, **about)
    for latent in spec.latents:
        _add_parents(graph, spec, latent.name, latent.given, copies(spec, latent))
    _add_parents(graph, spec, spec.observed.name, spec.observed.given, spec.scored_views)
    for upper in spec.pseudo:
        _add_parents(graph, spec, upper.name, upper.given, spec.scored_views)
    for posterior in spec.posteriors:
        _add_experts(graph, spec, posterior)
    return graph


def template(spec: Spec) -> nx.DiGraph:
    """The generative graph as it is written, plates folded: conditions, latents and the observed node, by name."""
    graph: nx.DiGraph = nx.DiGraph()
    scored = [spec.observed.name, *(n.name for n in spec.pseudo)]
    graph.add_nodes_from([*(c.name for c in spec.conditions), *(v.name for v in spec.latents), *scored])
    children = [(v.name, v.given) for v in spec.latents] + [(spec.observed.name, spec.observed.given)]
    graph.add_edges_from((g, child) for child, given in children for g in given if g in graph)
    return graph


def part(graph: nx.MultiDiGraph, which: str) -> nx.MultiDiGraph:
    """The graph of `p` or of `q` alone: all nodes, the edges of one part."""
    kept = [(a, b, k) for a, b, k, w in graph.edges(keys=True, data="part") if w == which]
    alone: nx.MultiDiGraph = nx.MultiDiGraph(**graph.graph)
    alone.add_nodes_from(graph.nodes(data=True))
    for a, b, key in kept:
        alone.add_edge(a, b, key, **graph.edges[a, b, key])
    return alone


def copy_name(name: str, view: str | None) -> str:
    """The name of a node of the unrolled graph.

    >>> copy_name("h", "image"), copy_name("z", None)
    ('h.image', 'z')
    """
    return name if view is None else f"{name}.{view}"


def data_names(spec: Spec) -> tuple[str, ...]:
    """The node of each view's datum, in the order of the views."""
    conditions = {view: name for name, view in spec.conditioned.items()}
    return tuple(conditions.get(v) or copy_name(spec.observed.name, v) for v in spec.view_names)


def copies(spec: Spec, latent: Latent) -> tuple[str | None, ...]:
    """The views in which a latent has a copy; one copy of no view where it is shared."""
    return spec.scored_views if latent.plate else (None,)


def _add_latent(graph: nx.MultiDiGraph, spec: Spec, latent: Latent) -> None:
    inferred = _posterior(spec, latent.name)
    for view in copies(spec, latent):
        dim = latent.dim.get(view or "") if isinstance(latent.dim, Table) else latent.dim
        about = {"kind": "latent", "name": latent.name, "plate": "view" if latent.plate else None, "view": view}
        graph.add_node(copy_name(latent.name, view), family=latent.family.word, dim=dim, **about, **inferred)


def _posterior(spec: Spec, name: str) -> dict[str, str | None]:
    found = next((q for q in spec.posteriors if q.name == name), None)
    if found is None:
        return {}
    return {
        "expert": found.expert.word,
        "fusion": found.fuse.word if found.fuse else None,
        "prior_expert": found.prior_expert,
        "absent": found.absent,
        "auxiliary": found.auxiliary.word if found.auxiliary else None,
    }


def _add_parents(
    graph: nx.MultiDiGraph, spec: Spec, child: str, given: tuple[str, ...], views: tuple[str | None, ...]
) -> None:
    plated = dict.fromkeys(spec.conditioned, False) | {v.name: v.plate for v in spec.latents}
    for view in views:
        for parent in (copy_name(g, view if plated[g] else None) for g in given if g in plated):
            if parent in graph:
                graph.add_edge(parent, copy_name(child, view), part="p")


def _add_experts(graph: nx.MultiDiGraph, spec: Spec, posterior: Posterior) -> None:
    latent = next((v for v in spec.latents if v.name == posterior.name), None)
    fusion = posterior.fuse.word if posterior.fuse else None
    data = dict(zip(spec.view_names, data_names(spec), strict=True))
    data |= {v: copy_name(posterior.reads, v) for v in spec.scored_views} if posterior.reads else {}
    for role, view, source in _experts(spec, posterior, latent) if latent else ():
        about = {"part": "q", "role": role, "expert": posterior.expert.word, "fusion": fusion}
        graph.add_edge(data[source], copy_name(posterior.name, view), **about)
    if latent and posterior.prior_expert != "never":
        for parent in (p for p in latent.given if p in graph):
            about = {"part": "q", "role": "prior", "expert": latent.family.word, "fusion": fusion}
            graph.add_edge(parent, posterior.name, **about)


def _experts(spec: Spec, posterior: Posterior, latent: Latent) -> Iterator[tuple[str, str | None, str]]:
    """Role, copy of the latent, and view of the datum, for every edge of q into a latent."""
    if latent.plate:
        yield from (("expert", view, view) for view in spec.scored_views)
        return
    yield from (("expert", None, view) for view in spec.view_names)
    if posterior.fuse is not None and posterior.fuse.joint:
        yield from (("joint", None, view) for view in spec.view_names)
