"""Pictures in Mermaid's language, which GitHub and many editors draw in Markdown.

Mermaid on GitHub has no LaTeX, and nowhere boxes that overlap. Labels are plain text, with Greek letters and subscripts
in Unicode. Of plates that overlap, the first is a box; the other is named at each of its nodes, in brackets. `pseudo`
nodes, elsewhere half shaded, have a fill between those of latent and observed ones, and a dashed border. Parameters and
auxiliary priors are labels without a dot. What is added, removed or changed says so by a sign beside its colour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mvgraph.drawing.diagram import Change, Diagram, Edge, Kind, Node, Part, Plate
from mvgraph.drawing.marks import mark
from mvgraph.drawing.names import plain
from mvgraph.drawing.nesting import Nest, nest
from mvgraph.drawing.texts import unicode
from mvgraph.drawing.themes import LIGHT

_ROUND, _DOUBLE, _BOX = ('(("', '"))'), ('((("', '")))'), ('["', '"]')
_SHAPES: dict[Kind, tuple[str, str]] = {
    "latent": _ROUND,
    "observed": _ROUND,
    "condition": _DOUBLE,
    "discrete": ('("', '")'),
    "pseudo": _ROUND,
    "factor": ('(["', '"])'),
    "parameter": _BOX,
    "auxiliary": _BOX,
    "critic": _BOX,
    "statistic": _BOX,
}
_INK, _OPEN, _SHADED = f"color:{LIGHT.ink}", f"fill:{LIGHT.paper}", f"fill:{LIGHT.shade}"
_LINE, _Q, _GAME = (f"stroke:{LIGHT.parts[part]}" for part in ("p", "q", "game"))
_STYLES: dict[str, str] = {
    "latent": f"{_OPEN},{_LINE},{_INK}",
    "observed": f"{_SHADED},{_LINE},{_INK}",
    "condition": f"{_SHADED},{_LINE},{_INK}",
    "discrete": f"{_OPEN},{_LINE},{_INK}",
    "pseudo": f"fill:#ebebeb,{_LINE},{_INK},stroke-dasharray:3 3",
    "factor": f"{_OPEN},{_Q},{_INK}",
    "parameter": "fill:none,stroke:none",
    "auxiliary": "fill:none,stroke:none",
    "critic": f"{_OPEN},{_GAME},{_INK}",
    "statistic": f"{_OPEN},{_GAME},{_INK}",
    "plate": f"fill:none,stroke:{LIGHT.faint}",
    **{change: f"stroke:{colour},stroke-width:3px" for change, colour in LIGHT.changes.items()},
    "q": f"{_Q},stroke-dasharray:6 4",
    "game": f"{_GAME},stroke-dasharray:1 4",
}
_SIGNS: dict[Change, str] = {"same": "", "added": "#43; ", "removed": "− ", "changed": "#126; "}
_LINES: dict[tuple[Part, bool], str] = {
    ("p", True): "-->",
    ("p", False): "---",
    ("q", True): "-.->",
    ("q", False): "-.-",
    ("game", True): "-.->",
    ("game", False): "-.-",
}
_READ = re.compile(r"""["#<>&`*_~\\[\]{}|;$]|^[-+](?= )|(?<=\d)[.)](?= )""")  # by Mermaid, Markdown or HTML
_PAIRS = re.compile(r"(?<=\$)(?=\$)|(?<=\\)(?=n)")  # read even when they are numbers; a joiner keeps them apart
_UNREAD = re.compile(r"[^\w ,.:()=+→-]+")  # what may be wrong in a line that nothing can be escaped in


