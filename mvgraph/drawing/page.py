"""One HTML page with a picture beside an objective, each lighting up what belongs to it in the other.

The page asks the network for nothing; its policy lets no other script run than its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from mvgraph.drawing.diagram import Diagram, Group
from mvgraph.drawing.legend import key
from mvgraph.drawing.markup import element, number, write
from mvgraph.drawing.placement import Placement
from mvgraph.drawing.statement import Statement
from mvgraph.drawing.svg import svg
from mvgraph.drawing.themes import DARK, LIGHT, Theme
from mvgraph.language import html
from mvgraph.language.mathml import mathml
from mvgraph.language.table import Table
from mvgraph.spec.about import About

HERE = Path(__file__).parent
ZOOM = 1.3  # of a picture that has half a window for itself
KEY = 360.0  # width of the notation, in points
VARIABLES = Theme(  # colours of which the page has two sets
    "page",
    paper="var(--paper)",
    ink="var(--ink)",
    shade="var(--shade)",
    faint="var(--faint)",
    parts=Table({part: f"var(--{part})" for part in LIGHT.parts}),
    changes=Table({change: f"var(--{change})" for change in LIGHT.changes}),
)


def page(placement: Placement, statement: Statement | None = None) -> str:
    """A whole HTML document.

    Arguments:
        placement: the picture.
        statement: what is said of the model; the diagram's own groups are shown without.
    """
    diagram = placement.diagram
    said = statement or Statement(diagram.name, terms=Table({"": diagram.groups}))
    drawn = frozenset([*(n.id for n in diagram.nodes), *(e.id for e in diagram.edges)])
    beside = ["<div>", *_sections(said, drawn), legend(diagram), "</div>"]
    heading = header(said.name, _source(said.about))
    return document(said.name, [heading, "<main>", picture(placement), *beside, "</main>"])


def document(title: str, body: Iterable[str], styles: str = "") -> str:
    """A whole HTML document, which asks for nothing.

    Arguments:
        title: as plain text.
        body: its parts, which have a header and one picture.
        styles: more rules of CSS.
    """
    script = (HERE / "page.js").read_text(encoding="utf-8")
    style = _colours() + (HERE / "page.css").read_text(encoding="utf-8") + styles
    return html.document(title, "\n".join(body), style, script)


def _colours() -> str:
    light, dark = map(_variables, (LIGHT, DARK))
    by_choice = f':root[data-theme="dark"] {{ {dark} }}'
    by_system = f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {dark} }} }}'
    return "\n".join([f":root {{ {light} }}", by_system, by_choice, ""])


def _variables(theme: Theme) -> str:
    mixed = {name: f"color-mix(in srgb, var(--{of}) {share}%, var(--paper))" for name, of, share in MIXED}
    plain = {"paper": theme.paper, "ink": theme.ink, "shade": theme.shade, "faint": theme.faint}
    named = {**plain, **theme.parts, **theme.changes, **mixed}
    return " ".join([f"color-scheme: {theme.name};", *(f"--{name}: {value};" for name, value in named.items())])


MIXED = (("soft", "ink", 72), ("tint", "q", 12))  # for letters that matter less, and behind what is lit


def header(title: str, below: str = "") -> str:
    """A heading beside the button for dark and light; what stands below it is HTML."""
    button = '<button class="theme" type="button" hidden></button>'
    return f"<header><div><h1>{escape(title)}</h1>{below}</div>{button}</header>"


def _source(about: About) -> str:
    facts = [escape(fact) for fact in about.facts]
    if about.link:
        facts[-1] = f'<a href="{escape(about.link)}" rel="noreferrer">{facts[-1]}</a>'
    return f'<p class="source">{" · ".join(facts)}</p>' if facts else ""


def picture(placement: Placement) -> str:
    """A picture in the colours of the page, with a line for what is pointed at."""
    drawn = svg(placement, VARIABLES, zoom=ZOOM).replace('role="img"', 'role="group"', 1)  # its parts can be reached
    return f'<figure class="picture">\n{drawn}<figcaption class="said" aria-live="polite"></figcaption>\n</figure>'


def legend(diagram: Diagram) -> str:
    """What the picture's signs mean."""
    found = key(diagram, VARIABLES, KEY, 0.0)
    width, height = (number(length) for length in (found.width, found.height))
    size = {"width": f"{width}pt", "height": f"{height}pt", "viewBox": f"0 0 {width} {height}"}
    drawn = write(element("svg", found.drawn, role="img", aria_labelledby="notation", **size))
    return f'<section class="notation">\n<h2 id="notation">Notation</h2>\n{drawn}\n</section>'


def _sections(said: Statement, drawn: frozenset[str]) -> Iterator[str]:
    if said.note or any(said.terms.values()):
        yield "<section>\n<h2>Objective, to be maximised</h2>"
        yield f"<p>{escape(said.note)}</p>" if said.note else ""
        for phase, groups in said.terms.items():
            yield f"<h3>Phase {escape(phase)}</h3>" if phase else ""
            yield _terms(groups, drawn)
        yield f'<p class="where">where {escape(said.where)}</p>' if said.where else ""
        yield "</section>"
    if said.verdict:
        verdict = escape(said.verdict) + (":" if said.reasons else "")
        lists = _list("reasons", said.reasons) + _list("flags", said.flags)
        yield f'<section>\n<h2>What it is</h2>\n<p class="verdict">{verdict}</p>\n{lists}\n</section>'


def _list(name: str, texts: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f'<ul class="{name}">{items}</ul>' if items else ""


def _terms(groups: Iterable[Group], drawn: frozenset[str]) -> str:
    items = "\n".join(f"<li>{_term(group, drawn)}</li>" for group in groups)
    return f'<ol class="terms">\n{items}\n</ol>'


def _term(group: Group, drawn: frozenset[str]) -> str:
    """A term as mathematics, its text as its name; its sign is that of a sum's part."""
    text, lights = escape(group.text), escape(json.dumps(sorted(group.members & drawn)))
    about = f'data-term="{escape(group.id)}" data-lights="{lights}" title="{text}" aria-label="{text}"'
    formula = mathml("{}" + group.label)
    return f'<button class="term" type="button" {about}><span class="formula">{formula}</span></button>'
