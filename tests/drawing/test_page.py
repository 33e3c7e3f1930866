"""The HTML page: whole in itself, safe with any name, always the same; in a browser, terms and picture together."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import mvgraph as mg
from mvgraph.drawing import page as page_module
from mvgraph.drawing.diagram import Diagram, Edge, Group, Node
from mvgraph.drawing.layout import place
from mvgraph.drawing.page import page
from mvgraph.drawing.rendering import Picture
from mvgraph.drawing.statement import MOST_FOLDED, MOST_TERMS, Statement, state
from mvgraph.language.symbols import upright
from mvgraph.language.table import Table
from mvgraph.spec.about import About

from .browser import CHROMIUM, Browser

EVIL = """<script>window.evil = 1</script><img src=x onerror="window.evil=1">'"&amp;]]>"""


def html(name: str, **options: Any) -> str:
    """The page of a reference spec."""
    return mg.draw(name, **options).text("html")


def evil() -> str:
    """A page in which every text is an attack."""
    nodes = (Node(EVIL, "latent", upright(EVIL), EVIL, EVIL), Node("b", "observed", "b", EVIL))
    edge = Edge(f"{EVIL}>b", EVIL, "b", "p", title=EVIL)
    group = Group(EVIL, upright(EVIL), EVIL, frozenset({EVIL, edge.id}))
    about = About(EVIL, (EVIL,), 2000, url="javascript:alert(1)")
    said = Statement(EVIL, about, Table({EVIL: (group,)}), EVIL, EVIL, (EVIL,), (EVIL,), EVIL)
    return page(place(Diagram(EVIL, EVIL, nodes, (), (edge,))), said)


class Reader(HTMLParser):
    """What a page consists of: its elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep it."""
        self.text += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of the elements of a class."""
        return [a for _, a in self.found if name in (a.get("class") or "").split()]


# --- without a browser --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [html("mopoe"), html("telbo", unroll=True), evil()], ids=["mopoe", "telbo", "evil"])
def test_it_asks_the_network_for_nothing(text: str) -> None:
    """No element that loads something, no script but one, and a policy that says so."""
    found = Reader(text).found
    assert not {tag for tag, _ in found} & {"link", "img", "iframe", "object", "embed", "base", "form", "image", "use"}
    assert [a for tag, a in found if tag == "script"] == [{}]
    assert not [name for _, about in found for name in about if name.startswith("on") or name in ("src", "xlink:href")]
    assert "url(" not in text
    assert "@import" not in text
    (policy,) = [a["content"] for tag, a in found if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert str(policy).startswith("default-src 'none'; script-src 'sha256-")


def test_every_text_is_escaped() -> None:
    """Names, titles, terms and links of any content."""
    read = Reader(evil())
    assert EVIL in read.text
    (term,) = read.all("term")
    assert term["aria-label"] == term["title"] == EVIL
    assert sorted(json.loads(str(term["data-lights"]))) == sorted([EVIL, f"{EVIL}>b"])
    assert not [a for tag, a in read.found if tag == "a"]


def test_it_says_what_explain_says() -> None:
    """Name, source, terms, verdict and flags."""
    read, objective = Reader(html("cmvae")), mg.derive("cmvae")
    assert [t["title"] for t in read.all("term")] == list(objective.lines)
    for text in ("CMVAE", "Palumbo, Manduchi, Laguna, Chopard, Vogt", "2024", *objective.flags):
        assert text in read.text
    assert "no bound is proven:" in read.text
    assert objective.verdict.reason in read.text
    (link,) = [a for tag, a in read.found if tag == "a"]
    assert link == {"href": "https://openreview.net/forum?id=k5THrhXDV3", "rel": "noreferrer"}
    assert "a lower bound of log p(X)" in Reader(html("mopoe")).text


def test_phases_one_after_the_other() -> None:
    """Their terms stand under their names."""
    text = Reader(html("telbo")).text
    assert 0 < text.index("Phase joint") < text.index("Phase unimodal")


def test_sums_are_folded_as_the_picture_is() -> None:
    """A plate of views, a sum over views; by name, every term."""
    read = Reader(html("mopoe", views=5))
    lines = [str(t["title"]) for t in read.all("term")]
    assert lines[0] == "+ 1/31 Σ_m E[log p(x.m|z); z~PoE[p(z)·Π_{n∈V} q(z|n)]]"
    assert len(lines) == 4
    assert all(line in mg.explain("mopoe", views=5) for line in lines)
    assert "where m in V = {1, 2, 3, 4, 5}; S over the non-empty subsets of V" in read.text
    assert len(Reader(html("mopoe", views=3, unroll=True)).all("term")) == 28


def test_members_are_what_is_drawn() -> None:
    """Of one part alone only that part is lit."""
    read = Reader(html("mopoe", part="p"))
    lit = {i for t in read.all("term") for i in json.loads(str(t["data-lights"]))}
    drawn = {a["data-id"] for _, a in read.found if "data-id" in a}
    assert lit <= drawn
    assert "z>x.m:p" in lit


def test_too_many_terms_are_not_written_out() -> None:
    """A mixture over all subsets of forty views: the picture, and why there is no more."""
    read = Reader(html("mopoe", views=40))
    assert not read.all("term")
    assert f"with 40 views the objective has more than {MOST_FOLDED:,} terms" in read.text
    assert len(Reader(html("mvae", views=40, unroll=True)).all("term")) == 41


def test_terms_that_fold_count_as_what_they_become() -> None:
    """Nine views with all their subsets are 5,110 terms, and four sums; where each has a line they are too many."""
    assert len(Reader(html("mopoe", views=9)).all("term")) == 4
    assert f"more than {MOST_TERMS:,} terms" in Reader(html("mopoe", views=9, unroll=True)).text


def test_the_page_of_two_specs_is_that_of_their_difference() -> None:
    """With the terms beside each other; where these cannot be compared it says why, and the picture is there."""
    assert html("mvae", against="mopoe") == mg.diff("mvae", "mopoe").to_html()
    three = mg.load("mvae", views={"a": {}, "b": {}, "c": {}})
    page = html("bi_vcca", against=three)
    assert "<svg" in page
    assert 'class="terms-of"' not in page
    assert "not compared: the model is for exactly 2 views, not for exactly 3 views" in Reader(page).text


def test_a_picture_without_a_spec() -> None:
    """A diagram's own groups, or nothing beside it."""
    nodes = (Node("a", "latent", "a", "a"), Node("b", "observed", "b", "b"))
    made = Diagram("mine", "Mine.", nodes, (), (Edge("ab", "a", "b", "p"),))
    assert not Reader(page(place(made))).all("term")
    grouped = replace(made, groups=(Group("t", "a", "the text", frozenset({"ab", "gone"})),))
    (term,) = Reader(page(place(grouped))).all("term")
    assert (term["title"], term["data-lights"]) == ("the text", '["ab"]')
    assert not Reader(mg.draw("mvae", against="mopoe").text("html")).all("term")


