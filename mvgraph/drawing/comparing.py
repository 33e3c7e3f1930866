"""Two diagrams as one: what the second adds, what it leaves out, and what it has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import TypeVar

from mvgraph.drawing.diagram import Change, Diagram, Edge, Node, Plate

T = TypeVar("T", Node, Plate, Edge)
VERBS: dict[Change, str] = {"added": "adds", "removed": "leaves out", "changed": "changes"}
Bond = tuple[str, bool, str]  # part, whether the edge leaves the node, the other end


def compare(a: Diagram, b: Diagram) -> Diagram:
    """One diagram of two: `b`, and what only `a` has; `change` says which is which.

    Nodes are the same where their ids are. So are two of different names that are of one kind, stand in the same
    plates, lead to the same nodes and are joined alike to all that both have, if they are the only such two: a private
    latent `w.m` in `a` and `h.m` in `b`. Nodes, plates and edges of both diagrams are `changed` where they look
    different, are in other plates or mean something else; a label that has changed shows both, a title tells what
    stood there before.

    Arguments:
        a: what was there before.
        b: what is there now; its name, terms and order are kept.
    """
    was = renamed(a, matched(a, b))

    def node(old: Node, new: Node) -> Node:
        return _told(old, new, moved=_around(was, old.id) != _around(b, new.id))

    def plate(old: Plate, new: Plate) -> Plate:
        return replace(_told(replace(old, nodes=new.nodes), new), nodes=new.nodes | (old.nodes - _ids(b.nodes)))

    nodes = _united(was.nodes, b.nodes, node)
    return replace(
        b,
        name=_both(a.name, b.name),
        title=b.title if a == b else f"Plate diagram of {a.name} and {b.name}, which {_deeds(nodes)}.",
        nodes=nodes,
        plates=_united(was.plates, b.plates, plate),
        edges=_united(was.edges, b.edges, _told),
    )


def differs(diagram: Diagram) -> bool:
    """Whether anything in a comparison is marked."""
    parts: tuple[Node | Plate | Edge, ...] = (*diagram.nodes, *diagram.plates, *diagram.edges)
    return any(part.change != "same" for part in parts)


def matched(a: Diagram, b: Diagram) -> Mapping[str, str]:
    """The id in `b` for every node of `a`: its own, unless it is another one's there."""
    both = {n.id for n in a.nodes} & {n.id for n in b.nodes}
    names = {i: i for i in both}
    while found := _pairs(a, b, names):
        names |= found
    return names


def _pairs(a: Diagram, b: Diagram, names: Mapping[str, str]) -> dict[str, str]:
    """Nodes with different ids that must be the same, given those that are known to be."""
    taken = set(names.values())
    own = {i: i for i in taken}
    left = {n.id: _bonds(a, n.id, names) for n in a.nodes if n.id not in names}
    right = {n.id: _bonds(b, n.id, own) for n in b.nodes if n.id not in taken}
    alike = [(i, j) for i in left for j in right if left[i] == right[j] != set() and _place(a, i) == _place(b, j)]
    first, second = [i for i, _ in alike], [j for _, j in alike]
    return {i: j for i, j in alike if first.count(i) == second.count(j) == 1}


def _place(diagram: Diagram, name: str) -> tuple[str, frozenset[str]]:
    return diagram.node(name).kind, _around(diagram, name)


def _around(diagram: Diagram, name: str) -> frozenset[str]:
    """The plates that a node is in."""
    return frozenset(p.id for p in diagram.plates if name in p.nodes)


def _bonds(diagram: Diagram, name: str, names: Mapping[str, str]) -> set[Bond]:
    """How a node is joined to nodes of both, called as in the second; nothing where it leads elsewhere."""
    leaving = [e for e in diagram.edges if e.source == name]
    if any(e.target not in names for e in leaving):
        return set()
    coming = {(e.part, False, names[e.source]) for e in diagram.edges if e.target == name and e.source in names}
    return {(e.part, True, names[e.target]) for e in leaving} | coming


def renamed(diagram: Diagram, names: Mapping[str, str]) -> Diagram:
    """A diagram whose nodes and edges have the ids that they have in the other one."""

    def now(name: str) -> str:
        return names.get(name, name)

    def line(edge: Edge) -> Edge:
        source, target = now(edge.source), now(edge.target)
        own = edge.id.replace(f"{edge.source}>{edge.target}", f"{source}>{target}", 1)
        return replace(edge, id=own, source=source, target=target)

    return replace(
        diagram,
        nodes=tuple(replace(n, id=now(n.id)) for n in diagram.nodes),
        plates=tuple(replace(p, nodes=frozenset(map(now, p.nodes))) for p in diagram.plates),
        edges=tuple(map(line, diagram.edges)),
    )


def _united(old: Sequence[T], new: Sequence[T], both: Callable[[T, T], T]) -> tuple[T, ...]:
    """All things of both, in the order of the new ones; an old one follows what it followed."""
    before = {thing.id: thing for thing in old}
    known = {thing.id for thing in new}
    found = [both(before[t.id], t) if t.id in before else _marked(t, "added") for t in new]
    place = 0
    for thing in old:
        if thing.id in known:
            place = next(i for i, t in enumerate(found) if t.id == thing.id)
        else:
            found.insert(place, _marked(thing, "removed"))
        place += 1
    return tuple(found)


def _marked(thing: T, change: Change) -> T:
    return replace(thing, change=change)


def _told(old: T, new: T, *, moved: bool = False) -> T:
    """What is new, with the old label and title where they were others."""
    if old == new and not moved:
        return new
    return replace(
        new,
        label=_both(old.label, new.label, r" \to "),
        text=_both(old.text, new.text),
        title=_retold(old.title, new.title),
        change="changed",
    )


def _both(old: str, new: str, arrow: str = " → ") -> str:
    return f"{old}{arrow}{new}" if old and new and old != new else new


def _retold(old: str, new: str) -> str:
    """Two sentences in one; what they begin with up to a colon is said once."""
    pairs = zip(old.split(": "), new.split(": "), strict=False)
    start = sum(len(f"{first}: ") for first, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return new[:start] + _both(old[start:], new[start:])


def _deeds(nodes: Sequence[Node]) -> str:
    """What becomes of the nodes, as the end of a sentence."""
    found = {verb: [n.id for n in nodes if n.change == change] for change, verb in VERBS.items()}
    return "; ".join(f"{verb} {', '.join(names)}" for verb, names in found.items() if names) or "has the same nodes"


def _ids(things: Iterable[Node]) -> frozenset[str]:
    return frozenset(t.id for t in things)
