"""Texts and formulas for LaTeX: whatever a name holds, LaTeX sets it as it stands."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from latex import PDFLATEX, compiled

from mvgraph.language.tex import comment, inline, maths, text

HOSTILE = [
    r"\input{secret} {}}{ \end{document} \\ \x",
    "50 % of #1 & $x^2$ _a_ ~b~ ^c^",
    "<script> a | b > c `d` 'e' ''f'' \"g\"",
    "--steps --- ?` !` fi ffl",
    "größe Ångström naïve Łódź Źrebię ñandú œuvre",
    "θ λ Σ ∈ ∉ ⊆ ≠ ≤ ≥ ∝ · × ² ½ ‖ − → … – —",
    "中文 тест 🙂 한글 ế",
    "\ta\nb\rc\x07\x00\u200b\ufeff",
]


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("a_b", r"a\_b"),
        ("<i>", "$<$i$>$"),
        ("a--b ''", "a-{}-b '{}'"),
        ("λ·中", r"$\lambda$$\cdot$[U+4E2D]"),
        ("ế", r"\'{\^{e}}"),
        ("\\{", r"\textbackslash{}\{"),
        (" a\n b ", " a b "),
    ],
)
def test_texts(plain: str, written: str) -> None:
    """What means something stands as it is."""
    assert text(plain) == written


def test_formulas() -> None:
    """Letters that LaTeX lacks are told apart by their numbers; what is LaTeX already stays."""
    assert inline("θ") == r"$\theta $"
    assert inline("é中\x07") == r"$\text{\'{e}}\text{[U+4E2D]}\text{[U+0007]}$"
    assert inline("a\nb") == "$a b$"
    assert maths(r"\frac{a}{b} \, \|x\| _{1}") == r"\frac{a}{b} \, \|x\| _{1}"
    assert maths("x_{中}") != maths("x_{文}")


def test_a_comment_is_one_line() -> None:
    """Nothing of it is read."""
    assert comment("a\n\\b:") == "% a \\b"


@given(st.text())
def test_any_text(plain: str) -> None:
    """ASCII alone, braces that close, and no special character but those that LaTeX is told of."""
    written = text(plain)
    assert written.isascii()
    bare = re.sub(r"\\[{}\\%$#&_]", "", written)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert not re.search(r"(?<!\\)[%#&_~]", re.sub(r"\\~\{", "", written))


@PDFLATEX
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext: poppler-utils")
def test_latex_sets_what_the_text_says(tmp_path: Path) -> None:
    """Read back from the page: letter by letter where the fonts have them."""
    parts = [rf"\noindent {text(each)}\par\noindent ${maths(each.translate(SAFE))}$" for each in HOSTILE]
    compiled(parts, tmp_path, "amsmath, amssymb, cmap")
    command = ["pdftotext", "-layout", "all.pdf", "-"]
    pages = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout.decode().split("\f")
    for plain, page in zip(HOSTILE[:4], pages, strict=False):
        assert bare(plain) == bare(page.splitlines()[0])
    assert "[U+4E2D][U+6587]" in bare(pages[6])


SAFE = {ord(c): None for c in "\\{}%#&$^_~'"}  # in a formula these are LaTeX


def bare(line: str) -> str:
    """Without spaces and low lines, which are drawn; marks as they are typed."""
    marks = {"’": "'", "‘": "`", "”": '"', "∼": "~", "˜": "~", "ˆ": "^", "∖": "\\"}
    typed = str.maketrans(marks | {"ﬁ": "fi", "ﬄ": "ffl"})
    return re.sub(r"[\s_]", "", line).translate(typed)
