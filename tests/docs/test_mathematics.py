"""Mathematics in Markdown: no reader harms it, KaTeX and MathJax set it, and a page of GitHub's width holds it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from drawing.browser import CHROMIUM, Browser
from drawing.test_delta import PAIRS
from language.test_markdown import READER, Shown
from objective.test_typesetting import account, open_reports

import mvgraph as mg
from mvgraph.objective.typesetting import markdown

HERE = Path(__file__).parent
GALLERY = HERE.parents[1] / "docs" / "gallery.md"
FOLDER = Path(os.environ.get("MVGRAPH_MATHEMATICS") or "absent").resolve()
SETTERS = pytest.mark.skipif(
    not (shutil.which("node") and (FOLDER / "node_modules" / "katex").is_dir()),
    reason="needs KaTeX and MathJax; sh tests/docs/mathematics.sh installs them and runs these",
)
BLOCK = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"(?<![\\$])\$([^$\n]+)(?<!\\)\$")
GITHUB = 830  # pixels: what a file is wide in a window of usual size
SCRIPTS = {
    "katex": """
<link rel="stylesheet" href="{folder}/katex/dist/katex.css">
<script src="{folder}/katex/dist/katex.js"></script>
<script src="{folder}/katex/dist/contrib/auto-render.js"></script>
<script>
  addEventListener("load", () => renderMathInElement(document.body, {{throwOnError: true}}));
</script>""",
    "mathjax": """
<script>MathJax = {{tex: {{inlineMath: [["$", "$"]]}}}};</script>
<script src="{folder}/mathjax/es5/tex-svg.js"></script>""",
}
PAGE = """<!DOCTYPE html><meta charset="utf-8"><base href="{base}/"><style>
:root {{ color-scheme: light dark; }}
body {{ width: {width}px; margin: 0; padding: 0 20px; font: 16px/1.5 sans-serif; }}
table, picture {{ display: none; }}</style>{scripts}{body}"""
WIDTHS = {  # of each formula, in pixels
    "katex": """[...document.querySelectorAll(".katex-display .katex-html")].map(e => {
        const all = [...e.querySelectorAll("*")].map(x => x.getBoundingClientRect());
        return Math.max(...all.map(r => r.right)) - Math.min(...all.map(r => r.left)); })""",
    "mathjax": """MathJax.startup.promise.then(() => {
        const all = [...document.querySelectorAll("mjx-container[display=true] > svg")];
        return all.map(e => e.getBoundingClientRect().width); })""",
}


@cache
def pages() -> tuple[str, ...]:
    """The gallery; every model explained, folded, written out and for all views; models of every kind compared."""
    forms: list[dict[str, bool]] = [{"steps": True}, {"unfold": True}]
    explained = [markdown(account(name, **form).report) for name in mg.names() for form in forms]
    explained += map(markdown, open_reports().values())
    return (GALLERY.read_text(encoding="utf-8"), *explained, *(mg.diff(a, b).markdown() for a, b in PAIRS))


def formulas(page: str) -> Iterator[tuple[str, bool]]:
    """The formulas of a page, and whether they stand on lines of their own."""
    yield from ((found, True) for found in BLOCK.findall(page))
    yield from ((found, False) for found in INLINE.findall(BLOCK.sub("", page)))


def test_the_gallery_has_every_objective() -> None:
    text = GALLERY.read_text(encoding="utf-8")
    assert len(BLOCK.findall(text)) == len(mg.names()) == text.count("Objective as written")


@pytest.mark.slow
def test_markdown_leaves_every_formula_alone() -> None:
    """Even where a reader knows no mathematics."""
    for page in pages():
        shown = " ".join(Shown(READER.render(page)).text.split())
        for formula, block in formulas(page):
            sign = "$$" if block else "$"
            assert " ".join((f"{sign}\n{formula}\n{sign}" if block else f"${formula}$").split()) in shown


@pytest.mark.slow
@SETTERS
def test_katex_and_mathjax_set_every_formula() -> None:
    asked = [{"formula": formula, "block": block} for page in pages() for formula, block in formulas(page)]
    assert len(asked) > 1000
    call = ["node", str(HERE / "mathematics.mjs"), str(FOLDER)]
    done = subprocess.run(call, input=json.dumps(asked), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


@SETTERS
def test_they_complain_of_what_is_wrong() -> None:
    call = ["node", str(HERE / "mathematics.mjs"), str(FOLDER)]
    asked = json.dumps([{"formula": r"\frac{a}", "block": True}, {"formula": r"a \cr b", "block": False}])
    done = subprocess.run(call, input=asked, capture_output=True, text=True, check=True)
    assert {found["by"] for found in json.loads(done.stdout) if found["formula"] == r"\frac{a}"} == {"KaTeX", "MathJax"}


@SETTERS
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("setter", SCRIPTS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_the_gallery(tmp_path: Path, setter: str, scheme: str) -> None:
    scripts = SCRIPTS[setter].format(folder=(FOLDER / "node_modules").as_uri())
    body = READER.render(GALLERY.read_text(encoding="utf-8"))
    text = PAGE.format(base=GALLERY.parent.as_uri(), width=GITHUB, scripts=scripts, body=body)
    path = tmp_path / "gallery.html"
    path.write_text(text, encoding="utf-8")
    with Browser() as browser:
        browser.open(path, width=GITHUB + 60, scheme=scheme)
        widths = browser.run(WIDTHS[setter])
        assert not browser.complaints
        assert len(widths) == len(mg.names())
        assert 50 < min(widths) <= max(widths) <= GITHUB
        assert not browser.run("document.querySelectorAll('.katex-error, mjx-merror, [data-mjx-error]').length")
