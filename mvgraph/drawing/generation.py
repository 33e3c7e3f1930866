"""The marks and lines of the generative graph p."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from mvgraph.drawing.sketch import Line, Mark, Nodes
from mvgraph.graph.usage import trained
from mvgraph.language.word import inline
from mvgraph.spec.graphs import copy_name, part
from mvgraph.spec.model import Spec


def nodes(spec: Spec, graph: nx.MultiDiGraph) -> Nodes:
    """The mark of every node of the graph, by its name there."""
    return {name: _mark(spec, name, about) for name, about in graph.nodes(data=True)}


def lines(spec: Spec, graph: nx.MultiDiGraph, marks: Nodes) -> Iterator[Line]:
    """From parents to children; what no term of the objective trains a decoder of is not generated."""
    made = trained(spec).decoders
    untrained = {copy_name(node, v) for node, views in made.items() for v in spec.scored_views if v not in views}
    for parent, child in dict.fromkeys(part(graph, "p").edges()):
        if child not in untrained:
            yield Line(marks[parent], marks[child], "p", about="{target} is generated from {source}")


def _mark(spec: Spec, name: str, about: dict[str, object]) -> Mark:
    return MARKS[str(about["kind"])](spec, name, about)


def _latent(spec: Spec, _: str, about: dict[str, object]) -> Mark:
    latent = spec.latent(str(about["name"]))
    rule = next((q for q in spec.posteriors if q.name == latent.name), None)
    view = about["view"]
    clauses = [f"latent: prior {inline(latent.family)}, {about['dim']} entries"]
    clauses += [f"posterior {inline(rule.expert)}"] if rule else []
    collapsed = rule is not None and not rule.family(whole=True).is_density
    node, level = (latent.level.node, latent.level.number) if latent.level else (latent.name, None)
    return Mark(
        node, "latent", str(view) if latent.plate else None, level, about="; ".join(clauses), deterministic=collapsed
    )


def _observed(spec: Spec, _: str, about: dict[str, object]) -> Mark:
    view = str(about["view"])
    found = spec.view(view)
    shape = f", shape {'×'.join(map(str, found.shape))}" if found.shape else ""
    likelihood = f"likelihood {inline(found.likelihood)}" if found.likelihood else "never scored"
    return Mark(str(about["name"]), "observed", view, about=f"data: {likelihood}{shape}")


def _condition(_: Spec, name: str, about: dict[str, object]) -> Mark:
    return Mark(name, "condition", about=f"data of the view {about['view']}, conditioned on")


def _discrete(_: Spec, name: str, about: dict[str, object]) -> Mark:
    return Mark(name, "discrete", about=f"discrete with {about['dim']} values, summed out")


def _pseudo(spec: Spec, _: str, about: dict[str, object]) -> Mark:
    name = str(about["name"])
    source = next(n for n in spec.pseudo if n.name == name).pseudo
    text = f"pseudo-data: draws of {source}, their gradient stopped; likelihood {about['family']}"
    return Mark(name, "pseudo", str(about["view"]), about=text)


MARKS = {
    "latent": _latent,
    "observed": _observed,
    "condition": _condition,
    "discrete": _discrete,
    "pseudo": _pseudo,
}
