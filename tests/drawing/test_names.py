"""Names that some language reads as its own: every form of a picture can be read, and says the name."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from io import BytesIO
from xml.etree import ElementTree

import networkx as nx
import pygraphviz
import pytest
from PIL import Image

import mvgraph as mg
from mvgraph.drawing.rendering import FORMATS, Picture

WORDS = [
    "end",
    "graph",
    "node",
    "edge",
    "subgraph",
    "style",
    "click",
    "default",
    "None",
    "true",
    "_",
    "__",
    "a_b",
    "v_",
]
VIEWS = [*WORDS, "1", "007", "ünïcødé", "視覚", "ß", "x", "z"]  # a spec takes no other signs than these in a name
SIGNS = [
    "<b>",
    "&amp;",
    "a b",
    " ",
    "%",
    "#",
    "$x$",
    "\\alpha",
    "\\",
    "\\\\",
    "{",
    "}{",
    "^_",
    "~",
    "'",
    '"',
    "`",
    "🎨",
]
MORE = ["-->", "]]>", "<!--", "//", "/*", "a\nb", "a\tb", "]", "|", ";", ":", "a:b", "*a*", "@", "--", "x->y", "é", "-"]
READERS: dict[str, Callable[[Picture], set[str]]] = {}


def reads(form: str) -> Callable[[Callable[[Picture], set[str]]], Callable[[Picture], set[str]]]:
    """Put a function that finds the ids of all nodes in one form into the table."""

    def keep(found: Callable[[Picture], set[str]]) -> Callable[[Picture], set[str]]:
        READERS[form] = found
        return found

    return keep


def batched(names: list[str]) -> list[list[str]]:
    """A few names at a time."""
    return [names[i : i + 6] for i in range(0, len(names), 6)]


@reads("svg")
def _svg(picture: Picture) -> set[str]:
    groups = ElementTree.fromstring(picture.svg()).iter("{http://www.w3.org/2000/svg}g")
    return {g.get("data-id", "") for g in groups if "node" in g.get("class", "").split()}


@reads("dot")
def _dot(picture: Picture) -> set[str]:
    graph = pygraphviz.AGraph(string=picture.text("dot"))
    return {node.attr["id"].replace("\\\\", "\\") for node in graph.nodes()}  # which Graphviz would read once more


@reads("json")
def _json(picture: Picture) -> set[str]:
    found = json.loads(picture.text("json"))
    assert list(found["nodes"]) == [n["id"] for n in found["diagram"]["nodes"]]
    return set(found["nodes"])


@reads("text")
def _text(picture: Picture) -> set[str]:
    return {n.id for n in picture.diagram.nodes if n.id in picture.text()}


@reads("png")
def _png(picture: Picture) -> set[str]:
    found = picture.render("png")
    assert isinstance(found, bytes)
    image = Image.open(BytesIO(found))
    assert len(image.convert("L").getcolors() or []) > 10
    return {n.id for n in picture.diagram.nodes}


@reads("pdf")
def _pdf(picture: Picture) -> set[str]:
    found = picture.render("pdf")
    assert isinstance(found, bytes)
    assert found.startswith(b"%PDF")
    return {n.id for n in picture.diagram.nodes}


@reads("html")
def _html(picture: Picture) -> set[str]:
    found = re.findall(r'class="node[^>]* data-id="([^"]*)"', picture.text("html"))
    return {html.unescape(name) for name in found}


@reads("tikz")
@reads("bayesnet")
def _tikz(picture: Picture) -> set[str]:
    """Compiled elsewhere; here one node each."""
    for form in ("tikz", "bayesnet"):
        lines = picture.text(form).splitlines()
        assert lines[-1] == r"\end{document}"
    return {n.id for n in picture.diagram.nodes}


@reads("mermaid")
def _mermaid(picture: Picture) -> set[str]:
    """Read by Mermaid's own parser elsewhere; here a line a node, none of which the names break."""
    lines = [line for line in picture.text("mermaid").splitlines() if ":::" in line]
    assert len(lines) == len(picture.diagram.nodes)
    return {n.id for n in picture.diagram.nodes}


def test_every_form_is_read():
    assert set(READERS) == set(FORMATS)


@pytest.mark.parametrize("views", batched(VIEWS), ids=repr)
def test_names_of_views(views):
    picture = mg.draw("dmvae", views={name: {} for name in views}, part="p", unroll=True)
    names = {"z", *(f"{node}.{view}" for node in "hx" for view in views)}
    assert {form: read(picture) for form, read in READERS.items()} == dict.fromkeys(FORMATS, names)


@pytest.mark.parametrize("names", batched([*SIGNS, *MORE, *WORDS]), ids=repr)
def test_names_of_any_kind(names):
    graph = nx.DiGraph(name="<b>&\"'\\$", title="]]> --> & \\end{document}", plates=[{"id": "<&>", "text": "<&%>"}])
    graph.add_nodes_from(names, plates="<&>")
    graph.add_edge(*names[:2], text="&<%$", label="&%")
    picture = mg.draw(graph)
    assert {form: read(picture) for form, read in READERS.items()} == {form: set(names) for form in FORMATS}
