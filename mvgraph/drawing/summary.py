"""A diagram in words: its nodes, plates and edges, one line each, for terminals and for readers who see no picture."""

from __future__ import annotations

from collections.abc import Sequence

from mvgraph.drawing.diagram import Change, Diagram, Node

MARKS: dict[Change, str] = {"same": " ", "added": "+", "removed": "-", "changed": "~"}
ARROWS = {True: "→", False: "—"}  # an edge that ends in a factor has no head
Row = tuple[Change, tuple[str, ...]]


def summary(diagram: Diagram) -> str:
    """The nodes, plates and edges of a diagram in aligned columns; `+`, `-` and `~` mark what two models differ in.

    Arguments:
        diagram: of one model, or of two that are compared.
    """
    sections = (
        ("nodes", [(n.change, (n.id, n.kind, _about(n))) for n in diagram.nodes]),
        ("plates", [(p.change, (p.text, _members(diagram, p.nodes))) for p in diagram.plates]),
        ("edges", [(e.change, (e.part, f"{e.source} {ARROWS[e.arrow]} {e.target}", e.text)) for e in diagram.edges]),
    )
    lines = [f"{diagram.name}: {diagram.title}"]
    for title, rows in sections:
        lines += ["", title, *_aligned(rows)] if rows else []
    return "\n".join(lines) + "\n"


def _about(node: Node) -> str:
    """What is said of a node beside its id."""
    return node.title.removeprefix(f"{node.id}: ") or ("" if node.text == node.id else node.text)


def _members(diagram: Diagram, nodes: frozenset[str]) -> str:
    return ", ".join(n.id for n in diagram.nodes if n.id in nodes)


def _aligned(rows: Sequence[Row]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*(cells for _, cells in rows), strict=True)]
    return [
        f"{MARKS[change]} {'  '.join(c.ljust(w) for c, w in zip(cells, widths, strict=True))}".rstrip()
        for change, cells in rows
    ]
