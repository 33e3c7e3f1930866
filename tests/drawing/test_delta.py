"""The difference of two models as a page, as LaTeX and as Markdown: all that is said is there, and can be read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from latex import PDFLATEX, compiled

import mvgraph as mg
from mvgraph.drawing.delta.comparison import Comparison
from mvgraph.drawing.delta.sheet import sheet
from mvgraph.drawing.kin.table import latex
from mvgraph.objective.difference.numbers import shown

from .browser import CHROMIUM, Browser

PAIRS = [  # every verdict, and games, statistics, phases, levels, conditions, log-means
    *(("jmvae", "mvtcae"), ("mmvae_plus", "mopoe"), ("mvae", "mvae"), ("mhvae", "mhvae_gan"), ("dcca", "dccae")),
    *(("telbo", "jnf"), ("mmvae", "mmvae_tight"), ("mmvae", "mmvae_dreg"), ("mmvm", "mmvm_exact"), ("ae", "bi_vcca")),
    *(("cvae", "nexus"), ("mmjsd", "cmvae"), ("mhvae", "mhvae_subsets")),
]
NASTY = {
    "name": "<b>R&D</b> 50% $x_1$ größe",
    "views": {"a_b": {}, "t-2": {}, "größe": {}, "中文": {}},
    "p": {"z": {"latent": "normal", "dim": 3}, "x": {"observed": True, "given": ["z"], "likelihood": "normal"}},
    "q": {"z": {"expert": "normal", "fuse": "poe"}},
    "objective": {"maximize": [{"elbo": {"from": "V", "to": "V"}}]},
}
pairs = pytest.mark.parametrize(("a", "b"), PAIRS, ids=[f"{a}-{b}" for a, b in PAIRS])


WHOLE = {"from": "V", "to": "V", "beta": "beta"}


@cache
def delta(a: str, b: str) -> Comparison:
    return mg.diff(a, b)


def nasty() -> Comparison:
    other = {**NASTY, "q": {"z": {"expert": "normal", "fuse": "joint"}}}
    return mg.diff(NASTY, other)


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its formulas as XML."""

    VOID = ("meta", "link", "br")

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def rows(self) -> list[str]:
        """The changes that rows of terms are marked with."""
        return [str(a["class"]) for tag, a in self.found if tag == "tr" and "title" in a]


def counts(found: Comparison) -> dict[str, int]:
    terms = [*found.phases.values()] or [found.terms]
    kinds = ("shared", "changed", "removed", "added")
    return {kind: sum(len(getattr(t, kind)) for t in terms) for kind in kinds}


@pairs
def test_the_page_has_every_term_with_its_mark_and_loads_nothing(a: str, b: str) -> None:
    found = delta(a, b)
    page = found.to_html()
    elements = Elements(page)
    rows = elements.rows()
    assert {kind: rows.count(kind) for kind in counts(found)} == counts(found)
    assert not re.findall(r"""(?:src|href)=["'](?!#)""", page)
    assert "url(" not in page
    for formula in re.findall(r"<math.*?</math>", page):
        ElementTree.fromstring(formula)
    assert [tag for tag, _ in elements.found].count("svg") >= 2  # the picture, and its notation
    assert ("<details>" in page) == bool(found.residual)


@pairs
def test_markdown_has_tables_of_equal_rows(a: str, b: str) -> None:
    found = delta(a, b)
    text = found.markdown()
    for block in re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE):
        bars = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(bars) == 1
    signs = {"shared": "=", "changed": "~", "removed": "-", "added": "+"}
    lines = text.splitlines()
    told = {kind: sum(line.startswith(f"| `{sign}` |") for line in lines) for kind, sign in signs.items()}
    assert told == counts(found)
    assert text.count("$") % 2 == 0


def test_a_verdict_is_a_sentence_with_what_it_needs() -> None:
    text = delta("jmvae", "mvtcae").markdown()
    assert "**The objectives are different.**" in text
    factor = r"\frac{2 \alpha + \beta}{\alpha + \beta}"
    assert rf"**They are equal up to a positive scale, $A = {factor} \thinspace B$, under:**" in text
    assert "- A with a product of experts in place of the joint network\n" in text
    assert r"- $\beta^{(B)} = \alpha + \beta$" in text
    ordered = delta("mmvae", "mmvae_tight").markdown()
    assert r"**The objectives are ordered, $A \le B$: $B - A = " in ordered