def test_the_same_bytes_every_time() -> None:
    """Twice in a process, and with another hash seed."""
    code = "import mvgraph as mg; print(mg.draw('mmvae_plus').text('html'), end='')"
    about = {"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(mg.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=os.environ | about, capture_output=True, encoding="utf-8", check=True)
    assert {html("mmvae_plus"), html("mmvae_plus")} == {done.stdout}


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_script_is_well_formed() -> None:
    """As JavaScript's own parser reads it."""
    file = Path(page_module.__file__).with_name("page.js")
    subprocess.run(["node", "--check", str(file)], check=True, capture_output=True)


def test_statements() -> None:
    """Terms with what they come from, by phase; a bound's proof, or every reason against one."""
    said = state(mg.load("telbo"), unroll=True)
    assert list(said.terms) == ["joint", "unimodal"]
    assert "x.2>q.z:q" in said.terms["joint"][0].members
    assert not any("x.2>q.z:q" in g.members for g in said.terms["unimodal"])
    assert state(mg.load("mopoe")).verdict == "a lower bound of log p(X)"
    assert state(mg.load("maae")).reasons[0] == "the likelihood of 1, 2 is no density"


def test_json_has_the_terms() -> None:
    """As groups of the diagram."""
    made = json.loads(mg.draw("mvae").text("json"))["diagram"]
    assert [g["text"] for g in made["groups"]] == list(mg.derive("mvae").lines)


# --- in a browser -------------------------------------------------------------------------------------------------

LIT = "[...document.querySelectorAll('.lit')].map(e => e.dataset.id ?? e.dataset.term)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    with Browser() as made:
        yield made


@pytest.fixture(autouse=True)
def _silent(request: pytest.FixtureRequest) -> Iterator[None]:
    """No page complains, and none asks the network."""
    yield
    if "browser" in request.fixturenames:
        assert not request.getfixturevalue("browser").complaints


def shown(browser: Browser, path: Path, text: str, **size: Any) -> None:
    """A page in the browser."""
    path.write_text(text, encoding="utf-8")
    browser.open(path, **size)


def at(browser: Browser, key: str, name: str) -> tuple[float, float]:
    """Where a pointer meets a term or a part of the picture, scrolled into view; on a line, far from all others."""
    script = """(key, name) => {
      const all = [...document.querySelectorAll(`[data-${key}]`)];
      const thing = all.find((e) => e.dataset[key] === name);
      thing.scrollIntoView({ block: "nearest" });
      const points = (edge) => {
        const line = edge.querySelector("path");
        const at = (n) => line.getPointAtLength((line.getTotalLength() * n) / 50).matrixTransform(line.getScreenCTM());
        return [...Array(51).keys()].map(at);
      };
      if (thing.matches(".edge")) {
        const others = all.filter((e) => e !== thing && e.matches(".edge")).flatMap(points);
        const gap = (p) => Math.min(...others.map((o) => Math.hypot(o.x - p.x, o.y - p.y)));
        const bare = points(thing).filter((p) => !document.elementFromPoint(p.x, p.y).closest(".node"));
        const best = bare.reduce((a, b) => (gap(b) > gap(a) ? b : a));
        return [best.x, best.y];
      }
      const box = (thing.querySelector("ellipse, rect") ?? thing).getBoundingClientRect();
      return [box.x + box.width / 2, box.y + Math.min(box.height / 2, 30)];
    }"""
    x, y = browser.run(f"({script})({json.dumps(key)}, {json.dumps(name)})")
    return x, y


def lit(browser: Browser) -> set[str]:
    """What is lit."""
    return set(browser.run(LIT))


CASES = [
    ("mopoe", {"views": 3, "unroll": True}),
    ("mmvae_plus", {"views": 4}),
    ("mhvae", {}),
    ("cmvae", {"parameters": True}),
    ("maae", {}),
]


def check_pointing(browser: Browser, path: Path, picture: Picture) -> None:
    """Every term lights exactly what it comes from; every node and edge exactly its terms."""
    assert picture.statement
    groups = [g for each in picture.statement.terms.values() for g in each]
    shown(browser, path, picture.text("html"))
    for group in groups:
        browser.hover(*at(browser, "term", group.id))
        assert lit(browser) == group.members | {group.id}
        assert browser.run("document.querySelector('.said').textContent") == group.text
    for part in (*picture.diagram.nodes, *picture.diagram.edges):
        browser.hover(*at(browser, "id", part.id))
        assert lit(browser) == {part.id} | {g.id for g in groups if part.id in g.members}
    browser.hover(2, 2)
    assert not lit(browser)


@pytest.mark.parametrize(("name", "options"), CASES, ids=[n for n, _ in CASES])
def test_pointing_lights_what_belongs_together(browser: Browser, tmp_path: Path, name: str, options: Any) -> None:
    """Folded, unrolled, with parameters, with a game."""
    check_pointing(browser, tmp_path / "a.html", mg.draw(name, **options))


@pytest.mark.slow
@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("name", mg.names())
def test_pointing_in_every_reference_spec(browser: Browser, tmp_path: Path, name: str, unroll: bool) -> None:
    """All of them, and with parameters where nothing is folded."""
    check_pointing(browser, tmp_path / "a.html", mg.draw(name, unroll=unroll, parameters=unroll))


def test_a_click_pins(browser: Browser, tmp_path: Path) -> None:
    """What is pinned stays until it is clicked again, something else is, or Escape is pressed."""
    shown(browser, tmp_path / "a.html", html("mopoe", views=3, unroll=True))
    first = {"term.5", "z", "q.z", "x.1", "z>x.1:p", "x.1>q.z:q", "q.z>z:q"}
    browser.click(*at(browser, "term", "term.5"))
    browser.hover(*at(browser, "term", "term.2"))
    assert lit(browser) == first
    assert browser.run("[...document.querySelectorAll('[aria-pressed=true]')].length") == 1
    browser.press("Escape")
    assert "term.5" not in lit(browser)
    browser.click(*at(browser, "id", "x.2"))
    assert {"x.2"} < lit(browser)
    browser.click(2, 2)
    browser.hover(3, 3)
    assert not lit(browser)


def test_a_finger_does_what_a_mouse_does(browser: Browser, tmp_path: Path) -> None:
    """A tap on a narrow screen: the picture stays in sight, and nothing is wider than the screen."""
    shown(browser, tmp_path / "a.html", html("mhvae"), width=360, height=740)
    browser.tap(*at(browser, "term", "term.14"))
    assert {"term.14", "z.l", "q.z.l"} <= lit(browser)
    inside = (
        "(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector('.picture svg').getBoundingClientRect())"
    )
    assert browser.run(inside)
    assert browser.run("document.documentElement.scrollWidth") <= 360
    browser.tap(*at(browser, "term", "term.14"))
    assert not lit(browser)


def test_the_keyboard_reaches_everything(browser: Browser, tmp_path: Path) -> None:
    """Parts of the picture first, then terms; what has the focus is lit, Enter pins it."""
    picture = mg.draw("mvae")
    shown(browser, tmp_path / "a.html", picture.text("html"))
    focused = (
        "document.activeElement.dataset.id ?? document.activeElement.dataset.term ?? document.activeElement.className"
    )
    seen = []
    for _ in range(2 + len(picture.diagram.nodes) + len(picture.diagram.edges) + 3):
        browser.press("Tab")
        seen.append(browser.run(focused))
        assert seen[-1] in lit(browser) or not browser.run("document.activeElement.closest('svg, .terms') !== null")
    wanted = {*(n.id for n in picture.diagram.nodes), *(e.id for e in picture.diagram.edges), "theme"}
    assert wanted | {"term.1", "term.2", "term.3"} <= set(seen)
    browser.run("document.querySelector('[data-term=\"term.3\"]').focus()")
    browser.press("Enter")
    browser.run("document.activeElement.blur()")
    assert "term.3" in lit(browser)
    names = (
        "[...document.querySelectorAll('.node[data-id], .edge[data-id], .term')].map(e => e.getAttribute('aria-label'))"
    )
    assert all(browser.run(names))


@pytest.mark.parametrize("width", [360, 900, 1400])
def test_nothing_moves_under_the_pointer(browser: Browser, tmp_path: Path, width: int) -> None:
    """Whatever is said of it."""
    shown(browser, tmp_path / "a.html", html("mhvae"), width=width, height=740)
    tops = "[...document.querySelectorAll('.term')].map(e => e.getBoundingClientRect().top + scrollY)"
    before = browser.run(tops)
    browser.hover(*at(browser, "term", "term.2"))
    assert lit(browser)
    assert browser.run(tops) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_system_and_the_button(browser: Browser, tmp_path: Path, scheme: str) -> None:
    """Paper, ink and lines of both themes."""
    shown(browser, tmp_path / "a.html", html("mopoe"), scheme=scheme)
    paper = "getComputedStyle(document.querySelector('svg .paper')).fill"
    found = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 28)"}
    other = {"light": "dark", "dark": "light"}[scheme]
    assert browser.run(paper) == found[scheme]
    browser.run("document.querySelector('.theme').click()")
    assert browser.run(paper) == browser.run("getComputedStyle(document.body).backgroundColor") == found[other]
    assert browser.run("document.querySelector('.theme').textContent.toLowerCase()") == scheme


