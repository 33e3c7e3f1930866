"""Pictures in DOT, the language of Graphviz and of what reads its files.

Graphviz' clusters lie within each other or apart. Of plates that overlap, the first is a cluster; the other is named at
each of its nodes, in brackets. Every node has, beside what Graphviz draws, the attributes `kind` and `plates` (the ids
of all plates that it is in, with commas between), every edge `part`, all that are not the same in two models `change`,
and the graph `plates`, the ids of those that are no clusters.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mvgraph.deferring import defer
from mvgraph.drawing.diagram import Change, Diagram, Edge, Kind, Node, Part, Plate
from mvgraph.drawing.marks import mark
from mvgraph.drawing.names import plain
from mvgraph.drawing.nesting import Nest, nest
from mvgraph.drawing.texts import unicode
from mvgraph.drawing.themes import LIGHT

if TYPE_CHECKING:
    import graphviz
else:
    graphviz = defer("graphviz")

Attributes = dict[str, str]

_FONT = {"fontname": "serif"}
_ROUND = {"shape": "circle"}
_SHADED = {"shape": "circle", "style": "filled", "fillcolor": LIGHT.shade}
_GAME = {"shape": "box", "color": LIGHT.parts["game"]}
_BARE = {"shape": "plaintext"}
_LOOKS: dict[Kind, Attributes] = {
    "latent": _ROUND,
    "observed": _SHADED,
    "condition": _SHADED | {"peripheries": "2"},
    "discrete": {"shape": "box", "style": "rounded"},
    "pseudo": _SHADED | {"fillcolor": f"{LIGHT.shade};0.5:{LIGHT.paper}"},
    "factor": {
        "shape": "box",
        "style": "rounded",
        "color": LIGHT.parts["q"],
        "height": "0.2",
        "width": "0.3",
        "margin": "0.06,0.03",
        "fontsize": "10",
    },
    "parameter": _BARE,
    "auxiliary": _BARE,
    "critic": _GAME,
    "statistic": _GAME | {"peripheries": "2"},
}
_LINES: dict[Part, Attributes] = {
    "p": {},
    "q": {"style": "dashed", "color": LIGHT.parts["q"], "constraint": "false"},
    "game": {"style": "dotted", "color": LIGHT.parts["game"]},
}
_SIGNS: dict[Change, str] = {"same": "", "added": "+ ", "removed": "− ", "changed": "~ "}


def dot(diagram: Diagram) -> str:
    """A diagram as DOT source; the names of nodes are plain, their ids are their attributes `id`.

    >>> z, x = Node("z", "latent", "z", "z"), Node("x.m", "observed", "x_{m}", "x_m")
    >>> source = dot(Diagram("VAE", "A latent and data.", (z, x), (), (Edge("e", "z", "x.m", "p"),)))
    >>> print(source.expandtabs(2).rstrip())
    digraph VAE {
      graph [fontname=serif labeljust=r labelloc=b tooltip="A latent and data."]
      node [fontname=serif margin=0]
      edge [arrowsize=0.7 fontname=serif]
      z [label=z id=z kind=latent shape=circle]
      x_m [label="xₘ" fillcolor="#d6d6d6" id="x.m" kind=observed shape=circle style=filled]
      z -> x_m [id=e part=p]
    }
    """
    whole, left = nest(diagram)
    names = plain(n.id for n in diagram.nodes) | plain((p.id for p in diagram.plates), before="cluster_")
    about = _said(tooltip=diagram.title, plates=", ".join(p.id for p in left))
    graph = graphviz.Digraph(
        _escaped(diagram.name) or None,
        graph_attr=_FONT | {"labeljust": "r", "labelloc": "b"} | about,
        node_attr=_FONT | {"margin": "0"},
        edge_attr=_FONT | {"arrowsize": "0.7"},
    )
    _fill(graph, whole, diagram, left, names)
    for edge in diagram.edges:
        change = mark(edge, (diagram.node(edge.source), diagram.node(edge.target)))
        label = _label(replace(edge, change=change)) or None
        graph.edge(names[edge.source], names[edge.target], label, **_line(edge))
    return str(graph.source)


def _fill(
    graph: graphviz.Digraph, box: Nest, diagram: Diagram, left: tuple[Plate, ...], names: Mapping[str, str]
) -> None:
    """Write the nodes and clusters within a plate."""
    for node in box.nodes:
        graph.node(names[node.id], _labels(node, left), **_look(node, diagram))
    for inner in box.inner:
        if inner.plate:
            about = _said(id=inner.plate.id, tooltip=inner.plate.title) | _change(inner.plate)
            frame = {"label": _label(inner.plate), "style": "rounded"} | about
            with graph.subgraph(name=names[inner.plate.id], graph_attr=frame) as cluster:
                _fill(cluster, inner, diagram, left, names)


def _look(node: Node, diagram: Diagram) -> Attributes:
    plates = ", ".join(p.id for p in diagram.plates if node.id in p.nodes)
    double = {"peripheries": "2"} if node.deterministic else {}
    said = _said(id=node.id, kind=node.kind, plates=plates, tooltip=node.title)
    return _LOOKS[node.kind] | double | said | _change(node)


def _line(edge: Edge) -> Attributes:
    head = {} if edge.arrow else {"arrowhead": "none"}
    said = _said(id=edge.id, part=edge.part, tooltip=edge.title)
    return _LINES[edge.part] | head | said | _change(edge)


def _change(part: Node | Plate | Edge) -> Attributes:
    changed = part.change != "same"
    return {"color": LIGHT.changes[part.change], "penwidth": "2", "change": part.change} if changed else {}


def _label(part: Node | Plate | Edge) -> str:
    return _escaped(_text(part))


def _text(part: Node | Plate | Edge) -> str:
    return (_SIGNS[part.change] + " ".join(unicode(part.text).split())).strip()


def _labels(node: Node, left: tuple[Plate, ...]) -> str:
    """A node's label, with the plates that are no clusters in small letters below."""
    plates = [f'<br/><font point-size="9">[{html.escape(_text(p))}]</font>' for p in left if node.id in p.nodes]
    return f"<{html.escape(_text(node))}{''.join(plates)}>" if plates else _label(node)


def _escaped(text: str) -> str:
    literal: str = graphviz.escape(text)  # no plain str: it remembers that it is not HTML
    return literal


def _said(**texts: str) -> Attributes:
    """Those attributes that say anything, as the texts that they are."""
    return {key: _escaped(text) for key, text in texts.items() if text}
