"""Every output of explain is well formed for every reference model, and escapes what names may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

import pytest
from latex import PDFLATEX, compiled

from mvgraph.errors import UsageError
from mvgraph.objective.asking import why
from mvgraph.objective.explaining import Account
from mvgraph.objective.plates.explaining import AccountOfAll
from mvgraph.objective.report import Line, Report, Section, plain
from mvgraph.objective.typesetting import html, latex, markdown
from mvgraph.spec import zoo
from mvgraph.spec.model import OpenViews
from mvgraph.spec.reading import load

NAMES = zoo.names()
NASTY = r"""
mvgraph: 1
name: "50 % of a_b & <script>alert('$x^2$')</script> \\ {~} #1 *bold* [link](x) é 中"
views: {a_b: {}, t-2: {}, "9": {}, größe: {}, 中文: {}, 中: {}, тест: {}}
params: {lam_x: 2.0}
p:
  zhat2: {latent: normal, dim: 3}
  x: {observed: true, given: [zhat2], likelihood: normal, network: mlp}
q:
  zhat2: {expert: normal, network: mlp, fuse: poe}
objective:
  maximize: [{elbo: {from: V, to: V, beta: lam_x}}]
"""
VOID = {"meta"}


def account(name: str, *, unfold: bool | None = None, steps: bool = False) -> Account:
    """What is said of a model, with three views where it may have them."""
    spec = load(name)
    return Account(load(name, views=3) if spec.open_views == OpenViews(2) else spec, unfold, steps)


@cache
def report(name: str) -> Report:
    """A model's report by steps."""
    return account(name, steps=True).report


def open_reports() -> dict[str, Report]:
    """What is said of models at every number of views at once."""
    specs = {name: load(name) for name in NAMES}
    return {n: AccountOfAll(s).report for n, s in specs.items() if s.open_views and s.open_views.most is None}


def answers(name: str) -> Iterator[Report]:
    """Why each line of a model's objective is there."""
    found = account(name)
    with suppress(UsageError):  # there are no more
        for number in count(1):
            yield (why(found, str(number)).section,)


class Tags(HTMLParser):
    """Checks that every tag is closed, and collects tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not any(name in {"src", "href", "onload"} for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", [*NAMES, NASTY])
def test_html_is_a_whole_page_of_its_own(name: str) -> None:
    """Every tag is closed, nothing is loaded, all mathematics is MathML, every prose line is there."""
    page = html(report(name))
    found = Tags()
    found.feed(page)
    assert not found.open
    assert {"html", "h1", "h2", "math"} <= found.seen
    assert not {"script", "link", "img"} & found.seen
    assert all(line.text in found.text for one in report(name) for line in one.lines if not line.formula)
    assert page.count('<div class="maths"') == sum(bool(line.formula) for one in report(name) for line in one.lines)
    for element in re.findall(r"<math.*?</math>", page):
        ElementTree.fromstring(element)


@pytest.mark.parametrize("name", [*NAMES, NASTY])
def test_markdown_is_balanced(name: str) -> None:
    """Mathematics stands between its own pairs of dollars; no other dollar, and no tag, is left as it is."""
    text = markdown(report(name))
    parts = re.split(r"^\$\$$", text, flags=re.MULTILINE)
    assert len(parts) % 2 == 1
    words, maths = parts[::2], parts[1::2]
    assert all(block.count(r"\begin{aligned}") == block.count(r"\end{aligned}") == 1 for block in maths)
    assert not any(re.search(r"(?<!\\)\$|<", part) for part in words)
    rows = sum(len(re.findall(r"^& (?!(?:\\quad )*\\qquad )", block, re.MULTILINE)) for block in maths)
    assert rows == sum(bool(x.formula) for s in report(name) for x in s.lines)


@pytest.mark.parametrize("name", [*NAMES, NASTY])
def test_latex_is_balanced(name: str) -> None:
    """Braces and environments close; every line is there."""
    text = latex(report(name))
    bare = text.replace(r"\{", "").replace(r"\}", "").replace(r"\\", "")
    assert bare.count("{") == bare.count("}")
    assert text.count(r"\begin{flalign*}") == text.count(r"\end{flalign*}") > 0
    assert text.count(r"\par") == sum(not x.formula for s in report(name) for x in s.lines) - 1


@pytest.mark.slow
@PDFLATEX
def test_latex_compiles(tmp_path: Path) -> None:
    """Every form of every model, and of names that mean much to LaTeX; no line of models is too long for an article."""
    compiled(texts([NASTY]), tmp_path)
    said = compiled([*texts(NAMES), *map(latex, open_reports().values())], tmp_path)
    assert not re.findall(r"Overfull \\hbox.*", said)


def texts(names: list[str]) -> list[str]:
    """Models as LaTeX in every form."""
    forms: list[dict[str, bool]] = [{}, {"steps": True}, {"unfold": True}]
    parts = [latex(account(name, **form).report) for name in names for form in forms]
    return parts + [latex(answer) for name in names for answer in answers(name)]


SMALL: Report = (
    Section("", (Line("a_b"), Line("of 50 %"))),
    Section("Sum", (Line("+ x", "+ x"), Line("deep", level=1), Line("- y", "- y", 1))),
)


def test_formats_of_one_report() -> None:
    """By hand."""
    assert plain(SMALL) == "a_b\nof 50 %\n\nSum\n  + x\n    deep\n    - y\n"
    assert markdown(SMALL) == (
        "# a\\_b\n\n- of 50 %\n\n## Sum\n\n$$\n\\begin{aligned}\n& + x\n\\end{aligned}\n$$\n\n- deep\n\n"
        "$$\n\\begin{aligned}\n& \\quad - y\n\\end{aligned}\n$$\n"
    )
    assert latex(SMALL).splitlines()[2:6] == [
        r"\section*{a\_b}",
        r"\noindent\hspace*{0em}of 50 \%\par",
        r"\subsection*{Sum}",
        r"\begin{flalign*}",
    ]
    assert '<h1>a_b</h1>\n<p>of 50 %</p>\n<h2>Sum</h2>\n<div class="maths"><math' in html(SMALL)