def test_attacks_come_to_nothing(browser: Browser, tmp_path: Path) -> None:
    """No text runs, and what has such a name is lit like any other."""
    shown(browser, tmp_path / "a.html", evil())
    assert browser.run("window.evil === undefined")
    browser.hover(*at(browser, "term", EVIL))
    assert lit(browser) == {EVIL, f"{EVIL}>b"}


def test_a_hundred_terms_scroll_beside_the_picture(browser: Browser, tmp_path: Path) -> None:
    """The picture stays in sight."""
    shown(browser, tmp_path / "a.html", html("mopoe", views=4, unroll=True))
    count = browser.run("document.querySelectorAll('.term').length")
    browser.hover(*at(browser, "term", f"term.{count}"))
    inside = (
        "(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector('.picture svg').getBoundingClientRect())"
    )
    assert browser.run(inside)
    assert f"term.{count}" in lit(browser)


def test_formulas_are_set(browser: Browser, tmp_path: Path) -> None:
    """As mathematics: every formula has a size, none is cut, and no command is left over."""
    shown(browser, tmp_path / "a.html", html("mmvae"))
    sizes = browser.run("[...document.querySelectorAll('math')].map(e => e.getBoundingClientRect().height)")
    assert sizes
    assert min(sizes) > 10
    assert not re.search(r"\\[a-z]", browser.run("document.querySelector('.terms').textContent"))
