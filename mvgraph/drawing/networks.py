"""Diagrams as networkx graphs, and the other way round: whoever has a graph with plates in networkx can draw it.

Nothing has to be set in a graph that is to be drawn; what is left out has a default. Attributes of other names stand
for nothing here, and are left alone.

- Of a node: `kind` (`latent` unless it is said), `text` (the node's name), `label` (LaTeX, else made of the text),
  `title`, `deterministic`, `change`, and `plates`: the ids of all plates that it is in, or one id.
- Of an edge: `part` (`p`), `arrow` (yes, unless the edge ends in a factor), `label`, `text`, `title`, `change`, `id`
  (made of its ends and its part), and `order`, a number: edges are drawn from the smallest to the largest.
- Of the graph: `name`, `title`, and `plates`: for every plate a mapping with `id`, and with `text`, `label`, `title`
  and `change` where they differ from the defaults. Plates that are only named at nodes come after these: the one with
  the most nodes first, of equal ones the one that is named first. `groups`: for every group a mapping with `id`,
  `label`, `text` and `members`.

What `kind`, `part` and `change` may be, and what the others mean, is written at `Node`, `Edge`, `Plate` and `Group` in
`mvgraph.drawing.diagram`.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args

import networkx as nx

from mvgraph.drawing.diagram import Change, Diagram, Edge, Group, Kind, Node, Part, Plate
from mvgraph.errors import Problem, UsageError
from mvgraph.language import symbols

Attributes = Mapping[str, Any]
NAME = re.compile(r"\w+(\.\w+)*")


def network(diagram: Diagram) -> nx.MultiDiGraph:
    """A diagram as a networkx graph with every attribute set; edges have their ids as keys.

    >>> data = Plate("n", "N", "N", frozenset({"x"}))
    >>> graph = network(Diagram("data", "Data alone.", (Node("x", "observed", "x", "x"),), (data,)))
    >>> graph.nodes["x"]["kind"], graph.nodes["x"]["plates"], graph.graph["plates"][0]["text"]
    ('observed', ['n'], 'N')
    """
    plates = [_values(p, "nodes") for p in diagram.plates]
    groups = [_values(g) | {"members": sorted(g.members)} for g in diagram.groups]
    graph = nx.MultiDiGraph(name=diagram.name, title=diagram.title, plates=plates, groups=groups)
    for node in diagram.nodes:
        within = [p.id for p in diagram.plates if node.id in p.nodes]
        graph.add_node(node.id, **_values(node, "id"), plates=within)
    for order, edge in enumerate(diagram.edges):
        graph.add_edge(edge.source, edge.target, key=edge.id, **_values(edge, "source", "target"), order=order)
    return graph


def _values(part: Any, *without: str) -> dict[str, Any]:
    return {f.name: getattr(part, f.name) for f in fields(part) if f.name not in without}


def from_network(graph: nx.Graph) -> Diagram:
    """A diagram of any directed networkx graph; `from_network(network(d)) == d`.

    >>> graph = nx.DiGraph([("mu", "x")])
    >>> graph.nodes["x"].update(kind="observed", plates="N")
    >>> diagram = from_network(graph)
    >>> diagram.node("mu").label, diagram.plates[0].nodes, diagram.edges[0].id
    ('\\\\mu', frozenset({'x'}), 'mu>x:p')

    Arguments:
        graph: directed, with one edge or several between two nodes; see the head of this module for its attributes.

    Raises:
        UsageError: the graph is not directed, or attributes are wrong; all of them are named.
    """
    problems = list(_problems(graph))
    if problems:
        raise UsageError(*problems)
    nodes = tuple(_node(str(name), about) for name, about in graph.nodes(data=True))
    diagram = (nodes, tuple(_plates(graph)), _edges(graph))
    clashes = list(_clashes(*diagram))
    if clashes:
        raise UsageError(*clashes)
    return Diagram(str(graph.graph.get("name", "")), graph.graph.get("title", ""), *diagram, tuple(_groups(graph)))


def _node(name: str, about: Attributes) -> Node:
    given = {k: about[k] for k in ("kind", "title", "deterministic", "change") if k in about}
    return Node(name, given.pop("kind", "latent"), **_caption(about, name), **given)


def _caption(about: Attributes, default: str) -> dict[str, Any]:
    """The label and the text of a node, an edge or a plate."""
    text = about.get("text", default)
    return {"label": about.get("label", _latex(text)), "text": text}


def _latex(text: str) -> str:
    """A name with its subscripts; anything else as it stands."""
    return symbols.latex(text) if NAME.fullmatch(text) else symbols.prose(text)


def _plates(graph: nx.Graph) -> Iterator[Plate]:
    members: dict[str, set[str]] = {}
    for name, about in graph.nodes(data=True):
        for plate in _within(about):
            members.setdefault(plate, set()).add(str(name))
    known = {p["id"]: p for p in graph.graph.get("plates", ())}
    new = sorted((p for p in members if p not in known), key=lambda p: -len(members[p]))
    for plate in [*known, *new]:
        about = known.get(plate, {})
        given = {k: about[k] for k in ("title", "change") if k in about}
        yield Plate(plate, nodes=frozenset(members.get(plate, ())), **_caption(about, plate), **given)


def _within(about: Attributes) -> tuple[str, ...]:
    plates = about.get("plates", ())
    return (plates,) if isinstance(plates, str) else tuple(plates)


def _edges(graph: nx.Graph) -> tuple[Edge, ...]:
    """The edges in their order; those without one come last, as they stand."""
    kinds = {str(name): about.get("kind") for name, about in graph.nodes(data=True)}
    numbers: Counter[str] = Counter()
    found = []
    for source, target, about in graph.edges(data=True):
        plain = f"{source}>{target}:{about.get('part', 'p')}"
        numbers[plain] += 1
        own = plain if numbers[plain] == 1 else f"{plain}:{numbers[plain]}"
        given = {k: about[k] for k in ("arrow", "title", "change") if k in about}
        given.setdefault("arrow", kinds[str(target)] != "factor")
        given |= {"id": about.get("id", own), "part": about.get("part", "p"), **_caption(about, "")}
        edge = Edge(source=str(source), target=str(target), **given)
        found.append((about.get("order", float("inf")), edge))
    return tuple(edge for _, edge in sorted(found, key=lambda pair: pair[0]))


def _groups(graph: nx.Graph) -> Iterator[Group]:
    for about in graph.graph.get("groups", ()):
        yield Group(about["id"], about["label"], about["text"], frozenset(about["members"]))


@dataclass(frozen=True)
class _Rule:
    """What an attribute must be, and how that is said."""

    holds: Callable[[Any], bool]
    words: str


def _one_of(*words: str) -> _Rule:
    return _Rule(lambda value: isinstance(value, str) and value in words, f"one of {', '.join(words)}")


def _has_texts(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset) and all(isinstance(v, str) for v in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TEXT = _Rule(lambda value: isinstance(value, str), "a text")
_TRUTH = _Rule(lambda value: isinstance(value, bool), "True or False")
_WORDS = {"label": _TEXT, "text": _TEXT, "title": _TEXT, "change": _one_of(*get_args(Change))}
_PLATES = _Rule(lambda value: isinstance(value, str) or _has_texts(value), "a plate's id or a list of them")
_NODE = {"kind": _one_of(*get_args(Kind)), **_WORDS, "deterministic": _TRUTH, "plates": _PLATES}
_EDGE = {"part": _one_of(*get_args(Part)), **_WORDS, "arrow": _TRUTH, "id": _TEXT}
_EDGE |= {"order": _Rule(_is_number, "a number")}
_PLATE = {"id": _TEXT, **_WORDS}
_GROUP = {"id": _TEXT, "label": _TEXT, "text": _TEXT, "members": _Rule(_has_texts, "a list of ids of nodes and edges")}
_GRAPH = {"title": _TEXT}
_NEEDED = {"plate": ("id",), "group": tuple(_GROUP)}


def _problems(graph: Any) -> Iterator[Problem]:
    if not isinstance(graph, nx.Graph):
        made = "make a networkx.DiGraph of it, or draw a spec by mg.draw"
        yield Problem("MVG610", (), f"a networkx graph is drawn here, and this is a {type(graph).__name__}", made)
    elif not isinstance(graph, nx.DiGraph):
        yield Problem("MVG611", (), "the edges of the graph have no direction", "use networkx.DiGraph or MultiDiGraph")
    else:
        yield from _wrong("graph", "the graph", graph.graph, _GRAPH)
        for name, about in graph.nodes(data=True):
            yield from _wrong(name, f"the node '{name}'", about, _NODE)
        for source, target, about in graph.edges(data=True):
            yield from _wrong(f"{source}>{target}", f"the edge from '{source}' to '{target}'", about, _EDGE)
        yield from _wrong_list(graph, "plate", _PLATE)
        yield from _wrong_list(graph, "group", _GROUP)


def _wrong_list(graph: nx.Graph, noun: str, rules: Mapping[str, _Rule]) -> Iterator[Problem]:
    """What is wrong with the mappings that an attribute of the graph lists."""
    listed = graph.graph.get(f"{noun}s", ())
    form = f"write graph.graph['{noun}s'] = [{{'id': 'n', ...}}, ...]"
    if not isinstance(listed, list | tuple) or not all(isinstance(m, Mapping) for m in listed):
        yield Problem("MVG612", (f"{noun}s",), f"the graph's {noun}s are not a list of mappings", form)
        return
    for place, about in enumerate(listed, 1):
        where = f"{noun} {place} of the graph"
        missing = [key for key in _NEEDED[noun] if key not in about]
        yield from (Problem("MVG612", (f"{noun}s",), f"{where} has no '{key}'", form) for key in missing)
        yield from _wrong(f"{noun}s", where, about, rules)


def _wrong(path: Hashable, noun: str, about: Attributes, rules: Mapping[str, _Rule]) -> Iterator[Problem]:
    """Attributes with values that mean nothing, and those that are nearly called as one that means something."""
    for key, value in about.items():
        if key in rules and not rules[key].holds(value):
            remedy = f"'{key}' is {rules[key].words}"
            yield Problem("MVG613", (str(path), key), f"{noun} has {key} = {value!r}", remedy)
        close = [] if key in rules else difflib.get_close_matches(str(key), set(rules) - set(about), 1, 0.8)
        for meant in close:
            remedy = f"write '{meant}', or give it a name of its own"
            yield Problem("MVG614", (str(path), str(key)), f"{noun} has '{key}', which stands for nothing", remedy)


def _clashes(nodes: Iterable[Node], plates: Iterable[Plate], edges: Iterable[Edge]) -> Iterator[Problem]:
    nouns = [(n.id, "node") for n in nodes] + [(p.id, "plate") for p in plates] + [(e.id, "edge") for e in edges]
    for name, times in Counter(name for name, _ in nouns).items():
        if times > 1:
            both = " and ".join(f"a {noun}" for own, noun in nouns if own == name)
            text = f"'{name}' is the id of {both}; in a picture every id is there once"
            yield Problem("MVG615", (name,), text, "rename one, and give it a 'text' if it is to read the same")
