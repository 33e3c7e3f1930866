"""Texts, formulas and tables as Markdown: a reader of Markdown finds in them what was meant."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mvgraph.language.markdown import block, code, inline, maths, table, text

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LINES = st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" \\`*_{}[]()<>#+-.!|~$=&1234;"))
HOSTILE = [
    *("1. a", "12) a", "1234. a", "- a", "+ a", "# a", "===", "---", "> a", "* * *", "    a"),
    *("~~a~~", "~a~", "_a_", "**a**"),
    *(
        "[a](b)",
        "![a](b)",
        "[a]: b",
        "<b>",
        "<!-- a",
        "&lt;",
        "&#36;",
        "`a`",
        "``` a",
        "$a$",
        "$$",
        "a | b",
        "\\",
        "\\*",
    ),
    *("größe", "中文", "a\nb", "<https://a.b>", "***", "|---|", "___"),
]


class Shown(HTMLParser):
    """What HTML shows, and the elements that it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, _: object) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def line(plain: str) -> str:
    return " ".join(plain.split())


@pytest.mark.parametrize("plain", HOSTILE)
def test_hostile_texts(plain: str) -> None:
    """In a paragraph, in a heading, in an item of a list, in a cell."""
    for before, kind in (("", "p"), ("# ", "h1"), ("- ", "li")):
        shown = Shown(READER.render(before + text(plain)))
        assert line(shown.text) == line(plain)
        assert set(shown.elements) <= {kind, "ul"}
    cells = Shown(READER.render(table(["a", "b"], [[text(plain), code(plain)]])))
    assert cells.elements.count("td") == 2
    assert line(cells.text) == f"a b {line(plain)} {line(plain)}"


@given(LINES)
@example("a_b_c __d__ 1. 2) *e* [f] <g> &amp;")
def test_any_text(plain: str) -> None:
    """It is shown as it stands, and is no markup."""
    shown = Shown(READER.render(text(plain)))
    assert line(shown.text) == line(plain)
    assert set(shown.elements) <= {"p"}


def test_formulas() -> None:
    """The same formula in words that Markdown leaves alone."""
    assert maths(r"\bigl\{a_{1} \\" + "\n& b^*|c|") == "\\bigl\\lbrace a _{1} \\cr\n& b^\\ast \\vert c\\vert"
    assert inline(r"\text{a}\_\text{b}") == r"$\text{a}\underline{\enspace}\text{b}$"
    assert block("a") == "$$\na\n$$"


@pytest.mark.parametrize("formula", [r"E_{\sum_{m}} [a](b) \\ x_{*} c_{*}", r"\{a\} < b > c & d \% e \_ \# \$ \& f"])
def test_markdown_leaves_formulas_alone(formula: str) -> None:
    """Even a reader that knows no mathematics."""
    assert Shown(READER.render(block(formula))).text.strip() == block(formula)
