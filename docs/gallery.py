"""docs/gallery.md: every reference model with its objective, drawn folded and unrolled, in light and dark."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from functools import cache
from html import escape

import catalogue

import mvgraph as mg
from mvgraph.drawing.building import diagram
from mvgraph.drawing.diagram import Diagram, Edge, Kind, Node, Part
from mvgraph.drawing.layout import place
from mvgraph.drawing.svg import legend, svg
from mvgraph.drawing.themes import DARK, LIGHT
from mvgraph.language import markdown as md
from mvgraph.objective import latex
from mvgraph.objective.explaining import Account
from mvgraph.spec.model import Spec

FOLDER = "gallery"
THEMES = {"": LIGHT, "_dark": DARK}
NAMES = ("image", "sound", "text")
KINDS: tuple[Kind, ...] = typing.get_args(Kind)
PARTS: tuple[Part, ...] = typing.get_args(Part)
EVERYTHING = Diagram(
    "Legend",
    "What the kinds of nodes and lines are.",
    (*(Node(kind, kind, "", kind) for kind in KINDS), Node("value", "latent", "", "value", deterministic=True)),
    edges=tuple(Edge(part, "latent", "observed", part) for part in PARTS),
)


@cache
def named(name: str) -> Spec:
    """A reference spec with up to three views that have names, where it leaves them open."""
    spec = mg.load(name)
    if spec.open_views is None:
        return spec
    most = spec.open_views.most or len(NAMES)
    return mg.load(name, views={view: {"shape": [3]} for view in NAMES[:most]})


def pictures() -> Iterator[tuple[str, str]]:
    """Every picture's file, from docs/, and its text."""
    yield from ((f"{FOLDER}/legend{dark}.svg", legend(EVERYTHING, theme)) for dark, theme in THEMES.items())
    for name in mg.names():
        for end, unroll in (("", False), ("_unrolled", True)):
            placement = place(diagram(named(name), unroll=unroll))
            yield from ((f"{FOLDER}/{name}{end}{dark}.svg", svg(placement, theme)) for dark, theme in THEMES.items())


def page() -> Iterator[str]:
    """The page: what each model is, from where, what it maximizes, and its pictures."""
    yield from (shown("legend", "The kinds of nodes and lines"), "")
    for title, names in catalogue.groups().items():
        yield from (f"## {title}", "")
        for name in names:
            yield from model(name)


def model(name: str) -> Iterator[str]:
    """One model."""
    spec = named(name)
    yield from (f"### {spec.name} (`{name}`)", "", f"{catalogue.reference(spec)}: *{spec.about.title}*.", "")
    yield from (f"Objective as written: {catalogue.objective(spec)}.", "")
    yield from (*objective(spec), "")
    folded, unrolled = (diagram(spec, unroll=unroll).title for unroll in (False, True))
    yield from (f"| folded | unrolled: {', '.join(spec.view_names)} |", "| --- | --- |")
    yield from (f"| {shown(name, folded)} | {shown(f'{name}_unrolled', f'Unrolled. {unrolled}')} |", "")


def objective(spec: Spec) -> Iterator[str]:
    """What is maximized, as it is derived, with its sums over views folded."""
    account = Account(spec)
    phases = account.objective.phases or {"": account.objective}
    found = {name: list(account.sum(one.terms)) for name, one in phases.items()}
    terms = {name: [line.formula for line in lines if line.formula] for name, lines in found.items()}
    yield md.block(latex.aligned(terms, ()))
    for line in dict.fromkeys(line.text for lines in found.values() for line in lines if not line.formula):
        yield from ("", md.text(line))


def shown(stem: str, text: str) -> str:
    """A picture that follows the reader's light or dark page."""
    source = f'<source media="(prefers-color-scheme: dark)" srcset="{FOLDER}/{stem}_dark.svg">'
    return f'<picture>{source}<img alt="{escape(text)}" src="{FOLDER}/{stem}.svg"></picture>'