def test_a_gap_is_a_formula() -> None:
    """MMVAE+ with the density of the component lies below it by a Jensen-Shannon divergence."""
    component = {"extends": "mmvae_plus", "objective": {"maximize": [{"elbo": {**WHOLE, "density": "component"}}]}}
    mixture = {"extends": "mmvae_plus", "objective": {"maximize": [{"elbo": {**WHOLE, "density": "mixture"}}]}}
    found = mg.diff(component, mixture)
    said = r"\beta\, \mathrm{JS}\bigl(q(z \mid x_{1}), q(z \mid x_{2})\bigr)"
    assert rf"$A \le B$: $B - A = {said}$" in found.latex()
    assert "JS is between 0 and log 2" in found.markdown()


def test_a_coefficient_that_changes_shows_both() -> None:
    found = mg.diff("mvae", "mvae", assuming={"beta": 1})
    assert {r.change for rows in sheet(found).terms.values() for r in rows} == {"shared"}
    (rows,) = sheet(mg.diff("mcvae", "bi_vcca")).terms.values()
    changed = [r for r in rows if r.change == "changed"]
    assert [(r.before, r.after) for r in changed][:1] == [("+1", r"+\mu")]


def test_nothing_that_a_name_says_is_markup() -> None:
    found = nasty()
    page = found.to_html()
    assert "<b>" not in page
    assert "&lt;b&gt;R&amp;D" in page
    assert ("h1", {}) in Elements(page).found
    assert r"&lt;b&gt;R&amp;D&lt;/b&gt; 50% \$x\_1\$ größe" in found.markdown()


def test_the_same_twice_and_for_another_hash_seed() -> None:
    code = "import mvgraph as mg; d = mg.diff('mmvae_plus', 'telbo'); print(d.latex(), d.markdown(), d.to_html())"
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    root = Path(mg.__file__).parents[1]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    there = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, cwd=root)
    found = mg.diff("mmvae_plus", "telbo")
    assert there.stdout.decode() == f"{found.latex()} {found.markdown()} {found.to_html()}\n"


WORD = 20  # points, by which a word may be longer than its narrow column


def test_both_as_numbers() -> None:
    """A row a term and one for their sum in every form; a bar as long as the difference, the longest one whole."""
    found = mg.diff("jmvae", "mvtcae")
    numbers = mg.contrast(found, rows=2, repeats=2)
    page = Elements(found.to_html(numbers))
    bars = [dict(a) for tag, a in page.found if tag == "svg" and a.get("class") == "bar"]
    widths = [
        float(str(a["width"])) for tag, a in page.found if tag == "rect" and a.get("class") in ("added", "removed")
    ]
    assert len(bars) == len(widths) == len(numbers.lines) + 1
    gaps = [abs(line.gap[0]) for line in (*numbers.lines, numbers.total)]
    assert widths == pytest.approx([g / max(gaps) for g in gaps], abs=1e-3)
    assert all(shown(line.gap[0]) in str(bar["aria-label"]) for line, bar in zip(numbers.lines, bars, strict=False))
    for line in numbers.lines:
        for mean, error in (line.a, line.b, line.gap):
            assert rf"${shown(mean)} \pm {shown(error)}$" in found.latex(numbers)
            assert f"| {shown(mean)} ± {shown(error)} |" in found.markdown(numbers)


def widest(said: str) -> float:
    """By how many points a line is wider than its place, from what LaTeX says."""
    return max((float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", said)), default=0.0)


@PDFLATEX
def test_numbers_and_a_matrix_compile(tmp_path: Path) -> None:
    found = mg.diff("jmvae", "mvtcae")
    parts = [
        found.latex(mg.contrast(found, rows=2, repeats=2)),
        latex(mg.relate("mmvae", "mmvae_tight", "mvae", "mopoe")),
    ]
    assert widest(compiled(parts, tmp_path, "amsmath, amssymb, longtable, xcolor")) < WORD


@pytest.mark.slow
@PDFLATEX
def test_a_dozen_compile_in_one_document(tmp_path: Path) -> None:
    packages = "amsmath, amssymb, longtable, xcolor"
    compiled([nasty().latex()], tmp_path, packages)
    said = compiled((delta(a, b).latex() for a, b in PAIRS), tmp_path, packages)
    assert widest(said) < WORD


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it(browser: Browser, tmp_path: Path, scheme: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(delta("jmvae", "mvtcae").to_html(), encoding="utf-8")
    browser.complaints.clear()
    browser.open(path, scheme=scheme)
    assert not browser.complaints
    colours: list[Any] = browser.run(
        "[...document.querySelectorAll('tr.removed td:first-child, tr.added td:first-child')]"
        ".map(e => getComputedStyle(e).color)"
    )
    assert len(set(colours)) == 2
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    widths = "[...document.querySelectorAll('math')].filter(m => m.checkVisibility()).map(m => m.clientWidth)"
    assert all(w > 0 for w in browser.run(f"{widths}"))