def mermaid(diagram: Diagram) -> str:
    """A diagram as the text of a Mermaid flowchart; in Markdown it stands in a fenced block of the language `mermaid`.

    >>> z, x = Node("z", "latent", "z", "z"), Node("x.m", "observed", "x_{m}", "x_m")
    >>> views = Plate("m", "m", "m = 1, ..., M", frozenset({"x.m"}))
    >>> print(mermaid(Diagram("VAE", "A latent and data.", (z, x), (views,), (Edge("e", "z", "x.m", "p"),))).rstrip())
    flowchart TB
      accTitle: VAE
      accDescr: A latent and data.
      v_z(("z")):::latent
      subgraph b_m["m = 1, …, M"]
        direction TB
        v_x_m(("xₘ")):::observed
      end
      v_z --> v_x_m
      classDef latent fill:#ffffff,stroke:#1a1a1a,color:#1a1a1a
      classDef observed fill:#d6d6d6,stroke:#1a1a1a,color:#1a1a1a
      classDef plate fill:none,stroke:#767676
      class b_m plate
    """
    whole, left = nest(diagram)
    names = plain((n.id for n in diagram.nodes), before="v_") | plain((p.id for p in diagram.plates), before="b_")
    lines = [
        *_about(diagram),
        *_box(whole, left, names),
        *(_line(e, diagram, names) for e in diagram.edges),
        *_classes(diagram, [p for p in diagram.plates if p.nodes and p not in left], names),
        *_strokes(diagram.edges),
    ]
    return "\n".join(["flowchart TB", *(f"  {line}" for line in lines), ""])


def _about(diagram: Diagram) -> Iterator[str]:
    for key, text in (("accTitle", diagram.name), ("accDescr", diagram.title)):
        line = " ".join(_UNREAD.sub(" ", text.replace(";", ",")).split())
        if line:
            yield f"{key}: {line}"


def _box(box: Nest, left: tuple[Plate, ...], names: Mapping[str, str]) -> Iterator[str]:
    """The nodes and boxes within a plate."""
    yield from (f"{names[n.id]}{_label(n, left)}:::{n.kind}" for n in box.nodes)
    for inner in box.inner:
        if inner.plate:
            yield f'subgraph {names[inner.plate.id]}["{_marked(inner.plate)}"]'
            yield "  direction TB"
            yield from (f"  {line}" for line in _box(inner, left, names))
            yield "end"


def _label(node: Node, left: tuple[Plate, ...]) -> str:
    """A node's shape around its label, with the plates that are no boxes."""
    opening, closing = _DOUBLE if node.deterministic else _SHAPES[node.kind]
    plates = "".join(f"<br/>#91;{_marked(p)}#93;" for p in left if node.id in p.nodes)
    return f"{opening}{_marked(node)}{plates}{closing}"


def _line(edge: Edge, diagram: Diagram, names: Mapping[str, str]) -> str:
    """An edge; one without a head is written from its end to its start, so that what is inferred stands above."""
    change = mark(edge, (diagram.node(edge.source), diagram.node(edge.target)))
    text = _marked(replace(edge, change=change))
    line = _LINES[edge.part, edge.arrow] + (f'|"{text}"|' if text else "")
    ends = (edge.source, edge.target) if edge.arrow else (edge.target, edge.source)
    return f"{names[ends[0]]} {line} {names[ends[1]]}"


def _marked(part: Node | Plate | Edge) -> str:
    return (_SIGNS[part.change] + escaped(part.text)).strip()


def _classes(diagram: Diagram, boxes: Sequence[Plate], names: Mapping[str, str]) -> Iterator[str]:
    """What the kinds and changes that are there look like."""
    kinds = {str(n.kind) for n in diagram.nodes}
    parts: list[Node | Plate] = [*diagram.nodes, *boxes]
    members = {"plate": [names[p.id] for p in boxes]}
    members |= {c: [names[p.id] for p in parts if p.change == c] for c in _SIGNS}
    for name, style in _STYLES.items():
        if name in kinds or members.get(name):
            yield f"classDef {name} {style}"
        if members.get(name):
            yield f"class {','.join(members[name])} {name}"


def _strokes(edges: tuple[Edge, ...]) -> Iterator[str]:
    """Colours and dashes of lines, which Mermaid knows by their numbers; changes come last, as their colour counts."""
    for name in ("q", "game", "added", "removed", "changed"):
        numbers = [str(i) for i, e in enumerate(edges) if name in (e.part, e.change)]
        if numbers:
            yield f"linkStyle {','.join(numbers)} {_STYLES[name]}"


def escaped(text: str) -> str:
    """A text as a part of a quoted label; what would be read as anything else is written by its number.

    >>> escaped('a "b" <c>'), escaped("x_m"), escaped("1. a")
    ('a #34;b#34; #60;c#62;', 'xₘ', '1#46; a')
    """
    line = _PAIRS.sub("\u2060", " ".join(unicode(text).split()))
    return _READ.sub(lambda match: f"#{ord(match[0])};", line)
